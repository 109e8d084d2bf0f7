#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "models/layers/runtime.h"
#include "models/multimodal/prompt.h"
#include "models/qformer/qformer_config.h"
#include "models/qwen2/qwen2.h"
#include "models/samplers/guidance.h"
#include "models/samplers/scheduler_config.h"

namespace asbench::baselines {

inline constexpr std::string_view kManifestName = "animeshootergen.json";

/// The condition that guidance leads away from (docs/design/animeshootergen.md 2, U6).
enum class NullCondition {
  mllm_blank,  ///< a second pass: a blank reference and empty captions, earlier frames kept
  zeros,
  t5_empty,  ///< what T5 makes of an empty text
};

/// Which pictures are looked at in several tiles (U10).
enum class PictureTiling {
  single,                ///< none
  dynamic_s2_reference,  ///< the reference
  dynamic_s2_all,        ///< the reference and the last frames
};

/// The reference of NullCondition::mllm_blank (U7): a level of all channels, or nothing: zeros
/// after normalisation, which no 8-bit picture has.
using BlankPixel = std::optional<int>;

/// How latents become a shot (U9).
struct SamplingSettings {
  models::SamplerKind sampler = models::SamplerKind::ddim;
  std::int64_t steps = 50;
  models::Guidance guidance = {};
  models::Precision precision = models::Precision::bf16;  ///< on a GPU
  bool match_reference = false;  ///< latents are rounded to the network's type after every step
};

/// What a shot is (U11).
struct ClipSettings {
  std::int64_t frames = 49;
  double frames_per_second = 8.0;
  std::int64_t height = 480;  ///< pixels
  std::int64_t width = 720;
};

/// A low-rank adaptation to merge. @see models::read_lora
struct LoraSettings {
  std::filesystem::path path;
  double scale = 1.0;
};

/// A model folder's `animeshootergen.json`: whatever the paper leaves open, with a default each
/// (docs/design/animeshootergen.md 2). Plain data; paths are as written, relative to the folder.
struct Manifest {
  struct Paths {
    std::filesystem::path transformer = "transformer";
    std::filesystem::path vae = "vae";
    std::filesystem::path scheduler = "scheduler";
    std::filesystem::path llm = "mllm/llm";
    std::filesystem::path vision_tower = "mllm/vision_tower";
    std::filesystem::path mm_projector = "mllm/mm_projector";
    std::filesystem::path qformer = "qformer";
    std::filesystem::path tokenizer = "tokenizer";
    std::filesystem::path text_encoder = "text_encoder";
  };

  std::string name;
  Paths paths;
  models::HiddenStateChoice hidden_state;  ///< U1
  models::QFormerOptions qformer;          ///< U2 to U5; condition_length is always set
  NullCondition null_condition = NullCondition::mllm_blank;
  BlankPixel blank_pixel = 0;
  models::PromptTemplate texts;  ///< U8
  SamplingSettings sampling;
  PictureTiling tiling = PictureTiling::single;
  ClipSettings clip;
  std::optional<LoraSettings> transformer_lora;
  std::optional<LoraSettings> llm_lora;
};

/// @param where  what to call the document in messages
/// @throws BadInput: an unknown field, a value that its schema (animeshootergen.schema.json)
///         refuses; two fields that contradict each other, naming both.
[[nodiscard]] Manifest parse_manifest(const Json& json, std::string_view where);

/// parse_manifest() of the folder's manifest. @throws BadInput also when there is none.
[[nodiscard]] Manifest read_manifest(const std::filesystem::path& folder);

/// The manifest as it is used: every field, defaults written out. Reading it back gives the same.
[[nodiscard]] Json to_json(const Manifest& manifest);
[[nodiscard]] Json to_json(const SamplingSettings& sampling);
[[nodiscard]] Json to_json(const ClipSettings& clip);
[[nodiscard]] Json to_json(const LoraSettings& lora);

/// The latents of one shot, [1, F, C, h, w].
/// @param temporal_compression  frames of a latent frame, but for the first: 4
/// @param spatial_compression   pixels of a latent's side: 8
/// @param patch                 latents of a patch's side: 2
/// @throws BadInput naming `clip.…` when the number of frames isn't one that decoding gives
///         (8 k + 1), or a side is no multiple of a patch.
[[nodiscard]] std::vector<std::int64_t> latent_sizes(const ClipSettings& clip,
                                                     std::int64_t channels,
                                                     std::int64_t temporal_compression,
                                                     std::int64_t spatial_compression,
                                                     std::int64_t patch);

}  // namespace asbench::baselines
