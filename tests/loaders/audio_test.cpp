#include "loaders/video/audio.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "core/error.h"
#include "core/json.h"
#include "tests/loaders/sound_samples.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;
using asbench::testing::made_sound;
using asbench::testing::TemporaryFolder;

double rms(std::span<const float> samples) {
  double sum = 0.0;
  for (const float sample : samples) sum += static_cast<double>(sample) * sample;
  return std::sqrt(sum / static_cast<double>(samples.size()));
}

/// Root mean square of the difference when `heard` is moved by `lag` samples against `made`.
double rms_of_difference(std::span<const float> heard, std::span<const float> made, int lag) {
  double sum = 0.0;
  constexpr int kEdge = 4096;  // past the encoder's onset
  const auto length = static_cast<int>(std::min(heard.size(), made.size()));
  for (int i = kEdge; i < length - kEdge; ++i) {
    const double distance =
        heard[static_cast<std::size_t>(i + lag)] - made[static_cast<std::size_t>(i)];
    sum += distance * distance;
  }
  return std::sqrt(sum / (length - 2 * kEdge));
}

std::string cause_of(const fs::path& file) {
  try {
    (void)read_pcm(file);
  } catch (const BadInput& problem) {
    EXPECT_TRUE(std::string(problem.what()).starts_with(file.string())) << problem.what();
    return problem.what();
  }
  return "it was read";
}

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(Audio, PcmIsReadToTheSampleInEveryChannel) {
  const TemporaryFolder folder;
  for (const int channels : {1, 2, 3, 6}) {
    constexpr int kRate = 22050;
    constexpr int kSamples = 5000;
    const auto sound = made_sound(channels, kSamples, kRate);
    testing::write_wav(folder / "sound.wav", sound, channels, kRate);
    const AudioFacts facts = audio_facts(folder / "sound.wav");
    EXPECT_TRUE(facts.present);
    EXPECT_EQ(facts.codec, "pcm_s16le");
    EXPECT_EQ(facts.sample_rate, kRate);
    EXPECT_EQ(facts.channels, channels);
    EXPECT_EQ(facts.streams, 1);
    EXPECT_NEAR(facts.seconds, static_cast<double>(kSamples) / kRate, 1e-9);
    const Pcm pcm = read_pcm(folder / "sound.wav");
    EXPECT_EQ(pcm.channels, channels);
    EXPECT_EQ(pcm.sample_rate, kRate);
    ASSERT_EQ(pcm.samples, kSamples);
    ASSERT_EQ(pcm.values.size(), sound.size());
    for (std::size_t i = 0; i < sound.size(); ++i) {
      ASSERT_EQ(pcm.values[i], std::round(sound[i] * 32768.0F) / 32768.0F) << channels << " " << i;
    }
    EXPECT_EQ(pcm.channel(channels - 1).data(), pcm.values.data() + (channels - 1) * kSamples);
  }
}

TEST(Audio, AacStartsWhereTheSoundStartsWithoutTheEncodersDelay) {
  constexpr int kRate = 44100;
  constexpr int kSamples = 40'000;
  constexpr int kFrameOfAac = 1024;
  constexpr double kLossOfAac = 0.1;
  const TemporaryFolder folder;
  const auto sound = made_sound(2, kSamples, kRate);
  testing::write_aac(folder / "sound.mp4", {sound}, 2, kRate);
  const AudioFacts facts = audio_facts(folder / "sound.mp4");
  EXPECT_EQ(facts.codec, "aac");
  EXPECT_EQ(facts.sample_rate, kRate);
  EXPECT_EQ(facts.channels, 2);
  EXPECT_NEAR(facts.seconds, static_cast<double>(kSamples) / kRate, 2.0 * kFrameOfAac / kRate);
  const Pcm pcm = read_pcm(folder / "sound.mp4");
  ASSERT_EQ(pcm.channels, 2);
  EXPECT_GE(pcm.samples, kSamples);
  EXPECT_LT(pcm.samples, kSamples + kFrameOfAac);
  for (int c = 0; c < 2; ++c) {
    const auto made = std::span(sound).subspan(static_cast<std::size_t>(c) * kSamples, kSamples);
    const double in_place = rms_of_difference(pcm.channel(c), made, 0);
    EXPECT_LT(in_place, kLossOfAac * rms(made)) << c;
    for (const int lag : {-1024, -16, 16, 1024}) {
      EXPECT_GT(rms_of_difference(pcm.channel(c), made, lag), in_place) << c << " " << lag;
    }
  }
}

