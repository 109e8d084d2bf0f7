// What must be true of any sound benchmark, asserted on the systems whose rank is known beforehand.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "core/schema.h"
#include "tests/cli/mini_benchmark.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

constexpr double kExact = 1e-12;  // the same numbers summed in another order
constexpr double kIdentityMargin =
    0.1;  // reference adherence of neighbours in rank; measured distances are several times this
constexpr double kAlignmentMargin = 0.05;  // text alignment of real shots above wrong ones
constexpr double kConsistencyMargin =
    0.1;  // of a repeated shot above systems that animate; measured 0.15 and more
constexpr double kHeardMargin =
    0.1;  // captions 2 to 4: real shots above a repeated first one; measured 0.165
constexpr double kFloorMargin =
    0.08;  // captions 2 to 4: a repeated first shot above shots of other stories; measured 0.042
constexpr double kReadingMargin = 0.025;  // clip_t of the written caption above pictures of
                                          // something else; measured 0.046 and more
constexpr double kReadMargin =
    0.03;  // clip_t_margin of the written caption above that of real shots; measured 0.066
constexpr double kListeningMargin =
    0.005;  // clip_t_margin of systems whose shots differ above a deaf one; measured 0.018 and more
constexpr double kMovedColumn =
    0.02;  // a column of shuffled shots against the real one; measured 0.06

class Demo {
 public:
  explicit Demo(const fs::path& folder) : folder_(folder) {
    for (const auto& entry : fs::directory_iterator(folder / "results")) {
      if (entry.path().extension() == ".json")
        documents_[entry.path().stem().string()] = read_json_file(entry.path());
    }
  }
  [[nodiscard]] const std::map<std::string, Json>& documents() const { return documents_; }
  [[nodiscard]] const Json& metric(const std::string& system, const std::string& id) const {
    return documents_.at(system).at("metrics").at(id);
  }
  [[nodiscard]] double mean(const std::string& system, const std::string& id) const {
    return metric(system, id).at("mean").get<double>();
  }
  [[nodiscard]] double harmeanp(const std::string& system, const std::string& id) const {
    return metric(system, id).at("harmeanp").get<double>();
  }

 private:
  fs::path folder_;
  std::map<std::string, Json> documents_;
};

void expect_reference_adherence_ranks_as_known(const Demo& demo) {
  for (const char* id : {"clip_i", "dino_i"}) {
    EXPECT_GT(demo.mean("gt-story", id), demo.mean("wrong-ip", id) + kIdentityMargin) << id;
    EXPECT_GT(demo.mean("wrong-ip", id), demo.mean("noise", id) + kIdentityMargin) << id;
    EXPECT_GT(demo.mean("gt-clips", id), demo.mean("wrong-ip", id) + kIdentityMargin) << id;
  }
}

void expect_characters_are_told_apart(const Demo& demo) {
  const double chance = 1.0 / 8.0;                            // characters of the split
  EXPECT_GT(demo.mean("gt-story", "identity_top1"), 0.75);    // measured 0.95
  EXPECT_LT(demo.mean("wrong-ip", "identity_top1"), chance);  // measured 0.02
  EXPECT_LT(demo.mean("noise", "identity_top1"), 2 * chance);
  // A card names its character, which the encoder that reads notices: above chance, no margin.
  EXPECT_LT(demo.mean("text-card", "identity_margin"), 0.0);  // measured -0.05
  EXPECT_EQ(demo.mean("ref-still", "identity_top1"), 1.0);    // its exploit again
  EXPECT_GT(demo.mean("gt-story", "identity_margin"), 0.1);
  EXPECT_LT(demo.mean("wrong-ip", "identity_margin"), -0.1);
}

/// The mean of clip_t over the shots that copy-prev doesn't take from the story itself.
double later_captions(const Demo& demo, const std::string& system) {
  const Json& columns = demo.metric(system, "clip_t").at("per_shot_index");
  return (columns.at(1).get<double>() + columns.at(2).get<double>() + columns.at(3).get<double>()) /
         3.0;
}

