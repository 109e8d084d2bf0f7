#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <set>
#include <thread>

#include "baselines/generate.h"
#include "core/error.h"
#include "core/hash.h"
#include "loaders/selection.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/clip_writer.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;

constexpr ClipFormat kFormat{.width = 96, .height = 64, .frames = 5, .frames_per_second = 8.0};

/// Three IPs with three stories of three shots, clips with captions, and videos of every story.
class Generators : public ::testing::Test {
 protected:
  Generators() {
    for (int ip = 0; ip < 3; ++ip) {
      const fs::path home = folder_.path() / "split" / std::string(1, static_cast<char>('a' + ip));
      Image reference(40, 30, 4);
      for (std::size_t i = 0; i < reference.bytes.size(); ++i)
        reference.bytes[i] = static_cast<std::uint8_t>(40 * (ip + 1) + i % 4 * 30);
      for (std::size_t pixel = 0; pixel < reference.bytes.size() / 4; ++pixel)
        reference.bytes[4 * pixel + 3] = pixel % 30 < 20 ? 255 : 0;
      fs::create_directories(home / "clips");
      testing::make_picture(home / "reference.png", reference);
      Json stories = Json::array();
      for (int story = 0; story < 3; ++story) {
        stories.push_back({"first " + home.filename().string(), "second jump", "third sleep"});
        for (int shot = 1; shot <= 3; ++shot) {
          testing::make_video(folder_.path() / "real" / home.filename() / std::to_string(story) /
                                  ("shot_0" + std::to_string(shot) + ".mp4"),
                              {.frames = 6,
                               .width = 96,
                               .height = 64,
                               .fps = 8.0,
                               .seed = static_cast<std::uint64_t>(100 * ip + 10 * story + shot)});
        }
      }
      write_json_file(home / "prompts.json", {{"prompts", stories}});
      testing::make_video(home / "clips" / "01.mp4",
                          {.frames = 5,
                           .width = 96,
                           .height = 64,
                           .fps = 8.0,
                           .seed = static_cast<std::uint64_t>(7000 + ip)});
      write_json_file(home / "clips.json",
                      Json::array({{{"file", "clips/01.mp4"},
                                    {"caption", ip == 1 ? "somebody has a sleep" : "a jump"}}}));
    }
    split_ = loaders::read_split(folder_.path() / "split");
    source_ = loaders::find_outputs(split_, folder_.path() / "real");
  }

  [[nodiscard]] GenerateRequest request(const std::string& baseline, const std::string& out,
                                        bool with_source = true) const {
    GenerateRequest wanted;
    wanted.baseline = baseline;
    wanted.inputs = {
        .split = &split_, .source = with_source ? &source_ : nullptr, .format = kFormat, .seed = 1};
    wanted.source_name = with_source ? "real" : "";
    wanted.out = folder_.path() / out;
    wanted.progress = Progress::Style::quiet;
    return wanted;
  }
  [[nodiscard]] loaders::Outputs made(const std::string& out) const {
    return loaders::find_outputs(split_, folder_.path() / out);
  }
  static std::string hash(const loaders::ShotSource& source) { return sha256_file(source.path); }
  [[nodiscard]] std::string real_hash(const std::string& story, int shot) const {
    return hash(source_.shots.at({story, shot}));
  }
  [[nodiscard]] std::map<loaders::ShotKey, std::string> hashes(const std::string& out) const {
    std::map<loaders::ShotKey, std::string> all;
    for (const auto& [key, source] : made(out).shots) all[key] = hash(source);
    return all;
  }
  static std::string message_of(const GenerateRequest& wanted) {
    try {
      generate(wanted);
    } catch (const Error& problem) {
      return problem.what();
    }
    return {};
  }

  TemporaryFolder folder_;
  loaders::Split split_;
  loaders::Outputs source_;
};

TEST_F(Generators, EveryBaselineOfTheCatalogueWritesEveryShot) {
  const std::vector<loaders::FrameRule> all = {loaders::parse_frame_rule("all")};
  for (const auto& info : list_baselines()) {
    if (is_network(info)) {
      EXPECT_NE(message_of(request(info.name, info.name)).find("--model"), std::string::npos);
      continue;
    }
    const auto report = generate(request(info.name, info.name));
    EXPECT_EQ(report.written, 27) << info.name;
    const auto outputs = made(info.name);
    ASSERT_EQ(outputs.shots.size(), 27U) << info.name;
    const auto clip = loaders::decode_clip(outputs.shots.begin()->second, all);
    EXPECT_EQ(clip.width, 96) << info.name;
    EXPECT_EQ(clip.height, 64) << info.name;
    EXPECT_GE(clip.frame_count, 5) << info.name;
    EXPECT_EQ(generated_by(folder_.path() / info.name), info.name);
  }
}

