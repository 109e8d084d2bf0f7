// The metrics of sets of clips (fvd, ...) and copy_rate, through `asbench score` on real files,
// against Python's numbers for the same clips (tests/golden/video/generate.py, whole_path).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <vector>

#include "core/image.h"
#include "core/npy.h"
#include "tests/cli/mini_benchmark.h"
#include "tests/support/paths.h"
#include "tests/support/video_maker.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

// Features are float32 sums of some thousand products; the kernel's cube triples what that leaves.
constexpr double kRelative = 2e-4;

std::string network() {
  return (testing::source_folder() / "tests/golden/video/i3d_form.pt").string();
}

/// The frames of whole_path_clip() in generate.py.
Image frame_of(int side, int number, int t) {
  const int a = 1 + (number * 7 + side * 3) % 5, b = 1 + (number * 5) % 4,
            d = 2 + (number * 3 + side) % 6;
  Image image(40, 64, 3);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 64; ++x) {
      for (int c = 0; c < 3; ++c) {
        const int level =
            (a * x + b * y + 40 * c + d * t + number * 11 + side * 29 + (x * y) / (7 + number)) %
            256;
        image.bytes[static_cast<std::size_t>((y * 64 + x) * 3 + c)] =
            static_cast<std::uint8_t>(level);
      }
    }
  }
  return image;
}

class DistributionScore : public WithMiniBenchmark {
 protected:
  static void SetUpTestSuite() {
    WithMiniBenchmark::SetUpTestSuite();
    for (int side = 0; side < 2; ++side) {
      int number = 0;
      for (const char* story : {"cat/1", "cat/3", "dog/2"}) {
        for (int shot = 1; shot <= 4; ++shot, ++number) {
          for (int t = 0; t < 18; ++t) {
            make_picture(side_folder(side) / story / ("shot_0" + std::to_string(shot)) /
                             ("frame_" + std::to_string(t) + ".png"),
                         frame_of(side, number, t));
          }
        }
      }
    }
  }
  static fs::path side_folder(int side) {
    return mini().root() / (side == 0 ? "real" : "generated");
  }
  /// Scores the generated side with nothing but set-level metrics.
  static ProgramResult score(const std::string& name, std::vector<std::string> more) {
    more.insert(more.end(), {"--outputs", side_folder(1), "--encoder", "video=" + network(),
                             "--layout", "default"});
    return mini().score(name, more);
  }
  static fs::path real_features() {
    const fs::path file = mini().root() / "real.npy";
    if (!fs::exists(file)) {
      const auto run = run_program(
          asbench_program(),
          {"features", "--split", mini().split(), "--outputs", side_folder(0), "--layout",
           "default", "--encoder", network(), "--cache", mini().root() / "cache", "--out", file});
      EXPECT_EQ(run.exit_code, 0) << run.err;
    }
    return file;
  }
};

TEST_F(DistributionScore, GivesWhatPythonGivesForTheSameClips) {
  const Json expected =
      read_json_file(testing::source_folder() / "tests/golden/video/whole_path.json");
  const auto run = score("sets", {"--metrics", "fvd,kvd,jedi,precision,recall,density,coverage",
                                  "--reference-set", real_features()});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json metrics = mini().document("sets").at("metrics");
  for (const char* id : {"fvd", "kvd", "jedi", "precision", "recall", "density", "coverage"}) {
    const double value = expected.at(id).get<double>();
    EXPECT_NEAR(metrics.at(id).at("mean").get<double>(), value, kRelative * std::abs(value)) << id;
    EXPECT_EQ(metrics.at(id).at("n_real"), 12);
    EXPECT_EQ(metrics.at(id).at("n_generated"), 12);
  }
  const auto signature = metrics.at("fvd").at("signature").get<std::string>();
  EXPECT_NE(signature.find("enc=i3d_form.pt#" +
                           expected.at("network_sha256").get<std::string>().substr(0, 8)),
            std::string::npos)
      << signature;
  for (const char* part :
       {"prep=stylegan-v[in-graph,0..255]", "real=real.npy#", "N=12/12", "clip=16x1@", "ddof=0"}) {
    EXPECT_NE(signature.find(part), std::string::npos) << part << " in " << signature;
  }
  EXPECT_NE(metrics.at("coverage").at("signature").get<std::string>().find("k=5"),
            std::string::npos);
  EXPECT_TRUE(metrics.at("fvd").at("fvd_inf").is_null());
  EXPECT_FALSE(metrics.at("fvd").at("noise_floor").is_null());
}

