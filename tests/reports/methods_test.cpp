// The paragraph on how numbers were made: from the documents alone, and honest where they differ.
#include "reports/paper/methods.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/json.h"
#include "reports/leaderboard/published.h"
#include "reports/paper/by_value.h"
#include "tests/support/synthetic_result.h"

namespace asbench::reports {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;
using Results = std::vector<document::Result>;

document::Result result(const std::string& system) {
  testing::SyntheticResult made;
  made.system = system;
  auto read = document::result_from_json(made.document(), system);
  auto& description = read.metrics[0].description;
  description.title = "Reference adherence under CLIP";
  description.kind = document::MetricKind::headline;
  description.cites = {"qiu2025animeshooter"};
  description.leaderboard = true;
  description.controls = {"reference_copy"};
  read.settings["background"] = "black";
  read.settings["confidence"] = {{"level", 0.95}, {"replicates", 10000}, {"seed", 0}};
  read.provenance.weights["clip"] = {.id = "openai/clip-vit-base-patch32",
                                     .sha256 = std::string(64, 'a'),
                                     .config_sha256 = {},
                                     .revision = "3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268",
                                     .pin = {},
                                     .pin_difference = {},
                                     .overridden_revision = {},
                                     .further = {}};
  read.provenance.decoder = "FFmpeg 5.1";
  read.provenance.libraries = {{"LibTorch", "2.11.0"}};
  return read;
}

TEST(Methods, StateHowTheNumbersWereMade) {
  const Results results = {result("a"), result("b")};
  const auto text = methods_paragraph(results, {}, TextFormat::plain);
  for (const char* part :
       {"We evaluate 2 systems with AnimeShooter-Bench 0.1.0 (commit 0) under the protocol "
        "synthetic "
        "[AnimeShooter-Bench].",
        "synthetic with 12 stories of 6 IPs and 48 shots (SHA-256 aaaaaaaaaaaaaaaa...)",
        "We sample the middle frame of each of 5 equal parts of a shot (midpoint:5), and composite "
        "transparent references on black.",
        "The encoder clip is openai/clip-vit-base-patch32 (weights' SHA-256 aaaaaaaaaaaaaaaa..., "
        "revision 3d74acf9a28c) [Radford et al. 2021].",
        "The metrics are Reference adherence under CLIP (clip_i) [Qiu et al. 2025].",
        "level by level: frame, then shot, then story, then system.", "HarMeanP is the harmonic",
        "Missing or damaged shots end a run (policy fail); every shot of every system was scored.",
        "95 % intervals of a bootstrap over whole IPs (10000 replicates, seed 0); below 10 IPs "
        "they "
        "are too narrow.",
        "Where two systems are tested against each other (asbench compare), the test flips the "
        "signs of whole IPs",
        "marked in clip_i only where the controls of the metric are within their limits "
        "(reference_copy).",
        "decoded by FFmpeg 5.1, and encoders ran on cpu with LibTorch 2.11.0.",
        "Deviations from the protocol: none."})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_EQ(text.find('\n'), text.size() - 1) << "one paragraph";
}

TEST(Methods, NameTheDocumentsThatDiffer) {
  Results results = {result("a"), result("b_1"), result("c")};
  results[1].settings["frames"] = "ends:5";
  results[2].coverage.scored_shots = 40;
  results[2].coverage.policy = "zero";
  results[1].overrides = {"frames=\"ends:5\" (synthetic: \"midpoint:5\")"};
  const auto text = methods_paragraph(results, {}, TextFormat::plain);
  EXPECT_THAT(text, HasSubstr("of a shot (midpoint:5) (a, c) and 5 frames at equal steps from the "
                              "first of a shot to its last (ends:5) (b_1)"));
  EXPECT_THAT(text,
              HasSubstr("end a run (policy fail) (a, b_1) and count as failures (policy zero) "
                        "(c); scored are 48 of 48 shots (a, b_1) and 40 of 48 shots (c)."));
  EXPECT_THAT(text, HasSubstr("Deviations from the protocol: none (a, c) and frames=\"ends:5\""));
}

TEST(Methods, AreEscapedAndCiteInEachLanguage) {
  Results results = {result("a_1"), result("b")};
  results[0].protocol = "own_100%";
  const auto latex = methods_paragraph(results, {}, TextFormat::latex);
  EXPECT_THAT(latex, HasSubstr("own\\_\\allowbreak{}100\\%"));
  EXPECT_THAT(latex, HasSubstr("~\\cite{radford2021clip}."));
  const auto markdown = methods_paragraph(results, {}, TextFormat::markdown);
  EXPECT_THAT(markdown, HasSubstr("\\(a\\_1\\)"));
  EXPECT_THAT(markdown, HasSubstr(" [@radford2021clip]."));
}

TEST(Methods, SayWhatThePublishedNumbersAre) {
  Results results = {result("a")};
  for (auto& published : published_results()) results.push_back(published);
  const auto text = methods_paragraph(results, {"clip_i"}, TextFormat::plain);
  EXPECT_THAT(text, HasSubstr("We evaluate 1 system with"));
  EXPECT_THAT(text, HasSubstr("AnimeShooterGen"));
  EXPECT_THAT(text,
              HasSubstr("are as published, not re-run, encoder not stated [Qiu et al. 2025]."));
}

TEST(Methods, OfTheDemoSayThatTheyJudgeNothing) {
  Results results = {result("a")};
  results[0].demo_encoders = {"asbench/mini-clip"};
  EXPECT_THAT(methods_paragraph(results, {}, TextFormat::plain),
              HasSubstr("asbench/mini-clip come with the program and judge no real system"));
}

TEST(Methods, SayWhatMustBeKnownOfASystem) {
  Results results = {result("a"), result("b")};
  results[1].note = "trained on two films";
  EXPECT_THAT(methods_paragraph(results, {}, TextFormat::plain),
              HasSubstr("Of b: trained on two films."));
}

TEST(Methods, UnknownMetricsAndFormatsAreErrors) {
  const Results results = {result("a")};
  EXPECT_THAT([&] { (void)methods_paragraph(results, {"clip_l"}, TextFormat::plain); },
              ThrowsMessage<UsageError>(HasSubstr("Did you mean clip_i?")));
  EXPECT_THAT([] { (void)text_format("latx"); },
              ThrowsMessage<UsageError>(HasSubstr("Did you mean latex?")));
  EXPECT_THROW((void)methods_paragraph(published_results(), {}, TextFormat::plain), BadInput);
}

TEST(ByValue, SaysOnceWhatAllAgreeOn) {
  const Results results = {result("a"), result("b"), result("c")};
  const std::vector<const document::Result*> all = {&results[0], &results[1], &results[2]};
  EXPECT_EQ(by_value(all, [](const auto&) { return std::string("x"); }), "x");
  EXPECT_EQ(by_value(all, [](const auto& one) { return one.system == "b" ? "y" : "x"; }),
            "x (a, c) and y (b)");
  EXPECT_EQ(by_value(all, [](const auto& one) { return one.system; }), "a (a), b (b) and c (c)");
}

}  // namespace
}  // namespace asbench::reports
