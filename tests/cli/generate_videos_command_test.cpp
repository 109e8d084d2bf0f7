// asbench generate by a network, and the generator's parts of asbench component, from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <sstream>
#include <utility>
#include <vector>

#include "core/hash.h"
#include "core/json.h"
#include "models/weights/safetensors.h"
#include "tests/cli/mini_benchmark.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/video_maker.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class GenerateVideosCommand : public ::testing::Test {
 protected:
  GenerateVideosCommand() { write_tiny_generator(mini_.root() / "model"); }

  [[nodiscard]] std::vector<std::string> arguments(
      const std::string& out, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {"generate",
                                    "--baseline",
                                    "animeshootergen",
                                    "--model",
                                    (mini_.root() / "model").string(),
                                    "--split",
                                    mini_.split().string(),
                                    "--device",
                                    "cpu",
                                    "--out",
                                    (mini_.root() / out).string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  [[nodiscard]] ProgramResult generate(const std::string& out,
                                       const std::vector<std::string>& more = {}) const {
    return run_program(asbench_program(), arguments(out, more));
  }
  [[nodiscard]] std::map<std::string, std::string> videos(const std::string& out) const {
    std::map<std::string, std::string> hashes;
    if (!fs::exists(mini_.root() / out)) return hashes;
    for (const auto& entry : fs::recursive_directory_iterator(mini_.root() / out)) {
      const auto name = entry.path().lexically_relative(mini_.root() / out).string();
      if (entry.is_regular_file() && !name.starts_with('.') &&
          entry.path().filename().string().starts_with("shot_"))
        hashes[name] = sha256_file(entry.path());
    }
    return hashes;
  }

  /// All files below a folder, hidden ones too, but for the record: name to hash.
  static std::map<std::string, std::string> files(const fs::path& folder) {
    std::map<std::string, std::string> hashes;
    if (!fs::exists(folder)) return hashes;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file() && entry.path().filename() != "generation.json")
        hashes[entry.path().lexically_relative(folder).string()] = sha256_file(entry.path());
    }
    return hashes;
  }
  /// Names of the videos of the shots that the record has: "cat/1/shot_02.mp4".
  [[nodiscard]] std::vector<std::string> recorded(const std::string& out) const {
    const fs::path file = mini_.root() / out / "generation.json";
    std::vector<std::string> names;
    if (!fs::exists(file)) return names;
    const Json record = read_json_file(file);
    for (const auto& [shot, made] : record.at("shots").items()) {
      const auto slash = shot.rfind('/');
      names.push_back(shot.substr(0, slash) + "/shot_0" + shot.substr(slash + 1) + ".mp4");
    }
    return names;
  }
  /// What waits for the decoder: shots as the record names them, and how long they took.
  [[nodiscard]] std::map<std::string, double> seconds_aside(const std::string& out) const {
    const fs::path folder = mini_.root() / out / ".generation";
    std::map<std::string, double> seconds;
    for (int shot = 1; shot <= 4; ++shot) {
      const std::string number = std::to_string(shot);
      const fs::path file = folder / "cat/1" / ("shot_0" + number + ".safetensors");
      if (!fs::exists(file)) continue;
      const auto stored = models::SafetensorsFile::open(file);
      const auto view = stored.find("denoising_seconds").value();
      std::memcpy(&seconds["cat/1/" + number], view.bytes.data(), sizeof(double));
    }
    return seconds;
  }

  MiniBenchmark mini_;
};

