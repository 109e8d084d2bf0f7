#include "evaluation/coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "tests/support/fake_extraction.h"

namespace asbench::evaluation {
namespace {

using loaders::ShotKey;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kAdvice = "What to do.";

class CoverageOfShots : public ::testing::Test {
 protected:
  /// A split of one story with the shots 1..count; each has a clip of its own name and content.
  void expect_shots(int count) {
    split_.stories.push_back({});
    auto& story = split_.stories.back();
    story.id = "fox/0";
    for (int number = 1; number <= count; ++number) {
      story.shots.emplace_back().number = number;
      place(number, std::to_string(number) + ".mp4");
    }
  }
  void place(int number, const std::string& path) {
    if (!clips_.clips.contains(path)) clips_.clips[path].content = path;
    outputs_.shots[{"fox/0", number}] = {loaders::ShotSource::Kind::video_file, path};
  }
  [[nodiscard]] Probe probed() const { return probe(split_, outputs_, decoded_before_, clips_); }
  /// Outcomes in reverse order of the shots, so that ids and order differ.
  [[nodiscard]] Coverage covered(
      const std::function<void(int number, features::ClipOutcome&)>& change) const {
    std::map<ShotKey, std::size_t> ids;
    std::vector<features::ClipOutcome> outcomes(outputs_.shots.size());
    std::size_t id = outcomes.size();
    for (const auto& [key, source] : outputs_.shots) {
      ids[key] = --id;
      outcomes[id].frame_count = outcomes[id].declared_frames = 12;
      outcomes[id].sample_digest = source.path.string();
      change(key.shot, outcomes[id]);
    }
    return cover(split_, outputs_, ids, outcomes, {});
  }