TEST_F(Generators, ShuffledShotsMovesTheShotsOfAStoryAmongThemselves) {
  generate(request("shuffled-shots", "out"));
  const auto shots = hashes("out");
  for (const auto& story : split_.stories) {
    std::set<std::string> real, shuffled;
    bool moved = false;
    for (const auto& shot : story.shots) {
      real.insert(real_hash(story.id, shot.number));
      shuffled.insert(shots.at({story.id, shot.number}));
      moved |= shots.at({story.id, shot.number}) != real_hash(story.id, shot.number);
    }
    EXPECT_EQ(real, shuffled) << story.id;
    EXPECT_TRUE(moved) << story.id;
  }
}

TEST_F(Generators, ShuffledStoriesUsesEveryShotOfAnIpOnceAndNeverInItsOwnStory) {
  generate(request("shuffled-stories", "out"));
  const auto shots = hashes("out");
  std::map<std::string, std::multiset<std::string>> real, shuffled;
  for (const auto& story : split_.stories) {
    std::set<std::string> own;
    for (const auto& shot : story.shots) own.insert(real_hash(story.id, shot.number));
    for (const auto& shot : story.shots) {
      EXPECT_FALSE(own.contains(shots.at({story.id, shot.number}))) << story.id;
      real[story.ip].insert(real_hash(story.id, shot.number));
      shuffled[story.ip].insert(shots.at({story.id, shot.number}));
    }
  }
  EXPECT_EQ(real, shuffled);
}

TEST_F(Generators, ShuffledStoriesTakesTheShotsOfAStoryFromDifferentStories) {
  std::map<std::string, std::string> story_of;
  for (const auto& [key, source] : source_.shots) story_of[hash(source)] = key.story;
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    auto wanted = request("shuffled-stories", "out" + std::to_string(seed));
    wanted.inputs.seed = seed;
    generate(wanted);
    const auto shots = hashes("out" + std::to_string(seed));
    for (const auto& story : split_.stories) {
      std::set<std::string> donors;
      for (const auto& shot : story.shots)
        donors.insert(story_of.at(shots.at({story.id, shot.number})));
      EXPECT_EQ(donors.size(), 2U)
          << story.id << " seed " << seed << ": an IP of three stories has two others";
    }
  }
}

TEST_F(Generators, AnAbsentOrBrokenDonorIsSaidBeforeAnythingIsWritten) {
  auto gap = source_;
  gap.shots.erase({"c/2", 3});
  auto wanted = request("gt-story", "out");
  wanted.inputs.source = &gap;
  EXPECT_NE(message_of(wanted).find("c/2 shot 3"), std::string::npos) << message_of(wanted);
  testing::cut_file(source_.shots.at({"c/1", 2}).path, 0.5);
  EXPECT_NE(message_of(request("gt-story", "out")).find("shot_02.mp4"), std::string::npos)
      << message_of(request("gt-story", "out"));
  EXPECT_FALSE(fs::exists(folder_.path() / "out"));
}

TEST_F(Generators, AShotWithoutACaptionIsSaidAndNotABlankCard) {
  auto silent = split_;
  silent.stories.back().shots.back().caption.reset();
  for (const char* name : {"text-card", "retrieval"}) {
    auto wanted = request(name, "out");
    wanted.inputs.split = &silent;
    EXPECT_NE(message_of(wanted).find("c/2 shot 3 has none"), std::string::npos)
        << message_of(wanted);
  }
  EXPECT_FALSE(fs::exists(folder_.path() / "out"));
}

TEST_F(Generators, WrongIpNeverShowsTheStorysOwn) {
  for (const bool with_source : {true, false}) {
    const std::string out = with_source ? "with" : "without";
    generate(request("wrong-ip", out, with_source));
    const auto shots = hashes(out);
    for (const auto& ip : split_.ips) {
      std::set<std::string> own = {sha256_file(ip.clips.front().file)};
      for (const auto& story : split_.stories) {
        for (const auto& shot : story.shots) {
          if (story.ip == ip.id) own.insert(real_hash(story.id, shot.number));
        }
      }
      for (const auto& story : split_.stories) {
        for (const auto& shot : story.shots) {
          if (story.ip == ip.id) {
            EXPECT_FALSE(own.contains(shots.at({story.id, shot.number})));
          }
        }
      }
    }
  }
}

