#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/schema.h"
#include "core/write_file.h"
#include "document/json_writer.h"
#include "document/part_names.h"
#include "document/result.h"
#include "document/story_spool.h"

namespace asbench::document {
namespace {

/// What the reader would refuse must not be written.
void require_listed(const PartNames& parts, const Result& result) {
  if (const auto unlisted = parts.unlisted(result.metrics)) {
    throw InternalError(
        fmt::format("{}: the description of metric {} does not list this part: add it to the parts "
                    "in its Measure",
                    unlisted->place, unlisted->metric->id));
  }
}

/// The document with an empty list of stories.
Json without_stories(const Result& result) {
  return with_valid_text(JsonWriter::object_of(result));
}

/// Checks all but the stories, which were checked as they came.
void check_head(const Result& result) {
  check_schema(without_stories(result), "result", kWrittenDocument);
}

}  // namespace

Json to_json(const Result& result) {
  PartNames parts;
  Json stories = Json::array();
  for (const ResultStory& story : result.stories) {
    parts.add(story);
    stories.push_back(JsonWriter::object_of(story));
  }
  require_listed(parts, result);
  Json document = without_stories(result);
  document["stories"] = with_valid_text(stories);
  check_schema(document, "result", kWrittenDocument);
  return document;
}

Json to_json(const ResultProvenance& provenance) {
  return with_valid_text(JsonWriter::object_of(provenance));
}

Json metrics_json(const Result& result) {
  check_head(result);
  return without_stories(result).at("metrics");
}

void check_result(const Result& result, StorySpool& stories) {
  stories.check();
  require_listed(stories.parts(), result);
  check_head(result);
}

void write_result(const std::filesystem::path& path, const Result& result, StorySpool& stories) {
  check_result(result, stories);
  const std::string text = without_stories(result).dump(1) + "\n";
  // No text has a line break of its own, and keys of inner objects stand further right.
  constexpr std::string_view kList = "\n \"stories\": [";
  const std::size_t list = text.find(kList) + kList.size();
  write_file_atomically(path, [&](const WritePiece& write) {
    write(std::string_view(text).substr(0, list));
    stories.write(write);
    write(std::string_view(text).substr(list));
  });
}

void write_result(const std::filesystem::path& path, const Result& result) {
  StorySpool stories(path);
  for (const ResultStory& story : result.stories) stories.add(story);
  write_result(path, result, stories);
}

}  // namespace asbench::document