void expect_copies_are_consistent_and_deaf(const Demo& demo) {
  for (const char* id : {"cross_shot_clip", "cross_shot_dino"}) {
    // Still and empty pictures are more consistent yet; among systems that animate, the copy wins.
    for (const char* other : {"gt-story", "gt-clips", "shuffled-shots", "shuffled-stories",
                              "wrong-ip", "retrieval", "frame-shuffle"}) {
      EXPECT_GT(demo.mean("copy-prev", id), demo.mean(other, id) + kConsistencyMargin)
          << id << " of " << other;
    }
  }
  // What it says about its own captions is nothing.
  for (const char* listener :
       {"gt-story", "frame-shuffle", "shuffled-shots", "shuffled-stories", "retrieval"}) {
    EXPECT_GT(demo.mean(listener, "clip_t_margin"),
              demo.mean("copy-prev", "clip_t_margin") + kListeningMargin)
        << listener;
  }
  // Shot 1 is the real one and answers its own caption. Captions 2 to 4 it answers as badly as
  // shots of other stories do, which name the right character too.
  const double copied = later_captions(demo, "copy-prev");
  for (const char* deaf : {"shuffled-shots", "shuffled-stories", "gt-clips"})
    EXPECT_LT(copied, later_captions(demo, deaf) + kFloorMargin) << deaf;
  for (const char* heard : {"gt-story", "frame-shuffle"})
    EXPECT_GT(later_captions(demo, heard), copied + kHeardMargin) << heard;
  for (const char* posed : {"ref-still", "ref-pan"})
    EXPECT_GT(later_captions(demo, posed), copied + kAlignmentMargin) << posed;
  // In the mean over all shots it is below them too, own caption and all.
  for (const char* other : {"gt-story", "frame-shuffle", "ref-still", "ref-pan"}) {
    EXPECT_GT(demo.mean(other, "clip_t"), demo.mean("copy-prev", "clip_t") + kAlignmentMargin / 2)
        << other;
  }
  EXPECT_GT(demo.mean("gt-story", "clip_t"), demo.mean("copy-prev", "clip_t") + kAlignmentMargin);
  EXPECT_NEAR(demo.mean("copy-prev", "clip_t_margin"), 0.0, kExact);
  EXPECT_GT(demo.mean("gt-story", "clip_t_margin"), kAlignmentMargin);
  EXPECT_DOUBLE_EQ(demo.mean("copy-prev", "duplicate_pairs"), 1.0);
}

void expect_equal_shots_give_the_square(const Demo& demo) {
  for (const auto& story : demo.documents().at("copy-prev").at("stories")) {
    const Json& values = story.at("metrics").at("clip_i");
    const double score = values.at("mean").get<double>();
    EXPECT_NEAR(values.at("harmeanp").get<double>(), score > 0.0 ? score * score : 0.0, kExact)
        << story.at("id");
  }
}

void expect_exploits_show(const Demo& demo) {
  EXPECT_GT(demo.mean("ref-still", "clip_i"), demo.mean("gt-story", "clip_i"));
  EXPECT_GT(demo.mean("ref-still", "dino_i"), demo.mean("gt-story", "dino_i"));
  EXPECT_GT(demo.mean("ref-still", "cross_shot_clip"), demo.mean("gt-story", "cross_shot_clip"));
  EXPECT_DOUBLE_EQ(demo.mean("ref-still", "frozen_rate"), 1.0);
  EXPECT_DOUBLE_EQ(demo.mean("ref-still", "reference_copy"), 1.0);

  // The written caption answers better than any picture of something else, and fits its own caption
  // better than a real shot fits its own.
  for (const char* other :
       {"shuffled-shots", "shuffled-stories", "gt-clips", "retrieval", "wrong-ip", "copy-prev"}) {
    EXPECT_GT(later_captions(demo, "text-card"), later_captions(demo, other) + kReadingMargin)
        << other;
  }
  for (const char* other :
       {"shuffled-shots", "shuffled-stories", "gt-clips", "retrieval", "wrong-ip"}) {
    EXPECT_GT(demo.mean("text-card", "clip_t"), demo.mean(other, "clip_t") + kReadingMargin)
        << other;
  }
  EXPECT_GT(demo.mean("text-card", "clip_t_margin"),
            demo.mean("gt-story", "clip_t_margin") + kReadMargin);
  // What gives it away: it doesn't move, and an encoder that can't read sees nobody.
  EXPECT_DOUBLE_EQ(demo.mean("text-card", "frozen_rate"), 1.0);
  EXPECT_LT(demo.mean("text-card", "dino_i") + kIdentityMargin, demo.mean("wrong-ip", "dino_i"));
  EXPECT_LT(demo.mean("text-card", "clip_i") + 2 * kIdentityMargin,
            demo.mean("gt-story", "clip_i"));

  EXPECT_DOUBLE_EQ(demo.mean("gt-story", "frozen_rate"), 0.0);
  EXPECT_LT(demo.mean("gt-story", "reference_copy"),
            0.1);  // the share above which a leaderboard takes its marks away
}