TEST_F(GenerateVideosCommand, WritesVideosThatCanBeScored) {
  const auto run = generate("out", {"--steps", "2"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("animeshootergen: 12 shots written"));
  EXPECT_THAT(run.err, HasSubstr("Memory on cpu"));
  EXPECT_THAT(run.err, HasSubstr("animeshootergen: 24/24"));
  EXPECT_EQ(videos("out").size(), 12U);
  const auto looked = run_program(
      asbench_program(),
      {"inspect", "--split", mini_.split().string(), "--outputs", (mini_.root() / "out").string()});
  EXPECT_EQ(looked.exit_code, 0) << looked.out;
  const auto again = generate("out", {"--steps", "2", "--json"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(parse_json(again.out, "stdout").at("kept"), 12);
}

TEST_F(GenerateVideosCommand, TellsHowMemoryIsUsedAndChangesNoVideoByStage) {
  const auto whole = generate("whole", {"--steps", "2", "--limit", "1", "--offload", "none"});
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_THAT(whole.err, HasSubstr("--offload none --tile off"));
  const auto staged = generate("staged", {"--steps", "2", "--limit", "1", "--offload", "stage"});
  ASSERT_EQ(staged.exit_code, 0) << staged.err;
  EXPECT_THAT(staged.err, HasSubstr("one stage at a time"));
  EXPECT_EQ(videos("staged"), videos("whole"));
  EXPECT_EQ(generate("layers", {"--offload", "layer"}).exit_code, 2);
}

TEST_F(GenerateVideosCommand, AKilledRunLosesTheShotInHandAlone) {
  ASSERT_EQ(generate("whole", {"--steps", "50", "--limit", "1"}).exit_code, 0);
  const auto whole = videos("whole");
  ASSERT_EQ(whole.size(), 4U);
  const std::vector<std::string> more = {"--steps", "50", "--limit", "1"};
  std::map<std::string, std::string> kept;
  bool stopped = false;
  for (int milliseconds = 500; milliseconds < 60000; milliseconds += 500) {
    if (run_and_kill(asbench_program(), arguments("out", more), milliseconds)) break;
    stopped = true;
    for (const auto& [name, hash] : kept) EXPECT_EQ(videos("out").at(name), hash) << name;
    kept = videos("out");
    if (kept.size() >= 2) break;  // so that a shot besides the one in hand can be lost
  }
  EXPECT_TRUE(stopped) << "no run was killed";
  const auto last = generate("out", {"--steps", "50", "--limit", "1", "--json"});
  ASSERT_EQ(last.exit_code, 0) << last.err;
  // The newest may have been written and not yet been recorded: it is the shot in hand.
  EXPECT_GE(parse_json(last.out, "stdout").at("kept").get<std::size_t>() + 1, kept.size());
  EXPECT_EQ(videos("out"), whole) << "as if it had never been stopped";
}

TEST_F(GenerateVideosCommand, AnInterruptedRunKeepsWhatIsRecordedAndGoesOn) {
  const std::vector<std::string> more = {"--steps", "50", "--limit", "1"};
  ASSERT_EQ(generate("whole", more).exit_code, 0);
  const auto whole = videos("whole");
  const auto stopped = run_and_stop(asbench_program(), arguments("out", more), SIGINT,
                                    [&] { return !recorded("out").empty(); });
  ASSERT_TRUE(stopped.stopped) << stopped.result.err;
  EXPECT_EQ(stopped.result.exit_code, 2) << stopped.result.err;
  EXPECT_THAT(stopped.result.err, HasSubstr("interrupted"));
  const auto kept = recorded("out");
  ASSERT_GE(kept.size(), 1U);
  ASSERT_LT(kept.size(), whole.size()) << "nothing was left to do";
  const auto there = videos("out");
  for (const std::string& shot : kept)
    EXPECT_EQ(there.at(shot), whole.at(shot)) << shot << " is recorded and not whole";
  const Json before = read_json_file(mini_.root() / "out/generation.json").at("shots");

  std::vector<std::string> again = more;
  again.emplace_back("--json");
  const auto last = generate("out", again);
  ASSERT_EQ(last.exit_code, 0) << last.err;
  const Json told = parse_json(last.out, "stdout");
  EXPECT_EQ(told.at("kept"), kept.size());
  EXPECT_EQ(told.at("written"), whole.size() - kept.size());
  EXPECT_EQ(videos("out"), whole) << "as if it had never been stopped";
  const Json after = read_json_file(mini_.root() / "out/generation.json").at("shots");
  EXPECT_EQ(after.size(), whole.size());
  for (const auto& [shot, made] : before.items())
    EXPECT_EQ(after.at(shot), made) << shot << " was made again: its seconds are others";
}

/// By stage, all shots of a story are denoised before the first is decoded: what a killed run has
/// denoised is not denoised again, and the rest is made as if nothing had happened.
TEST_F(GenerateVideosCommand, AKilledRunByStageKeepsWhatIsDenoised) {
  write_tiny_cogvideo(mini_.root() / "cogvideo");
  write_tiny_lora(mini_.root() / "cogvideo/lora");
  const auto run_into = [&](const std::string& out) {
    return std::vector<std::string>{"generate",
                                    "--baseline",
                                    "cogvideo-lora",
                                    "--model",
                                    (mini_.root() / "cogvideo").string(),
                                    "--split",
                                    mini_.split().string(),
                                    "--device",
                                    "cpu",
                                    "--offload",
                                    "stage",
                                    "--steps",
                                    "50",
                                    "--limit",
                                    "1",
                                    "--dump",
                                    (mini_.root() / (out + "-dump")).string(),
                                    "--json",
                                    "--out",
                                    (mini_.root() / out).string()};
  };
  const auto whole = run_program(asbench_program(), run_into("whole"));
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  const auto stopped = run_and_stop(asbench_program(), run_into("out"), SIGKILL,
                                    [&] { return seconds_aside("out").size() >= 2; });
  ASSERT_TRUE(stopped.stopped) << stopped.result.err;
  EXPECT_EQ(stopped.result.exit_code, 128 + SIGKILL);
  const auto denoised = seconds_aside("out");
  ASSERT_GE(denoised.size(), 2U);
  ASSERT_LT(denoised.size(), 4U) << "nothing was left to denoise";
  ASSERT_TRUE(recorded("out").empty()) << "killed too late: a shot is finished";

  const auto last = run_program(asbench_program(), run_into("out"));
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_EQ(parse_json(last.out, "stdout").at("written"), 4);
  EXPECT_EQ(files(mini_.root() / "out"), files(mini_.root() / "whole"));
  EXPECT_EQ(files(mini_.root() / "out-dump"), files(mini_.root() / "whole-dump"))
      << "conditions, latents and frames";
  EXPECT_FALSE(fs::exists(mini_.root() / "out/.generation"));
  const Json shots = read_json_file(mini_.root() / "out/generation.json").at("shots");
  ASSERT_EQ(shots.size(), 4U);
  for (const auto& [shot, seconds] : denoised)
    EXPECT_EQ(shots.at(shot).at("seconds").at("denoising"), seconds) << shot << " was made again";
}

/// Largest difference of two dense tensors, and the largest value of the second.
template <typename Value>
std::pair<double, double> difference(const models::TensorView& is,
                                     const models::TensorView& expected) {
  EXPECT_EQ(is.dtype, expected.dtype);
  EXPECT_EQ(is.shape, expected.shape);
  EXPECT_EQ(is.bytes.size(), expected.bytes.size());
  if (is.bytes.size() != expected.bytes.size()) return {1e9, 1.0};
  double apart = 0.0;
  double largest = 0.0;
  for (std::size_t at = 0; at < is.bytes.size(); at += sizeof(Value)) {
    Value one{}, other{};
    std::memcpy(&one, is.bytes.data() + at, sizeof(Value));
    std::memcpy(&other, expected.bytes.data() + at, sizeof(Value));
    apart = std::max(apart, std::abs(static_cast<double>(one) - static_cast<double>(other)));
    largest = std::max(largest, std::abs(static_cast<double>(other)));
  }
  return {apart, largest};
}

/// From the command line to files: --noise, --last-frames and --dump with the story of
/// tests/golden/animeshootergen, at its tolerances (docs/design/animeshootergen.md 10).
TEST_F(GenerateVideosCommand, GivenNoiseAndFramesMakeTheGoldensShots) {
  constexpr double kTolerance = 1e-4;
  const auto golden = models::SafetensorsFile::open(
      source_folder() / "tests/golden/animeshootergen/expected.safetensors");
  Json captions = Json::array();
  std::istringstream lines(golden.metadata().at("captions"));
  for (std::string caption; std::getline(lines, caption);) captions.push_back(caption);
  ASSERT_EQ(captions.size(), 4U);
  const fs::path split = mini_.root() / "golden-split";
  fs::create_directories(split);
  write_json_file(split / "cat.json", {{"0", {{"captions", captions}, {"audio", captions}}}});
  const auto pixels = golden.find("reference").value();
  Image reference(static_cast<int>(pixels.shape[0]), static_cast<int>(pixels.shape[1]), 3);
  std::memcpy(reference.bytes.data(), pixels.bytes.data(), reference.bytes.size());
  make_picture(split / "cat_ref.png", reference);
  std::map<std::string, models::TensorView> noise, last_frames;
  const auto drawn = golden.find("noise").value();
  const std::size_t of_a_shot = drawn.bytes.size() / 4;
  for (std::size_t shot = 1; shot <= 4; ++shot) {
    const std::string name = "cat/0/" + std::to_string(shot);
    noise[name] = {drawn.dtype,
                   {drawn.shape.begin() + 2, drawn.shape.end()},
                   drawn.bytes.subspan((shot - 1) * of_a_shot, of_a_shot)};
    const auto frames = golden.find("shot" + std::to_string(shot) + ".frames").value();
    last_frames[name] = {frames.dtype,
                         {frames.shape.begin() + 1, frames.shape.end()},
                         frames.bytes.last(frames.bytes.size() / 17)};
  }
  models::write_safetensors(mini_.root() / "noise.safetensors", noise);
  models::write_safetensors(mini_.root() / "last.safetensors", last_frames);

  const auto run =
      run_program(asbench_program(),
                  {"generate", "--baseline", "animeshootergen", "--model",
                   (mini_.root() / "model").string(), "--split", split.string(), "--device", "cpu",
                   "--noise", (mini_.root() / "noise.safetensors").string(), "--last-frames",
                   (mini_.root() / "last.safetensors").string(), "--dump",
                   (mini_.root() / "dump").string(), "--out", (mini_.root() / "out").string()});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  for (int shot = 1; shot <= 4; ++shot) {
    const std::string number = std::to_string(shot);
    const auto made = models::SafetensorsFile::open(mini_.root() / "dump/cat/0" /
                                                    ("shot_0" + number + ".safetensors"));
    const auto expected = [&](const char* what) {
      return golden.find("shot" + number + "." + what).value();
    };
    for (const char* what : {"condition", "latents"}) {
      const auto [apart, largest] = difference<float>(made.find(what).value(), expected(what));
      EXPECT_LE(apart, kTolerance * largest) << what << " of shot " << shot;
    }
    EXPECT_LE(difference<std::uint8_t>(made.find("frames").value(), expected("frames")).first, 1.0)
        << shot;
  }
}

TEST_F(GenerateVideosCommand, OptionsOfTheOtherKindAreMistakes) {
  EXPECT_THAT(generate("out", {"--size", "96x64"}).err, HasSubstr("--size has no effect"));
  EXPECT_THAT(generate("out", {"--fps", "8"}).err, HasSubstr("--fps has no effect"));
  EXPECT_EQ(generate("out", {"--frames", "9"}).exit_code, 2);
  const auto drawn = run_program(
      asbench_program(), {"generate", "--baseline", "black", "--split", mini_.split().string(),
                          "--out", (mini_.root() / "black").string(), "--steps", "4"});
  EXPECT_EQ(drawn.exit_code, 2);
  EXPECT_THAT(drawn.err, HasSubstr("--steps has no effect on black"));
  const auto offloaded = run_program(
      asbench_program(), {"generate", "--baseline", "black", "--split", mini_.split().string(),
                          "--out", (mini_.root() / "black").string(), "--offload", "stage"});
  EXPECT_EQ(offloaded.exit_code, 2);
  EXPECT_THAT(offloaded.err, HasSubstr("--offload has no effect on black"));
  const auto without = run_program(
      asbench_program(), {"generate", "--baseline", "cogvideo-lora", "--split",
                          mini_.split().string(), "--out", (mini_.root() / "x").string()});
  EXPECT_EQ(without.exit_code, 2);
  EXPECT_THAT(without.err, HasSubstr("--model"));
  EXPECT_FALSE(fs::exists(mini_.root() / "out"));
}

TEST_F(GenerateVideosCommand, KeyframesBecomeShots) {
  write_tiny_image_to_video(mini_.root() / "i2v");
  write_tiny_cogvideo(mini_.root() / "cogvideo");
  const auto with = [&](const std::string& baseline, const std::string& model,
                        const std::vector<std::string>& more) {
    std::vector<std::string> all = {"generate",
                                    "--baseline",
                                    baseline,
                                    "--model",
                                    (mini_.root() / model).string(),
                                    "--split",
                                    mini_.split().string(),
                                    "--device",
                                    "cpu",
                                    "--steps",
                                    "2",
                                    "--limit",
                                    "1",
                                    "--out",
                                    (mini_.root() / "out").string()};
    all.insert(all.end(), more.begin(), more.end());
    return run_program(asbench_program(), all);
  };
  const std::string keyframes = (mini_.root() / "keyframes").string();
  const auto without = with("keyframe-i2v", "i2v", {});
  EXPECT_EQ(without.exit_code, 2);
  EXPECT_THAT(without.err, HasSubstr("--keyframes DIR"));
  const auto other = with("cogvideo-lora", "cogvideo", {"--keyframes", keyframes});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, HasSubstr("--keyframes has no effect on cogvideo-lora"));
  const auto drawn = run_program(
      asbench_program(), {"generate", "--baseline", "black", "--split", mini_.split().string(),
                          "--out", (mini_.root() / "black").string(), "--keyframes", keyframes});
  EXPECT_EQ(drawn.exit_code, 2);
  EXPECT_THAT(drawn.err, HasSubstr("--keyframes has no effect on black"));
  fs::create_directories(keyframes);
  const auto none = with("keyframe-i2v", "i2v", {"--keyframes", keyframes});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, HasSubstr("shot_01.png"));
  EXPECT_FALSE(fs::exists(mini_.root() / "out"));

  // Any pictures will do: the frames of the first shots of another system's.
  const auto made = run_program(
      asbench_program(),
      {"generate", "--baseline", "animeshootergen", "--model", (mini_.root() / "model").string(),
       "--split", mini_.split().string(), "--device", "cpu", "--steps", "2", "--limit", "1",
       "--frames-as", "png", "--out", (mini_.root() / "frames").string()});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  for (const auto& entry : fs::recursive_directory_iterator(mini_.root() / "frames")) {
    if (entry.path().filename() != "frame_0001.png") continue;
    const fs::path shot = entry.path().parent_path();
    const fs::path to = keyframes / shot.lexically_relative(mini_.root() / "frames");
    fs::create_directories(to.parent_path());
    fs::copy_file(entry.path(), fs::path(to).concat(".png"));
  }
  const auto run = with("keyframe-i2v", "i2v", {"--keyframes", keyframes});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("keyframe-i2v: 4 shots written"));
  EXPECT_THAT(run.err, HasSubstr("vae encoder"));
  EXPECT_EQ(videos("out").size(), 4U);
  const Json record = read_json_file(mini_.root() / "out/generation.json");
  EXPECT_EQ(record.at("settings").at("keyframes").size(), 4U);
}

