#include "models/weights/weights_record.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"

namespace asbench::models {
namespace {

constexpr std::string_view kSchema = "asbench/weights@1";
constexpr JsonLimits kLimits{
    .max_bytes = std::size_t{4} << 20, .max_depth = 8, .kind = "a record of weights"};

}  // namespace

std::optional<WeightsRecord> read_weights_record(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kRecordName;
  if (!is_there(path)) return std::nullopt;
  const Json json = read_json_file(path, kLimits);
  try {
    if (json.at("schema").get<std::string>() != kSchema) {
      throw BadInput(
          fmt::format("{}: the schema is {}, expected {}; remove the file and fetch again",
                      path.string(), json.at("schema").dump(), kSchema));
    }
    WeightsRecord record;
    record.id = json.at("id").get<std::string>();
    record.endpoint = json.at("endpoint").get<std::string>();
    record.revision = json.at("revision").get<std::string>();
    record.revision_override = json.value("revision_override", false);
    record.commit = json.at("commit").get<std::string>();
    record.licence = json.at("licence").get<std::string>();
    for (const auto& [name, file] : json.at("files").items()) {
      record.files[name] = {file.at("sha256").get<std::string>(),
                            file.at("bytes").get<std::uint64_t>(),
                            file.at("etag").get<std::string>()};
    }
    return record;
  } catch (const nlohmann::json::exception& problem) {
    throw BadInput(
        fmt::format("{}: not a record of fetched weights: {}. Remove it and fetch again.",
                    path.string(), problem.what()));
  }
}

void write_weights_record(const std::filesystem::path& folder, const WeightsRecord& record) {
  Json files = Json::object();
  for (const auto& [name, file] : record.files) {
    files[name] = {{"sha256", file.sha256}, {"bytes", file.bytes}, {"etag", file.etag}};
  }
  write_json_file(folder / kRecordName, {{"schema", kSchema},
                                         {"id", record.id},
                                         {"endpoint", record.endpoint},
                                         {"revision", record.revision},
                                         {"revision_override", record.revision_override},
                                         {"commit", record.commit},
                                         {"licence", record.licence},
                                         {"files", files}});
}

}  // namespace asbench::models