void expect_order_moves_columns_only(const Demo& demo) {
  for (const char* id : {"clip_i", "dino_i"}) {
    EXPECT_NEAR(demo.mean("shuffled-shots", id), demo.mean("gt-story", id), kExact) << id;
    EXPECT_NEAR(demo.harmeanp("shuffled-shots", id), demo.harmeanp("gt-story", id), kExact) << id;
    double moved = 0.0;
    for (std::size_t shot = 0; shot < 4; ++shot) {
      moved = std::max(
          moved,
          std::abs(demo.metric("shuffled-shots", id).at("per_shot_index").at(shot).get<double>() -
                   demo.metric("gt-story", id).at("per_shot_index").at(shot).get<double>()));
    }
    EXPECT_GT(moved, kMovedColumn) << id;
  }
}

void expect_other_stories_keep_identity_and_lose_captions(const Demo& demo) {
  for (const char* id : {"clip_i", "dino_i"})
    EXPECT_NEAR(demo.mean("shuffled-stories", id), demo.mean("gt-story", id), kExact) << id;
  EXPECT_GT(demo.mean("gt-story", "clip_t"),
            demo.mean("shuffled-stories", "clip_t") + kAlignmentMargin);
}

void expect_normalised_between_the_anchors(const Demo& demo) {
  const double floor = demo.mean("wrong-ip", "clip_i");
  const double ceiling = demo.mean("gt-story", "clip_i");
  EXPECT_NEAR(demo.metric("gt-clips", "clip_i").at("normalised").get<double>(),
              (demo.mean("gt-clips", "clip_i") - floor) / (ceiling - floor), kExact);
  EXPECT_LT(demo.metric("noise", "clip_i").at("normalised").get<double>(), 0.0);
}

void expect_marked_as_demo(const Demo& demo) {
  for (const auto& [name, document] : demo.documents()) {
    check_schema(document, "result", name);
    EXPECT_EQ(document.at("system").at("kind"), "baseline") << name;
    EXPECT_EQ(document.at("demo_encoders").size(), 2U) << name;
    EXPECT_NE(document.at("metrics")
                  .at("clip_i")
                  .at("signature")
                  .get<std::string>()
                  .find("(demo encoder)"),
              std::string::npos)
        << name;
  }
}

/// The native generator: noise that is coloured by random weights, and says so.
void expect_the_tiny_generator_is_labelled(const Demo& demo, const fs::path& folder,
                                           const std::string& printed) {
  const std::string label = "random weights, shows the machinery, scores mean nothing";
  const std::string name = "animeshootergen-tiny";
  for (const auto& [system, document] : demo.documents()) {
    EXPECT_EQ(document.at("system").value("note", std::string()),
              system == name ? label : std::string())
        << system;
  }
  EXPECT_NE(printed.find("\n" + name + ": " + label + "\n"), std::string::npos) << printed;
  EXPECT_NE(read_text_file(folder / "leaderboard.md").find(name + ": " + label), std::string::npos);
  EXPECT_NE(read_text_file(folder / "report" / "index.html").find(label), std::string::npos);
  for (const auto& story : demo.documents().at(name).at("stories")) {
    for (const auto& shot : story.at("shots")) {
      EXPECT_EQ(shot.at("width"), 48);
      EXPECT_EQ(shot.at("height"), 32);
    }
  }
  // Who shows no character is as far from the references as one that shows the wrong ones.
  EXPECT_GT(demo.mean("gt-story", "dino_i"), demo.mean(name, "dino_i") + kIdentityMargin);
  EXPECT_LT(demo.mean(name, "identity_margin"), 0.1);
  const Json record = read_json_file(folder / "systems" / name / "generation.json");
  EXPECT_EQ(record.at("shots").size(), 64U);
}