TEST_F(GenerateVideosCommand, AModelOfFullSizeIsNotBegunOnACpuByMistake) {
  write_tiny_generator(mini_.root() / "model",
                       {.manifest = {{"clip", {{"frames", 97}, {"height", 1920}, {"width", 1920}}},
                                     {"sampling", {{"steps", 1000}}}}});
  const auto run = generate("out");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("One shot takes about"));
  EXPECT_THAT(run.err, HasSubstr("--yes"));
}

TEST_F(GenerateVideosCommand, ComponentInspectTellsAModelFolder) {
  const std::string model = (mini_.root() / "model").string();
  const auto told = run_program(asbench_program(), {"component", "inspect", "--model", model});
  ASSERT_EQ(told.exit_code, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("A model for animeshootergen"));
  EXPECT_THAT(told.out, HasSubstr("sampling.guidance_scale"));
  EXPECT_THAT(told.out, HasSubstr("transformer_blocks.0.attn1.to_q.weight"));
  EXPECT_THAT(told.out, HasSubstr("Float [32, 32]"));
  const std::string file = (mini_.root() / "model.json").string();
  const auto written =
      run_program(asbench_program(), {"component", "inspect", "--model", model, "--out", file});
  ASSERT_EQ(written.exit_code, 0) << written.err;
  const Json json = read_json_file(file);
  EXPECT_EQ(json.at("inferred").at("latents"), Json({1, 5, 4, 4, 6}));
  EXPECT_EQ(json.at("settings").at("sampling").at("steps"), 4);
  EXPECT_EQ(json.at("parts").size(), 6U);
  EXPECT_EQ(json.at("parts").at("transformer").at("config").at("num_layers"), 2);
  EXPECT_GT(json.at("parts").at("vae").at("values").get<std::int64_t>(), 0);
}