TEST_F(Generators, CopyPrevRepeatsTheFirstShotByteForByte) {
  for (const bool with_source : {true, false}) {
    const std::string out = with_source ? "with" : "without";
    generate(request("copy-prev", out, with_source));
    const auto shots = hashes(out);
    for (const auto& story : split_.stories) {
      EXPECT_EQ(shots.at({story.id, 1}), shots.at({story.id, 2}));
      EXPECT_EQ(shots.at({story.id, 1}), shots.at({story.id, 3}));
      if (with_source) {
        EXPECT_EQ(shots.at({story.id, 1}), real_hash(story.id, 1));
      }
    }
  }
}

TEST_F(Generators, GtStoryIsTheSourceAndRetrievalTheNearestCaption) {
  generate(request("gt-story", "real-again"));
  EXPECT_EQ(hashes("real-again").at({"b/1", 2}), real_hash("b/1", 2));
  generate(request("retrieval", "retrieval"));
  EXPECT_EQ(hashes("retrieval").at({"c/0", 3}), sha256_file(split_.ip("b").clips.front().file))
      << "'third sleep' is nearest to b's clip";
}

TEST_F(Generators, FrameShuffleShowsTheSameFramesInAnotherOrder) {
  // Frame folders keep pixels through generate(), videos don't; so look at what it draws.
  const auto generator = make_generator("frame-shuffle");
  const auto wanted = request("frame-shuffle", "unused");
  std::multiset<std::string> shuffled, real;
  std::vector<std::string> order, straight;
  generator->draw(wanted.inputs, split_.stories.front(), split_.stories.front().shots.front(),
                  [&](const Image& frame) {
                    order.push_back(loaders::frame_digest(frame));
                    shuffled.insert(order.back());
                  });
  const std::vector<loaders::FrameRule> all = {loaders::parse_frame_rule("all")};
  for (const auto& [index, frame] :
       loaders::decode_clip(source_.shots.at({"a/0", 1}), all).frames) {
    straight.push_back(loaders::frame_digest(frame));
    real.insert(straight.back());
  }
  EXPECT_EQ(shuffled, real);
  EXPECT_NE(order, straight);
}

TEST_F(Generators, ThreadsAndOrderDoNotChangeAPixelAndSeedsDo) {
  for (const char* name : {"ref-pan", "ref-paste", "noise"}) {
    const auto generator = make_generator(name);
    const auto frames_of = [&](std::uint64_t seed, bool backwards, int threads) {
      GeneratorInputs inputs = request(name, "").inputs;
      inputs.seed = seed;
      std::vector<std::pair<const loaders::Story*, const loaders::Shot*>> shots;
      for (const auto& story : split_.stories) {
        for (const auto& shot : story.shots) shots.emplace_back(&story, &shot);
      }
      if (backwards) std::reverse(shots.begin(), shots.end());
      std::map<loaders::ShotKey, std::vector<std::uint8_t>> drawn;
      std::mutex guard;
      std::atomic<std::size_t> next{0};
      std::vector<std::jthread> workers;
      for (int i = 0; i < threads; ++i) {
        workers.emplace_back([&] {
          for (std::size_t k = next++; k < shots.size(); k = next++) {
            std::vector<std::uint8_t> bytes;
            generator->draw(inputs, *shots[k].first, *shots[k].second, [&](const Image& rgb) {
              bytes.insert(bytes.end(), rgb.bytes.begin(), rgb.bytes.end());
            });
            const std::lock_guard lock(guard);
            drawn[{shots[k].first->id, shots[k].second->number}] = std::move(bytes);
          }
        });
      }
      workers.clear();
      return drawn;
    };
    const auto reference = frames_of(1, false, 1);
    EXPECT_EQ(reference.size(), 27U);
    EXPECT_TRUE(reference == frames_of(1, true, 3)) << name;
    EXPECT_FALSE(reference == frames_of(2, false, 1)) << name;
  }
}

TEST_F(Generators, FilesAreTheSameForAnyNumberOfThreads) {
  for (const int threads : {1, 3}) {
    auto wanted = request("ref-pan", "out-" + std::to_string(threads));
    wanted.threads = threads;
    EXPECT_EQ(generate(wanted).written, 27);
    EXPECT_EQ(made("out-" + std::to_string(threads)).shots.size(), 27U);
  }
  EXPECT_EQ(hashes("out-1"), hashes("out-3"));
}

