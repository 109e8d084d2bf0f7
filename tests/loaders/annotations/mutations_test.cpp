// Annotation files with random defects: nothing crashes, and whatever is gone from what was read is
// a finding. 10,000 of them: ASBENCH_MUTATIONS=10000 annotations_test --gtest_filter='Mutated*'.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <set>

#include "core/stats.h"
#include "loaders/annotations/parse_annotations.h"
#include "tests/loaders/annotations/annotation_samples.h"

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
    case 2:  // two values change places
      std::swap(victim, *values[static_cast<std::size_t>(random.below(values.size()))]);
      break;
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

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(key);
  return at == object.end() ? nullptr : &*at;
}

bool is_absent(const Json* value) {
  if (value == nullptr || value->is_null()) return true;
  return value->is_string() &&
         value->get_ref<const std::string&>().find_first_not_of(" \t\r\n") == std::string::npos;
}

std::size_t listed_in(const Json* value) {
  return value != nullptr && value->is_array() ? value->size() : 0;
}

/// Findings about a place.
class Told {
 public:
  explicit Told(const AnnotationFile& file) {
    for (const auto& finding : file.findings) {
      places_.emplace(finding.segment, finding.shot);
      kinds_.emplace(finding.segment, finding.kind);
    }
  }
  [[nodiscard]] bool shot(int segment, int number) const {
    return places_.contains({segment, number});
  }
  [[nodiscard]] bool any(int segment, std::initializer_list<std::string_view> kinds) const {
    for (const auto& kind : kinds) {
      if (kinds_.contains({segment, kind})) return true;
    }
    return false;
  }

 private:
  std::set<std::pair<int, int>> places_;
  std::set<std::pair<int, std::string_view>> kinds_;
};

/// Every segment, shot, character, scene, reference and mask of the document was read, or a finding
/// about its place says otherwise.
void expect_nothing_is_lost(const Json& document, const AnnotationFile& file) {
  const Json* segments = member(document, "segments");
  const Told told(file);
  if (segments == nullptr || !segments->is_array()) {
    EXPECT_FALSE(file.findings.empty());
    return;
  }
  ASSERT_EQ(file.videos.size(), 1U);
  const AnnotatedVideo& video = file.videos[0];
  std::set<int> skipped;
  for (const auto& segment : video.skipped) skipped.insert(segment.index);
  ASSERT_EQ(video.segments.size() + skipped.size(), segments->size());
  for (const int segment : skipped)
    EXPECT_TRUE(told.any(segment, {"bad_schema", "bad_segment_range", "empty_story"})) << segment;
  for (const AnnotatedSegment& read : video.segments) {
    const Json& written = (*segments)[static_cast<std::size_t>(read.index)];
    const Json* script = member(written, "story script");
    const Json* shots = member(*script, "shots");
    std::set<int> numbers;
    for (const AnnotatedShot& shot : read.shots) {
      numbers.insert(shot.number);
      const Json& source = (*shots)[static_cast<std::size_t>(shot.number - 1)];
      const auto kept = [&](bool is_read, const Json* value) {
        return is_read || is_absent(value) || told.shot(read.index, shot.number);
      };
      EXPECT_TRUE(kept(shot.characters.size() == listed_in(member(source, "main characters")),
                       member(source, "main characters")));
      EXPECT_TRUE(kept(shot.scene.has_value(), member(source, "scene")));
      EXPECT_TRUE(kept(shot.excerpt.has_value(), member(source, "extra 4-second timestamp")));
      EXPECT_TRUE(kept(shot.audio.has_value(), member(source, "audio annotation")));
      EXPECT_TRUE(kept(shot.narrative_caption && shot.descriptive_caption,
                       member(source, "visual annotation")));
    }
    for (int number = 1; number <= static_cast<int>(listed_in(shots)); ++number) {
      EXPECT_TRUE(numbers.contains(number) || told.shot(read.index, number)) << number;
    }
    const bool all_named =
        read.characters.size() == listed_in(member(*script, "main characters")) &&
        read.scenes.size() == listed_in(member(*script, "main scenes"));
    EXPECT_TRUE(all_named || told.any(read.index, {"bad_field"}));
    std::size_t masks = 0;
    for (const AnnotatedReference& reference : read.references)
      masks += reference.masks.size() + static_cast<std::size_t>(reference.placeholders);
    std::size_t written_masks = 0;
    if (const Json* references = member(written, "reference images");
        references != nullptr && references->is_array()) {
      for (const Json& reference : *references)
        written_masks += listed_in(member(reference, "masks"));
    }
    EXPECT_TRUE(masks == written_masks ||
                told.any(read.index, {"bad_field", "bad_rle", "duplicate_mask"}))
        << masks << " of " << written_masks;
  }
}

TEST(MutatedAnnotations, LoseNothingWithoutAFinding) {
  for (int i = 0; i < mutations(); ++i) {
    SplitMix64 random(kSeed + static_cast<std::uint64_t>(i));
    Json document = rich_video();
    const std::uint64_t count = 1 + random.below(3);
    for (std::uint64_t k = 0; k < count; ++k) mutate(document, random);
    const std::string text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
    SCOPED_TRACE(fmt::format("mutation {}", i));
    const AnnotationFile file = parse_annotations(text, {"video.json", "stem"});
    expect_nothing_is_lost(document, file);
    if (HasFailure()) return;
  }
}

TEST(MutatedAnnotations, WithDamagedBytesAreFindings) {
  const std::string sound = rich_video().dump();
  for (int i = 0; i < mutations(); ++i) {
    SplitMix64 random(~kSeed + static_cast<std::uint64_t>(i));
    std::string text = sound;
    const std::uint64_t count = 1 + random.below(8);
    for (std::uint64_t k = 0; k < count; ++k)
      text[static_cast<std::size_t>(random.below(text.size()))] =
          static_cast<char>(random.below(256));
    if (random.below(4) == 0) text.resize(static_cast<std::size_t>(random.below(text.size())));
    const AnnotationFile file = parse_annotations(text, {"video.json", "stem"});
    ASSERT_EQ(file.videos.size(), 1U) << i;
    if (!file.videos[0].segments.empty()) continue;
    EXPECT_FALSE(file.findings.empty()) << i;
  }
}

}  // namespace
}  // namespace asbench::loaders