TEST_F(GenerateVideosCommand, ComponentWritesTensorsOrNothing) {
  const std::vector<std::int64_t> ids = {1, 2, 3};
  const fs::path in = mini_.root() / "in.safetensors";
  const fs::path out = mini_.root() / "out.safetensors";
  const models::TensorView view{models::DType::i64, {1, 3}, std::as_bytes(std::span(ids))};
  const auto component = [&] {
    return run_program(asbench_program(),
                       {"component", "llm", "--model", (mini_.root() / "model").string(), "--in",
                        in.string(), "--out", out.string(), "--dtype", "fp32"});
  };
  models::write_safetensors(in, {{"input_ids", view}, {"attention_mask", view}});
  const auto extra = component();
  EXPECT_EQ(extra.exit_code, 2);
  EXPECT_THAT(extra.err, HasSubstr("attention_mask"));
  EXPECT_FALSE(fs::exists(out));
  models::write_safetensors(in, {{"input_ids", view}});
  const auto run = component();
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const auto file = models::SafetensorsFile::open(out);
  EXPECT_EQ(file.names(), std::vector<std::string>{"hidden_states"});
  EXPECT_EQ(file.find("hidden_states")->shape, (std::vector<std::int64_t>{4, 1, 3, 64}));
}

}  // namespace
}  // namespace asbench::testing
