// Annotation files with defects: each part taken out in turn, random changes, damaged bytes.
// Nothing crashes, what the file still says is read, and what the original said besides is a
// finding of the kind that docs/design/dataset.md states. The test annotations.TenThousandMutations
// has 10,000 files of each random sort (ASBENCH_MUTATIONS), the unit test some hundreds.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>

#include "core/stats.h"
#include "loaders/annotations/parse_annotations.h"
#include "loaders/text_file.h"
#include "tests/loaders/annotations/annotation_samples.h"
#include "tests/loaders/annotations/naive_reader.h"

namespace asbench::loaders {
namespace {

using testing::annotated_video;

constexpr int kDefault = 500;
constexpr std::uint64_t kSeed = 20250601;

int mutations() {
  const char* number = std::getenv("ASBENCH_MUTATIONS");
  return number != nullptr ? std::atoi(number) : kDefault;
}

/// A video with everything that an annotation can have.
Json rich_video() {
  Json video = annotated_video("video", 3);
  for (int segment = 0; segment < 3; ++segment) {
    for (int shot = 1; shot <= 3; ++shot) {
      Json& value = testing::shot_of(video, shot, segment);
      value["extra 4-second timestamp"] =
          fmt::format("00:{:02}-00:{:02}", 20 * shot - 20, 20 * shot - 16);
      value["audio annotation"] = {
          {"type", "ambience"}, {"sound description", "rain"}, {"visual context", "a roof"}};
    }
  }
  return video;
}

/// All values of a document, the containers too, without the top one.
std::vector<Json*> values_in(Json& document) {
  std::vector<Json*> values;
  const std::function<void(Json&)> walk = [&](Json& value) {
    for (Json& child : value) {
      values.push_back(&child);
      if (child.is_structured()) walk(child);
    }
  };
  walk(document);
  return values;
}

Json strange_value(SplitMix64& random) {
  static const std::vector<Json> values = {nullptr,
                                           true,
                                           -1,
                                           0,
                                           1e300,
                                           3.5,
                                           "",
                                           " ",
                                           "00:07",
                                           "N/A",
                                           "-00:01",
                                           "\xC3\xA9",
                                           "prologue",
                                           Json::array(),
                                           Json::object(),
                                           Json::array({1, "a", nullptr}),
                                           Json{{"ID", 3}},
                                           "99:99:99",
                                           9007199254740993,
                                           "placeholder in case",
                                           std::string(3000, 'x')};
  return values[static_cast<std::size_t>(random.below(values.size()))];
}

bool holds(Json& value, const Json* other) {
  const auto inner = values_in(value);
  return std::find(inner.begin(), inner.end(), other) != inner.end();
}

void mutate(Json& document, SplitMix64& random) {
  std::vector<Json*> values = values_in(document);
  Json& victim = *values[static_cast<std::size_t>(random.below(values.size()))];
  switch (random.below(5)) {
    case 0:
      victim = strange_value(random);
      break;
    case 1:  // a member or an element goes
      if (victim.is_structured() && !victim.empty()) {
        auto at = victim.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(random.below(victim.size())));
        victim.erase(at);
      } else {
        victim = nullptr;
      }
      break;
    case 2: {  // two values change places; where one holds the other, that one takes its place
      Json& other = *values[static_cast<std::size_t>(random.below(values.size()))];
      const Json mine = victim;
      const Json theirs = other;
      const bool apart = !holds(victim, &other) && !holds(other, &victim);
      victim = theirs;
      if (apart) other = mine;
      break;
    }
    case 3:  // an element is doubled
      if (victim.is_array() && !victim.empty()) {
        const Json copy = victim[static_cast<std::size_t>(random.below(victim.size()))];
        victim.push_back(copy);
      } else if (victim.is_object()) {
        victim["a key that nobody knows"] = strange_value(random);
      } else {
        victim = Json::array({victim});
      }
      break;
    default:  // a text or a number changes a little
      if (victim.is_string() && !victim.get_ref<const std::string&>().empty()) {
        auto& text = victim.get_ref<std::string&>();
        text[static_cast<std::size_t>(random.below(text.size()))] =
            static_cast<char>(32 + random.below(95));
      } else if (victim.is_number_integer()) {
        victim = victim.get<std::int64_t>() + static_cast<std::int64_t>(random.below(4000)) - 2000;
      }
  }
}

AnnotationFile read(std::string_view text) {
  return parse_annotations(text, {"video.json", "stem"});
}

/// The parser reads what the document says, all of it, and has findings where the design page wants
/// them: of those kinds, at those places, and nowhere else.
void expect_read_as_stated(const Json& document, const AnnotationFile& file) {
  const auto expected = testing::read_naively(document, "stem");
  ASSERT_EQ(file.videos.size(), 1U);
  EXPECT_TRUE(file.videos[0] == expected.video);
  const auto found = testing::places_of(file);
  EXPECT_EQ(found, expected.findings) << "found:\n"
                                      << testing::lines_of(found) << "expected:\n"
                                      << testing::lines_of(expected.findings);
}

/// A part of the original that is taken out, "*" for any index, and what must be found then.
/// "first", "middle" and "last" are shots of a segment.
const std::map<std::string, std::set<std::string>>& removed_parts() {
  static const std::string kScript = "/segments/*/story script";
  static const std::string kShot = kScript + "/shots/*";
  static const std::string kReference = "/segments/*/reference images/*";
  static const std::map<std::string, std::set<std::string>> parts = {
      {"/video ID", {"missing_video_id"}},
      {"/fps", {"missing_fps"}},
      {"/segments", {"bad_schema"}},
      {"/segments/*/start frame index", {"bad_segment_range"}},
      {"/segments/*/end frame index", {"bad_segment_range"}},
      {kScript, {"bad_schema"}},
      {kScript + "/main characters", {"unknown_character"}},
      {kScript + "/main characters/*", {"unknown_character"}},
      {kScript + "/main characters/*/ID", {"bad_field", "unknown_character"}},
      {kScript + "/main scenes", {"unknown_scene"}},
      {kScript + "/main scenes/*", {"unknown_scene"}},
      {kScript + "/main scenes/*/ID", {"bad_field", "unknown_scene"}},
      {kScript + "/shots", {"bad_schema"}},
      {kScript + "/shots/middle", {"time_gap"}},
      {kShot + "/start time", {"missing_time"}},
      {kShot + "/end time", {"missing_time"}},
      {kScript + "/shots/middle/start time", {"missing_time", "time_gap"}},
      {kScript + "/shots/middle/end time", {"missing_time", "time_gap"}},
      {kShot + "/main characters", {"no_character"}},
      {kScript + "/shots/middle/main characters/*", {"no_character"}},
      {kShot + "/scene", {"no_scene"}},
      {kShot + "/visual annotation", {"missing_caption", "missing_description"}},
      {kShot + "/visual annotation/narrative caption", {"missing_caption"}},
      {kShot + "/visual annotation/descriptive caption", {"missing_description"}},
      {"/segments/*/reference images", {"missing_reference"}},
      {kReference, {"missing_reference"}},
      {kReference + "/ID", {"bad_field", "missing_reference"}},
      {kReference + "/masks", {"missing_reference"}},
      {kReference + "/masks/*/frame index", {"bad_rle"}},
      {kReference + "/masks/*/rle mask", {"bad_rle"}},
      {kReference + "/masks/*/rle mask/size", {"bad_rle"}},
      {kReference + "/masks/*/rle mask/size/*", {"bad_rle"}},
      {kReference + "/masks/*/rle mask/counts", {"bad_rle"}},
      // What a file may lack, or have any number of: that it once had it, nobody can tell.
      {"/url", {}},
      {"/segments/*", {}},
      {kScript + "/storyline", {}},
      {kScript + "/main characters/*/appearance", {}},
      {kScript + "/main scenes/*/environment", {}},
      {kScript + "/shots/first", {}},
      {kScript + "/shots/last", {}},
      {kShot + "/is_prologue_or_epilogue", {}},
      {kShot + "/main characters/*", {}},
      {kShot + "/extra 4-second timestamp", {}},
      {kShot + "/audio annotation", {}},
      {kShot + "/audio annotation/type", {}},
      {kShot + "/audio annotation/sound description", {}},
      {kShot + "/audio annotation/visual context", {}},
      {kReference + "/masks/*", {}},
  };
  return parts;
}

/// A place in the document: its steps, and its name in removed_parts().
struct Part {
  std::vector<std::string> steps;
  std::string name;
};

std::vector<Part> parts_of(const Json& document) {
  std::vector<Part> parts;
  const std::function<void(const Json&, const Part&)> walk = [&](const Json& value,
                                                                 const Part& above) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      Part part = above;
      auto child = value.begin();
      std::advance(child, static_cast<std::ptrdiff_t>(i));
      part.steps.push_back(value.is_object() ? child.key() : std::to_string(i));
      const bool is_shot = above.name.ends_with("/shots");
      const char* shot = i == 0 ? "first" : i + 1 == value.size() ? "last" : "middle";
      const std::string exact = above.name + "/" + (is_shot ? shot : part.steps.back());
      part.name = above.name + "/" + (value.is_object() ? part.steps.back() : "*");
      if (is_shot) part.name = exact;
      parts.push_back(part);
      if (child->is_structured()) walk(*child, part);
    }
  };
  walk(document, {});
  for (Part& part : parts) {
    if (removed_parts().contains(part.name)) continue;
    for (const char* shot : {"/shots/first/", "/shots/middle/", "/shots/last/"}) {
      if (const auto at = part.name.find(shot); at != std::string::npos)
        part.name.replace(at, std::string_view(shot).size(), "/shots/*/");
    }
  }
  return parts;
}

