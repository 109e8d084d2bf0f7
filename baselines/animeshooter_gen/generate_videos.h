#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "baselines/animeshooter_gen/memory_choice.h"
#include "baselines/animeshooter_gen/shot_files.h"
#include "baselines/generate.h"
#include "core/progress.h"
#include "loaders/split.h"

namespace asbench::baselines {

/// The names that configs/baselines gives to the systems that are networks.
inline constexpr std::string_view kAnimeShooterGen = "animeshootergen";
inline constexpr std::string_view kCogVideoLora = "cogvideo-lora";
inline constexpr std::string_view kKeyframeI2v = "keyframe-i2v";

struct VideoRequest {
  std::string baseline;                   ///< kAnimeShooterGen, kCogVideoLora or kKeyframeI2v
  const loaders::Split* split = nullptr;  ///< the whole split
  const loaders::Split* part = nullptr;   ///< the stories to make
  std::filesystem::path model;            ///< folder (docs/animeshootergen.md)
  std::filesystem::path out;
  std::uint64_t seed = 0;
  std::optional<std::int64_t> steps = {};  ///< instead of the manifest's
  bool uneven_steps = false;               ///< numbers of steps that don't divide 1000, too
  std::optional<std::filesystem::path> noise = {};        ///< @see models::NoiseFile
  std::optional<std::filesystem::path> last_frames = {};  ///< @see LastFrames
  /// Folder of pictures that shots begin with: kKeyframeI2v needs it. @see Keyframes
  std::optional<std::filesystem::path> keyframes = {};
  /// A safetensors file a shot is written here: `condition` [2, L, D], `latents` [1, F, C, h, w],
  /// `frames` U8 [T, H, W, 3].
  std::optional<std::filesystem::path> dump = {};
  FrameForm frames = FrameForm::video;
  std::string device = "auto";            ///< @see models::parse_device
  std::optional<std::string> dtype = {};  ///< fp32 or bf16; nothing: fp32 on the CPU, else the
                                          ///< manifest's
  MemoryWishes memory = {};               ///< `--offload`, `--tile`
  /// Bytes to plan with instead of what the device has free.
  std::optional<std::int64_t> free_memory = {};
  bool long_runs = false;  ///< also shots that take hours on a CPU
  Progress::Style progress = Progress::Style::automatic;
  std::function<void(std::string_view text)> say = {};  ///< for people, before the loading
};

/// Writes a network's videos below `out` in the default output layout, and `generation.json`
/// beside them: settings with all defaults, hashes of the weights, versions, and of every shot how
/// it was made. Finished shots are kept where the settings are the same. Whatever ends the process,
/// the shot in hand is all that is lost.
///
/// A shot's random numbers are one stream, in the order of diffusers' image-to-video pipeline: of
/// kKeyframeI2v first the sample of the keyframe's latents, then the noise, unless it is given,
/// then what the sampler draws.
/// @throws UsageError for settings that don't go together, a folder that holds shots of others, and
///   on a CPU for shots that take longer than kLongShotSeconds, unless these are asked for;
///   BadInput for what the model's loaders refuse, missing captions, references,
///   keyframes and noise;
///   "interrupted" after SIGINT.
GenerateReport generate_videos(const VideoRequest& request);

}  // namespace asbench::baselines