TEST(Demo, IsASoundBenchmark) {
  const TemporaryFolder folder;
  const auto first = run_program(asbench_program(), {"demo", "--out", folder.path().string()});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_NE(first.out.find("DEMO ENCODERS"), std::string::npos);
  EXPECT_NE(first.out.find("Next "), std::string::npos);
  EXPECT_TRUE(fs::exists(folder.path() / "leaderboard.md"));
  {
    const Demo demo(folder.path());
    ASSERT_EQ(demo.documents().size(), 15U);
    expect_reference_adherence_ranks_as_known(demo);
    expect_characters_are_told_apart(demo);
    expect_copies_are_consistent_and_deaf(demo);
    expect_equal_shots_give_the_square(demo);
    expect_exploits_show(demo);
    expect_order_moves_columns_only(demo);
    expect_other_stories_keep_identity_and_lose_captions(demo);
    expect_normalised_between_the_anchors(demo);
    expect_marked_as_demo(demo);
    expect_the_tiny_generator_is_labelled(demo, folder.path(), first.out);
  }

  // What the networks make again is the same to the last bit, so nothing is decoded again.
  fs::remove_all(folder.path() / "systems" / "animeshootergen-tiny");
  const Json before = read_json_file(folder.path() / "results" / "gt-story.json");
  const auto second = run_program(asbench_program(), {"demo", "--out", folder.path().string()});
  ASSERT_EQ(second.exit_code, 0) << second.err;
  EXPECT_EQ(second.out, first.out);
  const Json after = read_json_file(folder.path() / "results" / "gt-story.json");
  EXPECT_EQ(after.at("provenance").at("stages").at("clips_decoded"), 0);
  EXPECT_EQ(after.at("provenance").at("stages").at("images_encoded"), 0);
  EXPECT_EQ(after.at("metrics"), before.at("metrics"));
  const Json remade = read_json_file(folder.path() / "results" / "animeshootergen-tiny.json");
  EXPECT_EQ(remade.at("provenance").at("stages").at("clips_decoded"), 0);

  // The same encoders on a split that is not the drawn one are warned of, and said to be normal on
  // the drawn one.
  const auto drawn = run_program(
      asbench_program(),
      {"score", "--split", (folder.path() / "world" / "mini-world").string(), "--outputs",
       (folder.path() / "systems" / "gt-story").string(), "--protocol", "demo", "--cache",
       (folder.path() / "features").string(), "--out", (folder.path() / "again.json").string()});
  ASSERT_EQ(drawn.exit_code, 0) << drawn.err;
  EXPECT_EQ(drawn.err.find("warning"), std::string::npos) << drawn.err;
  EXPECT_EQ(read_json_file(folder.path() / "again.json").at("system").at("kind"), "baseline");
  EXPECT_FALSE(fs::is_empty(folder.path() / "again.frames"));

  // --normalise gives what the demo wrote, and refuses anchors of another protocol.
  const auto normalised = [&](const std::string& frames) {
    return run_program(
        asbench_program(),
        {"score", "--split", (folder.path() / "world" / "mini-world").string(), "--outputs",
         (folder.path() / "systems" / "gt-clips").string(), "--protocol", "demo", "--frames",
         frames, "--cache", (folder.path() / "features").string(), "--out",
         (folder.path() / "normalised.json").string(), "--no-frames", "--normalise",
         (folder.path() / "results" / "wrong-ip.json").string() + "," +
             (folder.path() / "results" / "gt-story.json").string()});
  };
  ASSERT_EQ(normalised("midpoint:5").exit_code, 0);
  EXPECT_EQ(read_json_file(folder.path() / "normalised.json").at("metrics"),
            read_json_file(folder.path() / "results" / "gt-clips.json").at("metrics"));
  EXPECT_FALSE(fs::exists(folder.path() / "normalised.frames"));
  const auto other = normalised("ends:5");
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_NE(other.err.find("frames=ends:5"), std::string::npos) << other.err;
  const MiniBenchmark foreign;
  const auto warned = foreign.score("foreign", {"--protocol", "demo"});
  ASSERT_EQ(warned.exit_code, 0) << warned.err;
  EXPECT_NE(warned.err.find("don't report these numbers"), std::string::npos) << warned.err;
}

TEST(Demo, SaysThatItsFolderCanNotBeMade) {
  const auto run = run_program(asbench_program(), {"demo", "--out", "/proc/nowhere"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.err.find("the folder can't be created"), std::string::npos) << run.err;
}

}  // namespace
}  // namespace asbench::testing
