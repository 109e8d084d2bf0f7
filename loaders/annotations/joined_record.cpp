#include "loaders/annotations/joined_record.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/write_file.h"
#include "loaders/video/clip_reader.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVersion = "asbench/joined-video@1";
constexpr const char* kName = "joined.json";

Json range_json(const std::optional<FrameRange>& range) {
  if (!range) return nullptr;
  return {range->begin_frame, range->end_frame};
}

Json segment_json(const JoinedSegment& segment, const fs::path& folder) {
  Json shots = Json::array();
  for (const auto& shot : segment.shots) shots.push_back(range_json(shot));
  Json references = Json::array();
  for (const JoinedReference& reference : segment.references) {
    references.push_back({{"character", reference.character},
                          {"file", reference.file.lexically_relative(folder).generic_string()},
                          {"sha256", reference.sha256},
                          {"frame", reference.frame}});
  }
  return {{"index", segment.index},
          {"shots", std::move(shots)},
          {"references", std::move(references)},
          {"boundaries", segment.bounds.boundaries},
          {"moved", segment.bounds.moved},
          {"without_cut", segment.bounds.without_cut},
          {"shifts_seconds", segment.bounds.shifts_seconds}};
}

JoinedSegment segment_of(const Json& json, const fs::path& folder) {
  JoinedSegment segment;
  segment.index = json.at("index").get<int>();
  for (const Json& shot : json.at("shots")) {
    auto& range = segment.shots.emplace_back();
    if (!shot.is_null()) range = FrameRange{shot.at(0).get<int>(), shot.at(1).get<int>()};
  }
  for (const Json& item : json.at("references")) {
    segment.references.push_back(
        {item.at("character").get<std::string>(), folder / item.at("file").get<std::string>(),
         item.at("sha256").get<std::string>(), item.at("frame").get<int>()});
  }
  segment.bounds.boundaries = json.at("boundaries").get<int>();
  segment.bounds.moved = json.at("moved").get<int>();
  segment.bounds.without_cut = json.at("without_cut").get<int>();
  segment.bounds.shifts_seconds = json.at("shifts_seconds").get<std::vector<double>>();
  return segment;
}

Json finding_json(const Finding& finding) {
  return {{"kind", finding.kind},
          {"story", finding.story},
          {"shot", finding.shot ? Json(*finding.shot) : Json(nullptr)},
          {"detail", finding.detail}};
}

Finding finding_of(const Json& json) {
  Finding finding{json.at("kind").get<std::string>(), json.at("story").get<std::string>(),
                  std::nullopt, json.at("detail").get<std::string>()};
  if (!json.at("shot").is_null()) finding.shot = json.at("shot").get<int>();
  return finding;
}

JoinedVideo video_of(const Json& json, const fs::path& folder) {
  JoinedVideo joined;
  for (const Json& segment : json.at("segments"))
    joined.segments.push_back(segment_of(segment, folder));
  for (const Json& finding : json.at("findings")) joined.findings.push_back(finding_of(finding));
  return joined;
}

bool is_whole(const JoinedVideo& joined, const std::vector<const AnnotatedSegment*>& segments) {
  return std::equal(joined.segments.begin(), joined.segments.end(), segments.begin(),
                    segments.end(), [](const JoinedSegment& a, const AnnotatedSegment* b) {
                      return a.index == b->index && a.shots.size() == b->shots.size();
                    });
}

bool has_pictures(const JoinedVideo& joined) {
  for (const JoinedSegment& segment : joined.segments) {
    for (const JoinedReference& reference : segment.references) {
      if (!is_file(reference.file) || sha256_file(reference.file) != reference.sha256) return false;
    }
  }
  return true;
}

void add_masks(const AnnotatedReference& reference, Sha256& hash) {
  for (const CharacterMask& mask : reference.masks) {
    hash.update(Json{mask.frame_index, mask.mask.height, mask.mask.width}.dump());
    hash.update(std::as_bytes(std::span(mask.mask.runs)));
  }
}

}  // namespace

std::string joined_key(const fs::path& file, const AnnotatedVideo& video,
                       const std::vector<const AnnotatedSegment*>& segments,
                       const SourceRules& rules) {
  const auto changed = fs::last_write_time(file).time_since_epoch().count();
  Sha256 hash;
  // A path is bytes, and need not be UTF-8, as JSON is.
  hash.update(fs::absolute(file).lexically_normal().string());
  hash.update(std::string_view("\0", 1));
  hash.update(Json{kVersion, fs::file_size(file), changed, decoder_name(), video.id, video.fps,
                   to_string(rules.boundaries), to_string(rules.part), to_string(rules.references)}
                  .dump());
  for (const AnnotatedSegment* segment : segments) {
    hash.update(
        Json{segment->index, segment->frames.begin_frame, segment->frames.end_frame}.dump());
    for (const AnnotatedShot& shot : segment->shots) {
      Json item{shot.number, range_json(shot.frames)};
      if (shot.excerpt) item.push_back({shot.excerpt->start, shot.excerpt->end});
      hash.update(item.dump());
    }
    for (const AnnotatedReference& reference : segment->references) {
      hash.update(Json{reference.character, reference.is_known}.dump());
      add_masks(reference, hash);
    }
  }
  return hash.hex_digest();
}

std::optional<JoinedVideo> read_joined_record(
    const fs::path& folder, const std::vector<const AnnotatedSegment*>& segments) {
  const fs::path file = folder / kName;
  if (!is_file(file)) return std::nullopt;
  try {
    const Json json = parse_json(read_text_file(file), file.string());
    if (json.at("version") != kVersion) return std::nullopt;
    JoinedVideo joined = video_of(json, folder);
    if (is_whole(joined, segments) && has_pictures(joined)) return joined;
  } catch (const BadInput&) {
    // Damaged: made again.
  } catch (const Json::exception&) {
    // Of another shape: the same.
  }
  return std::nullopt;
}

void write_joined_record(const JoinedVideo& joined, const fs::path& folder) {
  Json json{{"version", kVersion}, {"segments", Json::array()}, {"findings", Json::array()}};
  for (const JoinedSegment& segment : joined.segments)
    json["segments"].push_back(segment_json(segment, folder));
  for (const Finding& finding : joined.findings) json["findings"].push_back(finding_json(finding));
  make_folders(folder);
  // A finding may quote a path that is not UTF-8.
  write_file_atomically(folder / kName, json.dump(1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace asbench::loaders
