#include "features/shard_record.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/schema.h"
#include "core/write_file.h"

namespace asbench::features {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSchema = "asbench/shard@1";
constexpr std::size_t kFolderDigits = 16;

fs::path folder_of(const FeatureStore& store, const std::string& plan) {
  return store.root() / "shards" / plan.substr(0, kFolderDigits);
}

FailedClip failed_clip_of(const Json& json) {
  FailedClip clip;
  clip.story = json.value("story", "");
  if (json.contains("shot")) clip.shot = json.at("shot").get<int>();
  clip.file = json.at("file").get<std::string>();
  clip.kind = json.at("kind").get<std::string>();
  clip.cause = json.at("cause").get<std::string>();
  return clip;
}

/// Calls `visit(name, field)` for each plain field; Record is ShardRecord, const or not.
template <typename Record, typename Visit>
void visit_fields(Record& record, const Visit& visit) {
  visit("plan", record.plan);
  visit("request", record.request);
  visit("shard", record.shard.index);
  visit("of", record.shard.count);
  visit("version", record.version);
  visit("started", record.started);
  visit("finished", record.finished);
  visit("device", record.device);
  visit("threads", record.threads);
  visit("clips", record.clips);
  visit("bytes", record.bytes);
  visit("clips_decoded", record.clips_decoded);
  visit("images_encoded", record.images_encoded);
  visit("captions_encoded", record.captions_encoded);
  visit("seconds", record.seconds);
  visit("load_seconds", record.load_seconds);
}

ShardRecord read_record(const fs::path& file) {
  constexpr std::size_t kMostBytes = std::size_t{256} << 20;  // every clip of a large run failed
  const Json json = read_json_file(file, {.max_bytes = kMostBytes, .kind = "a shard's record"});
  check_schema(json, "shard", file.string());
  ShardRecord record;
  visit_fields(record, [&](const char* name, auto& field) { json.at(name).get_to(field); });
  for (const Json& clip : json.at("failed")) record.failed.push_back(failed_clip_of(clip));
  return record;
}

void add_records(const fs::path& folder, std::vector<ShardRecord>& records) {
  if (!is_folder(folder)) return;
  for (const FolderEntry& entry : list_folder(folder)) {
    const std::string name = entry.path.filename().string();
    if (entry.kind != FileKind::file || name.starts_with('.') || !name.ends_with(".json")) continue;
    records.push_back(read_record(entry.path));
  }
}

void sort_records(std::vector<ShardRecord>& records) {
  std::sort(records.begin(), records.end(), [](const ShardRecord& a, const ShardRecord& b) {
    return std::tie(a.plan, a.shard.count, a.shard.index) <
           std::tie(b.plan, b.shard.count, b.shard.index);
  });
}

}  // namespace

Json to_json(const FailedClip& clip) {
  Json json = Json::object();
  if (!clip.story.empty()) json["story"] = clip.story;
  if (clip.shot) json["shot"] = *clip.shot;
  json["file"] = clip.file;
  json["kind"] = clip.kind;
  json["cause"] = clip.cause;
  return json;
}

std::string plan_sha256(const std::vector<std::string>& requests,
                        const std::vector<std::string>& inputs) {
  return sha256_hex(
      fmt::format("plan@1\n{}\n\n{}\n", fmt::join(requests, "\n"), fmt::join(inputs, "\n")));
}

fs::path record_file(const FeatureStore& store, const std::string& plan, const Shard& shard) {
  return folder_of(store, plan) / fmt::format("{}-of-{}.json", shard.index, shard.count);
}

void require_writable_records(const FeatureStore& store, const std::string& plan) {
  const fs::path folder = folder_of(store, plan);
  try {
    make_folders(folder);
    remove_abandoned_temporaries(folder);
    StagedFiles tried;
    tried.write(folder / "try.json", "");
  } catch (const SystemFault& fault) {
    throw SystemFault("the feature store can't be written", folder, fault.error(),
                      "A shard's features and its record go there: name a folder that every task "
                      "may write to with --cache DIR.");
  }
}

void write_record(const FeatureStore& store, const ShardRecord& record) {
  Json json = {{"schema", kSchema}};
  visit_fields(record, [&](const char* name, const auto& field) { json[name] = field; });
  json["failed"] = Json::array();
  for (const FailedClip& clip : record.failed) json["failed"].push_back(to_json(clip));
  make_folders(folder_of(store, record.plan));  // prune may have removed it, empty
  write_json_file(record_file(store, record.plan, record.shard), json);
}

std::vector<ShardRecord> read_records(const FeatureStore& store, const std::string& plan) {
  std::vector<ShardRecord> records;
  add_records(folder_of(store, plan), records);
  std::erase_if(records, [&](const ShardRecord& record) { return record.plan != plan; });
  sort_records(records);
  return records;
}

std::vector<ShardRecord> read_all_records(const FeatureStore& store) {
  std::vector<ShardRecord> records;
  const fs::path folder = store.root() / "shards";
  if (!is_folder(folder)) return records;
  for (const FolderEntry& entry : list_folder(folder)) {
    if (entry.kind == FileKind::folder) add_records(entry.path, records);
  }
  sort_records(records);
  return records;
}

}  // namespace asbench::features