Json without(Json document, const Part& part) {
  Json* parent = &document;
  for (std::size_t i = 0; i + 1 < part.steps.size(); ++i) {
    const std::string& step = part.steps[i];
    parent = parent->is_array() ? &(*parent)[std::stoul(step)] : &(*parent)[step];
  }
  if (parent->is_array())
    parent->erase(std::stoul(part.steps.back()));
  else
    parent->erase(part.steps.back());
  return document;
}

/// Part by part of the original: what is taken out is a finding, of the kind that the design page
/// says and in that segment, or one of the few parts that a file may lack; and all else is read as
/// before.
TEST(MutatedAnnotations, EveryPartThatIsTakenOutIsAFindingOfItsKind) {
  const Json original = rich_video();
  ASSERT_TRUE(read(original.dump()).findings.empty());
  std::set<std::string> seen;
  for (const Part& part : parts_of(original)) {
    SCOPED_TRACE(part.name);
    ASSERT_TRUE(removed_parts().contains(part.name)) << "a part that the table does not know";
    seen.insert(part.name);
    const Json document = without(original, part);
    const AnnotationFile file = read(document.dump());
    std::set<std::string> kinds;
    for (const auto& finding : file.findings) {
      kinds.emplace(finding.kind);
      if (part.steps.size() > 2) {
        EXPECT_EQ(finding.segment, std::stoi(part.steps[1]));
      }
      if (part.steps.size() > 5 && part.steps[3] == "shots" && finding.kind != "time_gap") {
        EXPECT_EQ(finding.shot, std::stoi(part.steps[4]) + 1);
      }
    }
    EXPECT_EQ(kinds, removed_parts().at(part.name));
    expect_read_as_stated(document, file);
  }
  EXPECT_EQ(seen.size(), removed_parts().size()) << "a line of the table that no part has";
}