TEST_F(Generators, AFinishedShotIsNotMadeAgainAndARemovedOneIs) {
  generate(request("ref-still", "out"));
  auto before = hashes("out");
  const fs::path removed = made("out").shots.at({"b/2", 2}).path;
  fs::remove(removed);
  const auto report = generate(request("ref-still", "out"));
  EXPECT_EQ(report.written, 1);
  EXPECT_EQ(report.kept, 26);
  auto after = hashes("out");
  EXPECT_EQ(after.size(), before.size());
  before.erase({"b/2", 2});
  after.erase({"b/2", 2});
  EXPECT_EQ(after, before);
}

TEST_F(Generators, OtherSettingsAndForeignFilesAreNotMixed) {
  generate(request("black", "out"));
  auto other = request("black", "out");
  other.inputs.seed = 5;
  EXPECT_NE(message_of(other).find("seed is 1 there and 5 now"), std::string::npos)
      << message_of(other);
  EXPECT_NE(message_of(request("noise", "real")).find("no generator.json"), std::string::npos);
}

TEST_F(Generators, WhatIsMissingIsSaidWithTheRemedy) {
  EXPECT_NE(message_of(request("gt-story", "out", false)).find("--source"), std::string::npos);
  EXPECT_NE(message_of(request("shuffled-shots", "out", false)).find("--source"),
            std::string::npos);
  auto bare = split_;
  for (auto& ip : bare.ips) ip.clips.clear();
  auto wanted = request("gt-clips", "out");
  wanted.inputs.split = &bare;
  EXPECT_NE(message_of(wanted).find("clips"), std::string::npos);
  EXPECT_NE(message_of(request("no-such", "out")).find("ref-still"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_.path() / "out"));
}

TEST_F(Generators, OnlyTheWantedStoriesNeedWhatABaselineNeeds) {
  auto lacking = split_;
  lacking.ips.back().references.clear();
  lacking.ips.back().clips.clear();
  lacking.stories.back().shots.back().caption.reset();
  const auto part = loaders::select(lacking, {.ips = {"a"}});
  for (const char* name : {"ref-still", "ref-paste", "gt-clips", "text-card", "frame-shuffle"}) {
    auto all = request(name, std::string("all-") + name, false);
    all.inputs.split = &lacking;
    EXPECT_NE(message_of(all).find("it needs"), std::string::npos)
        << name << ": " << message_of(all);
    auto some = request(name, std::string("some-") + name, false);
    some.inputs.split = &lacking;
    some.inputs.part = &part;
    EXPECT_EQ(generate(some).written, 9) << name;
  }
}

TEST_F(Generators, ShotsMadeOfFramesKeepTheirRate) {
  const std::vector<loaders::FrameRule> one = {loaders::parse_frame_rule("midpoint:1")};
  const auto rate_of = [&](const std::string& out) {
    return loaders::decode_clip(made(out).shots.at({"a/0", 1}), one).fps;
  };
  auto shuffled = request("frame-shuffle", "shuffled");
  shuffled.inputs.format.frames_per_second = 30.0;
  generate(shuffled);
  EXPECT_DOUBLE_EQ(rate_of("shuffled"), 8.0) << "the real shot's, not the format's";
  auto drawn = request("black", "drawn");
  drawn.inputs.format.frames_per_second = 30.0;
  generate(drawn);
  EXPECT_DOUBLE_EQ(rate_of("drawn"), 30.0);
}

TEST_F(Generators, AFullDiskIsSaidAndLeavesNoHalfFile) {
  // A limit on file sizes fails writes as a full disk does.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{.rlim_cur = 16384, .rlim_max = before.rlim_max};
  auto wanted = request("noise", "out");
  wanted.threads = 1;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message = message_of(wanted);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_NE(message.find("disk"), std::string::npos) << message;
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path() / "out")) {
    if (entry.is_regular_file()) {
      EXPECT_EQ(entry.path().filename(), "generator.json");
    }
  }
}

TEST_F(Generators, ACopyOnAFullDiskIsSaidAndLeavesNoHalfFile) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{.rlim_cur = 1024, .rlim_max = before.rlim_max};
  ASSERT_GT(fs::file_size(source_.shots.begin()->second.path), small.rlim_cur);
  auto wanted = request("gt-story", "out");
  wanted.threads = 1;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message = message_of(wanted);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_NE(message.find("shot_01.mp4: can't be written: File too large"), std::string::npos)
      << message;
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path() / "out")) {
    if (entry.is_regular_file()) {
      EXPECT_EQ(entry.path().filename(), "generator.json");
    }
  }
}

TEST_F(Generators, AFolderThatCanNotBeMadeIsSaid) {
  auto wanted = request("black", "out");
  wanted.out = "/proc/nowhere";
  EXPECT_NE(message_of(wanted).find("the folder can't be created"), std::string::npos);
}

}  // namespace
}  // namespace asbench::baselines