  loaders::Split split_;
  loaders::Outputs outputs_;
  testing::FakeClips clips_;
  std::function<bool(const std::string&)> decoded_before_ = [](const std::string&) {
    return false;
  };
};

TEST_F(CoverageOfShots, HashesAndOpensEachClipOnceAndHandsOnWhatItFound) {
  expect_shots(2);
  place(2, "1.mp4");
  const auto probe = probed();
  EXPECT_THAT(probe.coverage.missing, IsEmpty());
  EXPECT_THAT(clips_.counts().hashed, ElementsAre(std::pair("1.mp4", 1)));
  EXPECT_THAT(clips_.counts().looked, ElementsAre(std::pair("1.mp4", 1)));
  EXPECT_THAT(clips_.counts().decoded, IsEmpty());
  const auto known = probe.known.find(outputs_.shots.begin()->second);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->content_sha256, testing::FakeClips::hash("1.mp4"));
  EXPECT_FALSE(known->broken);
}

TEST_F(CoverageOfShots, OpensEqualContentOnceAndCallsAllItsClipsBroken) {
  expect_shots(2);
  clips_.clips["2.mp4"].content = "1.mp4";
  clips_.clips["1.mp4"].broken_look = "no frame decodes";
  const auto probe = probed();
  EXPECT_THAT(clips_.counts().looked, ElementsAre(std::pair("1.mp4", 1)));
  EXPECT_EQ(probe.coverage.missing.size(), 2U);
  ASSERT_EQ(probe.coverage.findings.size(), 2U);
  EXPECT_EQ(probe.coverage.findings[1].kind, "broken_video");
  EXPECT_THAT(probe.coverage.findings[1].detail, HasSubstr("2.mp4"));
  EXPECT_THAT(probe.coverage.findings[1].detail, HasSubstr("no frame decodes"));
  EXPECT_EQ(probe.known.find(outputs_.shots.at({"fox/0", 2}))->broken->cause, "no frame decodes");
}

TEST_F(CoverageOfShots, DoesNotOpenWhatWasDecodedBefore) {
  expect_shots(2);
  decoded_before_ = [](const std::string& content) {
    return content == testing::FakeClips::hash("2.mp4");
  };
  clips_.clips["2.mp4"].broken_look = "not looked at";
  EXPECT_THAT(probed().coverage.missing, IsEmpty());
  EXPECT_THAT(clips_.counts().looked, ElementsAre(std::pair("1.mp4", 1)));
}

TEST_F(CoverageOfShots, ListsAbsentAndUnreadableShots) {
  expect_shots(3);
  outputs_.shots.erase({"fox/0", 1});
  outputs_.findings.push_back({"missing_shot", "fox/0", 1, "no file"});
  clips_.clips["3.mp4"].unreadable = "permission denied";
  const auto probe = probed();
  EXPECT_EQ(probe.coverage.expected_shots, 3);
  EXPECT_THAT(probe.coverage.missing, ElementsAre(ShotKey{"fox/0", 1}, ShotKey{"fox/0", 3}));
  EXPECT_EQ(clips_.counts().looked.count("3.mp4"), 0U);
  EXPECT_TRUE(probe.known.find(outputs_.shots.at({"fox/0", 3}))->content_sha256.empty());
}

TEST_F(CoverageOfShots, AfterExtractionNamesBrokenShortUnevenAndEqualShots) {
  expect_shots(5);
  const auto coverage = covered([](int number, features::ClipOutcome& outcome) {
    if (number == 1) outcome.broken = {"bad_cuts", "beyond the end"};
    if (number == 2) outcome.frame_count = outcome.declared_frames = 3;
    if (number == 3) outcome.declared_frames = 20;
    if (number == 5) outcome.sample_digest = "4.mp4";
  });
  EXPECT_THAT(coverage.missing, ElementsAre(ShotKey{"fox/0", 1}));
  std::vector<std::pair<std::string, int>> findings;
  for (const auto& finding : coverage.findings)
    findings.emplace_back(finding.kind, finding.shot.value());
  EXPECT_THAT(findings,
              ElementsAre(std::pair("bad_cuts", 1), std::pair("short_shot", 2),
                          std::pair("frame_count_mismatch", 3), std::pair("duplicate_shot", 5)));
  EXPECT_THAT(coverage.findings[0].detail, HasSubstr("1.mp4"));
}

TEST_F(CoverageOfShots, AfterExtractionNamesWhatStreamsSay) {
  expect_shots(3);
  const auto coverage = covered([](int number, features::ClipOutcome& outcome) {
    outcome.facts.codec = "h264";
    outcome.facts.matrix = number == 2 ? "bt709" : "bt601";
    outcome.facts.range = "limited";
    if (number == 1) outcome.facts.transfer = "arib-std-b67";
    if (number == 3) outcome.facts.alpha = loaders::StreamFacts::Alpha::on_black;
  });
  EXPECT_THAT(coverage.missing, IsEmpty());
  std::vector<std::string> kinds;
  for (const auto& finding : coverage.findings) kinds.push_back(finding.kind);
  EXPECT_THAT(kinds, ElementsAre("hdr_transfer", "alpha_channel", "mixed_colour"));
  EXPECT_THAT(coverage.findings[2].detail, HasSubstr("2 shots as bt601 limited"));
  EXPECT_NO_THROW(require_complete(coverage, kAdvice));
}

TEST_F(CoverageOfShots, AfterExtractionNamesFormatsThatDiffer) {
  expect_shots(3);
  const auto coverage = covered([](int number, features::ClipOutcome& outcome) {
    outcome.fps = number == 2 ? 8.0 : 16.0;
    outcome.width = 64;
    outcome.height = number == 3 ? 96 : 48;
  });
  std::vector<std::string> kinds;
  for (const auto& finding : coverage.findings) kinds.push_back(finding.kind);
  EXPECT_THAT(kinds, ElementsAre("mixed_frame_rates", "mixed_sizes", "mixed_orientations"));
  EXPECT_NO_THROW(require_complete(coverage, kAdvice)) << "information";
}

TEST_F(CoverageOfShots, CompleteIsNoError) {
  expect_shots(2);
  EXPECT_NO_THROW(require_complete(probed().coverage, kAdvice));
}

std::string message_of(const Coverage& coverage) {
  try {
    require_complete(coverage, kAdvice);
  } catch (const BadInput& error) {
    return error.what();
  }
  return {};
}

TEST_F(CoverageOfShots, IncompleteNamesEachShotItsCauseAndTheRemedy) {
  expect_shots(3);
  outputs_.shots.erase({"fox/0", 1});
  outputs_.findings.push_back({"unexpected_file", "fox/0", 1, "beside the point"});
  clips_.clips["3.mp4"].broken_look = "no frame decodes";
  const std::string message = message_of(probed().coverage);
  EXPECT_THAT(message, HasSubstr("2 of 3 shots are missing or broken"));
  EXPECT_THAT(message, HasSubstr("\n  fox/0 shot 1: missing\n"));
  EXPECT_THAT(message, HasSubstr("\n  fox/0 shot 3: broken_video: "));
  EXPECT_THAT(message, ::testing::EndsWith("\n  What to do."));
  EXPECT_THAT(message, Not(HasSubstr("--missing"))) << "the advice is the caller's";
  EXPECT_THAT(message, Not(HasSubstr("beside the point")));
}

TEST_F(CoverageOfShots, IncompleteListsTwentyShotsAndCountsTheRest) {
  expect_shots(25);
  outputs_.shots.clear();
  const std::string message = message_of(probed().coverage);
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 20 + 1 + 1);
  EXPECT_THAT(message, HasSubstr("shot 20: missing"));
  EXPECT_THAT(message, Not(HasSubstr("shot 21: missing")));
  EXPECT_THAT(message, HasSubstr("and 5 more (asbench inspect lists all)"));
}