TEST(MutatedAnnotations, LoseNothingWithoutAFinding) {
  for (int i = 0; i < mutations(); ++i) {
    SplitMix64 random(kSeed + static_cast<std::uint64_t>(i));
    Json changed = rich_video();
    const std::uint64_t count = 1 + random.below(3);
    for (std::uint64_t k = 0; k < count; ++k) mutate(changed, random);
    const std::string text = changed.dump(-1, ' ', false, Json::error_handler_t::replace);
    SCOPED_TRACE(fmt::format("mutation {}", i));
    expect_read_as_stated(Json::parse(text), read(text));
    if (HasFailure()) return;
  }
}

/// Findings of one file, asked for by kind and place.
class Told {
 public:
  explicit Told(const AnnotationFile& file)
      : places_(testing::places_of(file)), unknown_keys_(!file.unknown_keys.empty()) {}
  /// @param shot  0: about the segment
  [[nodiscard]] bool of(int segment, int shot, const std::vector<std::string>& kinds) const {
    return std::any_of(kinds.begin(), kinds.end(), [&](const std::string& kind) {
      return places_.contains({kind, segment, shot});
    });
  }
  /// A damaged key is a key that no reader knows; what stood under it is then absent.
  [[nodiscard]] bool unknown_keys() const { return unknown_keys_; }

 private:
  std::set<testing::FindingPlace> places_;
  bool unknown_keys_;
};

void expect_no_shot_part_is_lost(const AnnotatedShot& sound, const AnnotatedShot& shot, int segment,
                                 const Told& told) {
  const auto kept = [&](bool is_there, const std::vector<std::string>& kinds, bool optional) {
    return is_there || told.of(segment, sound.number, kinds) || (optional && told.unknown_keys());
  };
  EXPECT_TRUE(kept(shot.narrative_caption.has_value(), {"missing_caption"}, false));
  EXPECT_TRUE(kept(shot.descriptive_caption.has_value(), {"missing_description"}, false));
  EXPECT_TRUE(kept(shot.scene.has_value(), {"no_scene"}, false));
  EXPECT_TRUE(kept(shot.characters.size() >= sound.characters.size(),
                   {"no_character", "bad_field", "unknown_character"}, false));
  EXPECT_TRUE(kept(shot.excerpt.has_value(), {"bad_field", "extra_outside"}, true));
  EXPECT_TRUE(kept(
      shot.audio && shot.audio->type && shot.audio->sound_description && shot.audio->visual_context,
      {"bad_field"}, true));
}