TEST_F(DistributionScore, OfTheReferenceSetItselfIsZero) {
  const auto run = mini().score(
      "self", {"--metrics", "fvd,recall,coverage", "--outputs", side_folder(0), "--layout",
               "default", "--encoder", "video=" + network(), "--reference-set", real_features()});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json metrics = mini().document("self").at("metrics");
  EXPECT_LT(std::abs(metrics.at("fvd").at("mean").get<double>()), 1e-6);
  EXPECT_EQ(metrics.at("recall").at("mean"), 1.0);
  EXPECT_EQ(metrics.at("coverage").at("mean"), 1.0);
}

TEST_F(DistributionScore, AVideoNetworkAloneAddsAllOfThem) {
  const auto run = score("added", {"--reference-set", real_features(), "--limit", "2"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json metrics = mini().document("added").at("metrics");
  for (const char* id :
       {"clip_i", "fvd", "kvd", "jedi", "precision", "recall", "density", "coverage"})
    EXPECT_TRUE(metrics.contains(id)) << id;
  EXPECT_EQ(metrics.at("fvd").at("n_generated"), 8);
  EXPECT_EQ(mini().document("added").at("canonical"), false);
}

TEST_F(DistributionScore, VariantsAreDifferentNumbersUnderDifferentSignatures) {
  const auto run = score(
      "cmv", {"--metrics", "fvd", "--fvd-variant", "cmv", "--reference-set", mini().outputs()});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const auto signature =
      mini().document("cmv").at("metrics").at("fvd").at("signature").get<std::string>();
  for (const char* part : {"prep=cmv[", "clip=allx1@", "ddof=1", "real=outputs#"})
    EXPECT_NE(signature.find(part), std::string::npos) << signature;
  const auto unknown = score("unknown", {"--fvd-variant", "vbench"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.err.find("stylegan-v, cmv, cd-i3d, cd-videomae"), std::string::npos)
      << unknown.err;
  const auto two = score("two", {"--fvd-variant", "cdfvd"});
  EXPECT_EQ(two.exit_code, 2);
  EXPECT_NE(two.err.find("cd-videomae (VideoMAE) and cd-i3d (I3D)"), std::string::npos) << two.err;
}

TEST_F(DistributionScore, AVideoMaeIsGivenTheFramesItTakes) {
  const std::string id = "golden/videomae";
  fs::create_directories(mini().root() / "weights" / "golden");
  fs::copy(testing::source_folder() / "tests/golden/video/videomae", mini().root() / "weights" / id,
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  const auto videomae = [&](const std::string& name, std::vector<std::string> more) {
    more.insert(more.end(), {"--metrics", "fvd", "--outputs", side_folder(1), "--layout", "default",
                             "--encoder", "video=" + id, "--reference-set", mini().outputs()});
    return mini().score(name, more);
  };
  const auto run = videomae("videomae", {});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json fvd = mini().document("videomae").at("metrics").at("fvd");
  EXPECT_GT(fvd.at("mean").get<double>(), 0.0);
  for (const char* part :
       {"enc=golden/videomae#", "prep=cd-videomae[squash32,", "clip=4x1@", "ddof=0"}) {
    EXPECT_NE(fvd.at("signature").get<std::string>().find(part), std::string::npos)
        << fvd.at("signature");
  }
  const auto native = videomae("native", {"--fvd-variant", "stylegan-v"});
  EXPECT_EQ(native.exit_code, 2);
  EXPECT_NE(native.err.find("Choose cd-videomae"), std::string::npos) << native.err;
}

TEST_F(DistributionScore, AMissingClipMakesItNullUnderZeroAndASmallerSetUnderExclude) {
  const fs::path partly = mini().root() / "partly";
  if (!fs::exists(partly)) fs::copy(side_folder(1), partly, fs::copy_options::recursive);
  fs::remove_all(partly / "dog" / "2" / "shot_03");
  for (const char* policy : {"zero", "exclude"}) {
    const auto run = mini().score(
        policy, {"--metrics", "fvd", "--outputs", partly, "--layout", "default", "--encoder",
                 "video=" + network(), "--reference-set", real_features(), "--missing", policy});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    const Json fvd = mini().document(policy).at("metrics").at("fvd");
    EXPECT_EQ(fvd.at("mean").is_null(), std::string(policy) == "zero");
    EXPECT_EQ(fvd.at("n_generated"), 11);
    EXPECT_EQ(fvd.at("n_failed"), 1);
    EXPECT_NE(fvd.at("signature").get<std::string>().find("N=12/11"), std::string::npos)
        << fvd.at("signature");
    const std::string findings = mini().document(policy).at("coverage").at("findings").dump();
    EXPECT_EQ(findings.find("incomplete_set") != std::string::npos, std::string(policy) == "zero")
        << findings;
  }
}

TEST_F(DistributionScore, ClipsThatAreAllOneClipHaveNoDistance) {
  const fs::path frozen = mini().root() / "frozen";
  for (const char* story : {"cat/1", "cat/3", "dog/2"}) {
    for (int shot = 1; shot <= 4; ++shot) {
      for (int t = 0; t < 18; ++t) {
        make_picture(frozen / story / ("shot_0" + std::to_string(shot)) /
                         ("frame_" + std::to_string(t) + ".png"),
                     frame_of(1, 3, t));
      }
    }
  }
  const auto run = mini().score(
      "frozen", {"--metrics", "fvd,jedi,coverage", "--outputs", frozen, "--layout", "default",
                 "--encoder", "video=" + network(), "--reference-set", real_features()});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json document = mini().document("frozen");
  for (const char* id : {"fvd", "jedi", "coverage"})
    EXPECT_TRUE(document.at("metrics").at(id).at("mean").is_null()) << id;
  EXPECT_NE(document.dump().find("features of all 12 generated clips are equal"),
            std::string::npos);
}

TEST_F(DistributionScore, AFeatureThatIsNoNumberInTheReferenceSetIsRefusedBeforeAnythingIsEncoded) {
  const fs::path broken = mini().root() / "broken.npy";
  std::vector<float> values(12 * 24, 1.0F);
  values[30] = std::numeric_limits<float>::infinity();
  write_npy(broken, 12, 24, values);
  const auto run = score("broken", {"--metrics", "fvd", "--reference-set", broken});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.err.find("broken.npy set holds inf in row 1, column 6"), std::string::npos)
      << run.err;
  const auto absent =
      score("absent-set", {"--metrics", "fvd", "--reference-set", mini().root() / "nowhere.npy"});
  EXPECT_EQ(absent.exit_code, 2);
  EXPECT_NE(absent.err.find("nowhere.npy: there is no such file or folder"), std::string::npos)
      << absent.err;
}

TEST_F(DistributionScore, WhatIsWrongIsSaid) {
  const auto none = score("none", {"--metrics", "fvd"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_NE(none.err.find("--reference-set"), std::string::npos) << none.err;
  const auto role = mini().score("role", {"--metrics", "fvd"});
  EXPECT_EQ(role.exit_code, 2);
  EXPECT_NE(role.err.find("--encoder video=ID"), std::string::npos) << role.err;
  const auto absent = score("absent", {"--metrics", "fvd", "--encoder", "video=nowhere.pt",
                                       "--reference-set", real_features()});
  EXPECT_EQ(absent.exit_code, 0) << "the last --encoder of a role counts";
  const auto training = score("training", {"--metrics", "copy_rate"});
  EXPECT_EQ(training.exit_code, 2);
  EXPECT_NE(training.err.find("--training-set"), std::string::npos) << training.err;
  const fs::path looped = mini().root() / "looped";
  fs::create_directories(looped);
  fs::create_directory_symlink(looped, looped / "again");
  const auto loop = score("loop", {"--metrics", "fvd", "--reference-set", looped});
  EXPECT_EQ(loop.exit_code, 2);
  EXPECT_NE(loop.err.find("no video in this folder or its subfolders"), std::string::npos)
      << loop.err;
  // Features of pictures are no features of clips.
  const fs::path dino = mini().root() / "dino-real.npy";
  ASSERT_EQ(
      run_program(asbench_program(),
                  {"features", "--split", mini().split(), "--outputs", side_folder(0), "--layout",
                   "default", "--weights", mini().root() / "weights", "--cache",
                   mini().root() / "cache", "--encoder", "facebook/dino-vitb16", "--out", dino})
          .exit_code,
      0);
  const auto other = score("other", {"--metrics", "fvd", "--reference-set", dino});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_NE(other.err.find("made by a network"), std::string::npos) << other.err;
}

TEST_F(DistributionScore, CopiesOfTheTrainingSetAreCountedAndListed) {
  // Outputs that are the training set's own videos, byte by byte, and others.
  const auto copied =
      mini().score("copied", {"--metrics", "copy_rate", "--training-set", mini().outputs()});
  ASSERT_EQ(copied.exit_code, 0) << copied.err;
  const Json document = mini().document("copied");
  EXPECT_EQ(document.at("metrics").at("copy_rate").at("mean"), 1.0);
  const Json nearest = document.at("stories")[0].at("shots")[0].at("nearest");
  ASSERT_EQ(nearest.size(), 5U);
  EXPECT_NEAR(nearest[0].at("distance").get<double>(), 0.0, 1e-6);
  EXPECT_NE(nearest[0].at("of").get<std::string>().find("cat/1/shot_01.mp4 frame"),
            std::string::npos)
      << nearest[0];
  EXPECT_NE(document.at("metrics")
                .at("copy_rate")
                .at("signature")
                .get<std::string>()
                .find("train=outputs#"),
            std::string::npos);
}

}  // namespace
}  // namespace asbench::testing