TEST_F(CoverageOfShots, OneLostShotIsSaidInTheSingular) {
  expect_shots(20);
  outputs_.shots.erase({"fox/0", 7});
  EXPECT_THAT(message_of(probed().coverage), HasSubstr("1 of 20 shots is missing or broken:"));
  split_.stories.front().shots.resize(1);
  outputs_.shots.clear();
  EXPECT_THAT(message_of(probed().coverage), HasSubstr("1 of 1 shot is missing or broken:"));
}

TEST_F(CoverageOfShots, EveryKindOfFindingStopsARunExactlyWhenInspectSaysSo) {
  expect_shots(2);
  using document::InputNeeds;
  for (const auto& kind : document::finding_kinds()) {
    split_.findings = {{std::string(kind.kind), "", std::nullopt, "the cause"}};
    for (const InputNeeds needs : {InputNeeds{}, InputNeeds{.references = false, .captions = false},
                                   InputNeeds{.references = true, .captions = false}}) {
      Coverage coverage = probed().coverage;
      coverage.needs = needs;
      const std::string message = message_of(coverage);
      EXPECT_EQ(!message.empty(), document::is_blocking(kind.kind, needs)) << kind.kind;
      EXPECT_EQ(blocking_findings(coverage).size(), message.empty() ? 0U : 1U) << kind.kind;
      if (message.empty()) continue;
      EXPECT_THAT(message, HasSubstr(std::string(kind.kind) + ": the cause"));
    }
  }
}

TEST_F(CoverageOfShots, IncompleteListsTheSplitsDefectsAndTheShotsTogether) {
  expect_shots(3);
  split_.findings = {{"bad_json", "", std::nullopt, "IP cat: prompts.json: not valid JSON"},
                     {"missing_reference", "", std::nullopt, "IP dog: no such file"},
                     {"missing_caption", "fox/0", 2, "the caption is blank"},
                     {"story_count", "", std::nullopt, "beside the point"}};
  outputs_.shots.erase({"fox/0", 1});
  outputs_.findings.push_back({"missing_shot", "fox/0", 1, "no such file: shot_01.mp4"});
  Coverage coverage = probed().coverage;
  const std::string message = message_of(coverage);
  EXPECT_THAT(message, HasSubstr("3 parts of the split are missing or unusable, and 1 of 3 shots"));
  for (const char* line :
       {"\n  bad_json: IP cat: prompts.json: not valid JSON", "\n  missing_reference: IP dog: ",
        "\n  fox/0 shot 2: missing_caption: the caption is blank",
        "\n  fox/0 shot 1: missing_shot: no such file: shot_01.mp4"})
    EXPECT_THAT(message, HasSubstr(line));
  EXPECT_THAT(message, Not(HasSubstr("beside the point")));
  coverage.needs = {.references = false, .captions = false};
  EXPECT_THAT(message_of(coverage), HasSubstr("one part of the split is missing or unusable"));
}

TEST_F(CoverageOfShots, ExpectsTheShotsOfLostStoriesToo) {
  expect_shots(3);
  split_.lost = {{"cat/0", "cat", 4}, {"cat/1", "cat", 2}};
  const auto coverage = probed().coverage;
  EXPECT_EQ(coverage.expected_shots, 9);
  EXPECT_EQ(coverage.left_out_shots, 6);
  EXPECT_THAT(coverage.missing, IsEmpty());
}

}  // namespace
}  // namespace asbench::evaluation