/// Everything that the sound file has is in the damaged one's too, changed perhaps, or a finding of
/// the right kind stands at its place.
void expect_nothing_is_lost(const AnnotatedVideo& sound, const AnnotationFile& file) {
  const Told told(file);
  const AnnotatedVideo& video = file.videos.at(0);
  if (!file.unreadable.empty()) {
    EXPECT_TRUE(told.of(-1, 0, {"bad_schema"}));
    return;
  }
  EXPECT_TRUE(video.fps > 0.0 || told.of(-1, 0, {"missing_fps"}));
  EXPECT_TRUE(video.id != "stem" || told.of(-1, 0, {"missing_video_id"}));
  for (const AnnotatedSegment& segment : sound.segments) {
    const auto read = std::find_if(video.segments.begin(), video.segments.end(),
                                   [&](const auto& one) { return one.index == segment.index; });
    if (read == video.segments.end()) {
      EXPECT_TRUE(told.of(segment.index, 0, {"bad_schema", "bad_segment_range", "empty_story"}));
      continue;
    }
    for (const AnnotatedShot& shot : segment.shots) {
      const auto same = std::find_if(read->shots.begin(), read->shots.end(),
                                     [&](const auto& one) { return one.number == shot.number; });
      if (same != read->shots.end()) {
        expect_no_shot_part_is_lost(shot, *same, segment.index, told);
      } else {
        EXPECT_TRUE(told.of(segment.index, shot.number,
                            {"bad_schema", "missing_time", "bad_time", "end_before_start",
                             "empty_range", "duplicate_range"}));
      }
    }
    const auto masks = [](const AnnotatedSegment& one) {
      std::size_t number = 0;
      for (const auto& reference : one.references)
        number += reference.masks.size() + static_cast<std::size_t>(reference.placeholders);
      return number;
    };
    EXPECT_TRUE(
        masks(*read) >= masks(segment) ||
        told.of(segment.index, 0, {"bad_rle", "duplicate_mask", "bad_field", "missing_reference"}));
    EXPECT_TRUE(read->characters.size() >= segment.characters.size() ||
                told.of(segment.index, 0, {"bad_field"}) || told.unknown_keys());
    EXPECT_TRUE(read->scenes.size() >= segment.scenes.size() ||
                told.of(segment.index, 0, {"bad_field"}) || told.unknown_keys());
    EXPECT_TRUE(!read->storyline.empty() || told.of(segment.index, 0, {"bad_field"}) ||
                told.unknown_keys());
  }
}

/// The document of a damaged text, and what was noticed on the way; nothing where it is no JSON.
std::optional<Json> document_of(const std::string& text, std::set<std::string>& kinds) {
  try {
    const Text decoded = decode_file_text(text, "video.json");
    std::vector<std::string> doubled;
    Json document = parse_json(decoded.utf8, "video.json", {}, &doubled);
    if (!decoded.is_utf8()) kinds.insert("text_encoding");
    if (!doubled.empty()) kinds.insert("duplicate_key");
    return document;
  } catch (const BadInput&) {
    return std::nullopt;
  }
}

TEST(MutatedAnnotations, WithDamagedBytesAreFindings) {
  const std::string original = rich_video().dump();
  const AnnotatedVideo sound = read(original).videos.at(0);
  int parsed = 0;
  for (int i = 0; i < mutations(); ++i) {
    SplitMix64 random(~kSeed + static_cast<std::uint64_t>(i));
    std::string text = original;
    const std::uint64_t count = 1 + random.below(8);
    for (std::uint64_t k = 0; k < count; ++k) {
      char& byte = text[static_cast<std::size_t>(random.below(text.size()))];
      // Half of them bytes of texts, so that many files are still JSON.
      byte = static_cast<char>(random.below(2) == 0 ? random.below(256) : 48 + random.below(75));
    }
    if (random.below(4) == 0) text.resize(static_cast<std::size_t>(random.below(text.size())));
    SCOPED_TRACE(fmt::format("damage {}", i));
    AnnotationFile file = read(text);
    ASSERT_EQ(file.videos.size(), 1U);
    std::set<std::string> of_text;
    const auto document = document_of(text, of_text);
    if (!document) {
      EXPECT_EQ(testing::places_of(file), (std::set<testing::FindingPlace>{{"bad_json", -1, 0}}));
      EXPECT_EQ(file.unreadable, std::vector<int>{0});
    } else {
      ++parsed;
      expect_nothing_is_lost(sound, file);
      for (const std::string& kind : of_text)
        EXPECT_TRUE(testing::places_of(file).contains({kind, -1, 0})) << kind;
      std::erase_if(file.findings, [&](const AnnotationFinding& finding) {
        return of_text.contains(std::string(finding.kind));
      });
      expect_read_as_stated(*document, file);
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(parsed, mutations() / 20) << "too few damaged files were still JSON";
}

}  // namespace
}  // namespace asbench::loaders
