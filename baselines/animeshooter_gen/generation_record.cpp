#include "baselines/animeshooter_gen/generation_record.h"

#include <fmt/format.h>

#include <utility>

#include "baselines/output_folder.h"
#include "core/error.h"
#include "core/files.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSchema = "asbench/generation@1";

std::string name_of(std::string_view story, int shot) {
  return fmt::format("{}/{}", story, shot);
}

/// The first place where two documents differ, as "a.b"; and its values, for messages.
struct Difference {
  std::string place;
  std::string there;
  std::string now;
};

Difference first_difference(const Json& there, const Json& now, const std::string& place) {
  if (there.is_object() && now.is_object()) {
    for (const auto& [key, value] : now.items()) {
      const std::string name = place.empty() ? key : place + "." + key;
      if (!there.contains(key)) return {name, "absent", value.dump()};
      if (there.at(key) != value) return first_difference(there.at(key), value, name);
    }
    for (const auto& [key, value] : there.items()) {
      if (!now.contains(key))
        return {place.empty() ? key : place + "." + key, value.dump(), "absent"};
    }
  }
  return {place, there.dump(), now.dump()};
}

}  // namespace

std::optional<Json> recorded_setting(const fs::path& folder, const std::string& key) {
  if (!is_there(folder / kGenerationRecord)) return std::nullopt;
  const Json there = read_json_file(folder / kGenerationRecord);
  if (!there.is_object() || !there.contains("settings") || !there.at("settings").is_object() ||
      !there.at("settings").contains(key)) {
    return std::nullopt;
  }
  return there.at("settings").at(key);
}

GenerationRecord::GenerationRecord(const fs::path& folder, Json settings, Json adaptations)
    : file_(folder / kGenerationRecord) {
  json_["schema"] = kSchema;
  json_["settings"] = std::move(settings);
  json_["adaptations"] = std::move(adaptations);
  json_["shots"] = Json::object();
  json_["runs"] = Json::array();
  if (!is_there(file_)) {
    if (!is_unused(folder, kGenerationRecord)) {
      throw UsageError(
          fmt::format("--out {}: the folder has files but no {}, so it was not written with these "
                      "settings. Name a new folder.",
                      folder.string(), kGenerationRecord));
    }
    return;
  }
  const Json there = read_json_file(file_);
  if (!there.is_object() || there.value("schema", "") != kSchema || !there.contains("settings") ||
      !there.contains("shots") || !there.at("shots").is_object()) {
    throw UsageError(
        fmt::format("--out {}: its {} is of another form. Remove the folder or name another.",
                    folder.string(), kGenerationRecord));
  }
  const auto require_equal = [&](const Json& before, const Json& now, const std::string& place) {
    if (before == now) return;
    const Difference difference = first_difference(before, now, place);
    throw UsageError(
        fmt::format("--out {}: the folder has videos of other settings: {} is {} there and {} "
                    "now.\n  Remove the folder or name another.",
                    folder.string(), difference.place, difference.there, difference.now));
  };
  require_equal(there.at("settings"), json_.at("settings"), "");
  const Json adapted = there.value("adaptations", Json::object());
  for (const auto& [ip, before] : adapted.items()) {
    Json& now = json_["adaptations"][ip];
    if (!now.is_null()) require_equal(before, now, "adaptations." + ip);
    now = before;
  }
  json_["shots"] = there.at("shots");
  if (there.contains("runs") && there.at("runs").is_array()) json_["runs"] = there.at("runs");
  earlier_runs_ = json_.at("runs").size();
}

void GenerationRecord::begin() {
  make_folders(file_.parent_path());
  if (!is_there(file_)) write();
}

bool GenerationRecord::has(std::string_view story, int shot) const {
  return json_.at("shots").contains(name_of(story, shot));
}

void GenerationRecord::describe_run(Json run) {
  Json& runs = json_["runs"];
  if (runs.size() > earlier_runs_) runs.erase(earlier_runs_);
  runs.push_back(std::move(run));
}

void GenerationRecord::add(std::string_view story, int shot, const ShotRecord& record) {
  json_["shots"][name_of(story, shot)] = {{"seed", record.seed},
                                          {"steps", record.steps},
                                          {"guidance_scale", record.guidance},
                                          {"given_noise", record.given_noise},
                                          {"given_last_frame", record.given_last_frame},
                                          {"caption_cut", record.caption_cut},
                                          {"seconds",
                                           {{"condition", record.condition_seconds},
                                            {"denoising", record.denoising_seconds},
                                            {"decoding", record.decoding_seconds}}}};
  if (record.encoding_seconds)
    json_["shots"][name_of(story, shot)]["seconds"]["encoding"] = *record.encoding_seconds;
  write();
}

void GenerationRecord::write() const {
  write_json_file(file_, json_);
}

}  // namespace asbench::baselines