TEST(Audio, TheFirstOfSeveralStreamsIsReadAndTheirNumberSaid) {
  constexpr int kRate = 32000;
  const TemporaryFolder folder;
  const auto loud = made_sound(1, 20'000, kRate);
  auto quiet = loud;
  for (float& sample : quiet) sample *= 0.1F;
  testing::write_aac(folder / "two.mp4", {loud, quiet}, 1, kRate);
  EXPECT_EQ(audio_facts(folder / "two.mp4").streams, 2);
  EXPECT_NEAR(rms(read_pcm(folder / "two.mp4").channel(0)), rms(loud), 0.1 * rms(loud));
}

TEST(Audio, AVideoWithoutSoundHasNone) {
  const TemporaryFolder folder;
  testing::make_video(folder / "mute.mp4");
  const AudioFacts facts = audio_facts(folder / "mute.mp4");
  EXPECT_FALSE(facts.present);
  EXPECT_EQ(facts.streams, 0);
  EXPECT_EQ(facts.sample_rate, 0);
  expect_in(cause_of(folder / "mute.mp4"), "no audio stream");
}

TEST(Audio, WhatIsNoMediaFileIsRefusedWithTheCause) {
  const TemporaryFolder folder;
  testing::write_text(folder / "text.wav", "#EXTM3U\nhttp://localhost/stream.wav\n");
  testing::write_text(folder / "empty.mp4", "");
  testing::write_text(folder / "noise.mp4", std::string(4000, '\xA5'));
  testing::write_wav(folder / "cut.wav", made_sound(1, 4000, 8000), 1, 8000);
  testing::cut_file(folder / "cut.wav", 0.5);
  for (const char* name : {"text.wav", "empty.mp4", "noise.mp4", "cut.wav", "absent.mp4"}) {
    EXPECT_THROW((void)audio_facts(folder / name), BadInput) << name;
    EXPECT_NE(cause_of(folder / name), "it was read") << name;
  }
  expect_in(cause_of(folder / "cut.wav"), "truncated");
  expect_in(cause_of(folder / "empty.mp4"), "empty");
  EXPECT_THROW((void)audio_facts(folder.path()), BadInput) << "a folder";
}

TEST(Audio, DamagedSoundIsRefusedAndSaysWhere) {
  const TemporaryFolder folder;
  const fs::path file = folder / "sound.mp4";
  testing::write_aac(file, {made_sound(2, 40'000, 44100)}, 2, 44100);
  {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(fs::file_size(file) / 2));
    bytes << std::string(600, '\xFF');
  }
  expect_in(cause_of(file), "damaged at audio packet");
}

TEST(AudioOfTheAuthorsDemo, IsWhatFfmpegDecodes) {
  const fs::path demo = asbench::testing::genuine_demo();
  if (demo.empty()) GTEST_SKIP() << "the authors' demo is not beside this checkout";
  // Another CPU may round the last bits of AAC's transform otherwise.
  constexpr double kTolerance = 1e-5;
  const Json golden =
      read_json_file(asbench::testing::source_folder() / "tests/golden/audio/expected.json");
  ASSERT_EQ(golden.size(), 20U);
  for (const auto& [name, expected] : golden.items()) {
    const AudioFacts facts = audio_facts(demo / name);
    EXPECT_EQ(facts.codec, expected["codec"]) << name;
    EXPECT_EQ(facts.sample_rate, expected["sample_rate"]) << name;
    EXPECT_EQ(facts.channels, static_cast<int>(expected["channels"].size())) << name;
    EXPECT_NEAR(facts.seconds, expected["seconds"].get<double>(), 1e-6) << name;
    const Pcm pcm = read_pcm(demo / name);
    ASSERT_EQ(pcm.samples, expected["samples"].get<std::int64_t>()) << name;
    EXPECT_EQ(pcm.sample_rate, facts.sample_rate) << name;
    for (int c = 0; c < pcm.channels; ++c) {
      const Json& channel = expected["channels"][static_cast<std::size_t>(c)];
      EXPECT_NEAR(rms(pcm.channel(c)), channel["rms"].get<double>(), kTolerance) << name;
      for (std::size_t i = 0; i < expected["positions"].size(); ++i) {
        EXPECT_NEAR(pcm.channel(c)[expected["positions"][i].get<std::size_t>()],
                    channel["values"][i].get<double>(), kTolerance)
            << name << " channel " << c << " sample " << expected["positions"][i];
      }
    }
  }
}

}  // namespace
}  // namespace asbench::loaders
