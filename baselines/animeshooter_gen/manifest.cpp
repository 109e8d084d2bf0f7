#include "baselines/animeshooter_gen/manifest.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/schema.h"

namespace asbench::baselines {
namespace {

constexpr std::string_view kSchema = "asbench/animeshootergen@1";

template <typename Value>
struct Named {
  std::string_view name;
  Value value;
};

constexpr std::array<Named<NullCondition>, 3> kNullConditions = {
    {{"mllm_blank", NullCondition::mllm_blank},
     {"zeros", NullCondition::zeros},
     {"t5_empty", NullCondition::t5_empty}}};
constexpr std::array<Named<PictureTiling>, 3> kTilings = {
    {{"single", PictureTiling::single},
     {"dynamic_s2_reference", PictureTiling::dynamic_s2_reference},
     {"dynamic_s2_all", PictureTiling::dynamic_s2_all}}};
constexpr std::array<Named<models::QuerySource>, 2> kQuerySources = {
    {{"own", models::QuerySource::own}, {"llm", models::QuerySource::llm}}};
constexpr std::array<Named<models::ConditionProjection>, 3> kProjections = {
    {{"none", models::ConditionProjection::none},
     {"linear", models::ConditionProjection::linear},
     {"mlp", models::ConditionProjection::mlp}}};
constexpr std::array<Named<models::SamplerKind>, 2> kSamplers = {
    {{"ddim", models::SamplerKind::ddim}, {"dpm", models::SamplerKind::dpm}}};
constexpr std::array<Named<models::GuidanceMode>, 3> kGuidanceModes = {
    {{"fixed", models::GuidanceMode::fixed},
     {"ramp", models::GuidanceMode::ramp},
     {"diffusers_compat", models::GuidanceMode::diffusers_compat}}};
constexpr std::array<Named<models::Precision>, 2> kPrecisions = {
    {{"bf16", models::Precision::bf16}, {"fp32", models::Precision::fp32}}};

template <typename Table, typename Value>
std::string_view name_in(const Table& table, Value value) {
  for (const auto& entry : table) {
    if (entry.value == value) return entry.name;
  }
  throw InternalError("a value of the manifest without a name");
}

/// Reads fields that the schema has checked; what is absent stays as it is.
class Fields {
 public:
  explicit Fields(const Json& object) : object_(object) {}

  [[nodiscard]] bool has(const char* field) const { return object_.contains(field); }
  [[nodiscard]] Fields part(const char* field) const {
    static const Json none = Json::object();
    return Fields(has(field) ? object_.at(field) : none);
  }
  template <typename Value>
  void read(const char* field, Value& value) const {
    if (has(field)) value = object_.at(field).get<Value>();
  }
  void read_path(const char* field, std::filesystem::path& value) const {
    if (has(field)) value = object_.at(field).get<std::string>();
  }
  template <typename Table, typename Value>
  void read_name(const char* field, const Table& table, Value& value) const {
    if (!has(field)) return;
    const auto text = object_.at(field).get<std::string>();
    for (const auto& entry : table) {
      if (entry.name == text) value = entry.value;
    }
  }
  [[nodiscard]] const Json& at(const char* field) const { return object_.at(field); }

 private:
  const Json& object_;
};

std::optional<LoraSettings> read_lora_settings(const Fields& all, const char* network) {
  if (!all.has(network)) return std::nullopt;
  const Fields fields = all.part(network);
  LoraSettings lora;
  fields.read_path("path", lora.path);
  fields.read("scale", lora.scale);
  return lora;
}

/// Fields that say something which another one makes void. Whoever wrote both expected something
/// else of one of them.
void refuse_contradictions(const Json& json, const Manifest& manifest, std::string_view where) {
  const auto refuse = [&](std::string_view one, std::string_view other, std::string_view why) {
    throw BadInput(fmt::format("{}: {} contradicts {}: {}", where, one, other, why));
  };
  if (json.contains("blank_pixel") && manifest.null_condition != NullCondition::mllm_blank) {
    refuse(fmt::format("blank_pixel {}", json.at("blank_pixel").dump()),
           fmt::format("null_condition {}", name_in(kNullConditions, manifest.null_condition)),
           "only mllm_blank has a blank reference");
  }
  const bool own = manifest.qformer.query_source == models::QuerySource::own;
  if (!own && manifest.qformer.keys.contains("query_tokens")) {
    refuse("qformer.keys, which names query_tokens", "qformer.query_source llm",
           "the queries are the language model's");
  }
}

Json json_of(const BlankPixel& pixel) {
  return pixel ? Json(*pixel) : Json("zero_normalised");
}

}  // namespace

Manifest parse_manifest(const Json& json, std::string_view where) {
  check_schema(json, "animeshootergen", where);
  Manifest manifest;
  const Fields fields(json);
  fields.read("name", manifest.name);

  const Fields paths = fields.part("paths");
  paths.read_path("transformer", manifest.paths.transformer);
  paths.read_path("vae", manifest.paths.vae);
  paths.read_path("scheduler", manifest.paths.scheduler);
  paths.read_path("llm", manifest.paths.llm);
  paths.read_path("vision_tower", manifest.paths.vision_tower);
  paths.read_path("mm_projector", manifest.paths.mm_projector);
  paths.read_path("qformer", manifest.paths.qformer);
  paths.read_path("tokenizer", manifest.paths.tokenizer);
  paths.read_path("text_encoder", manifest.paths.text_encoder);

  const Fields hidden = fields.part("hidden_state");
  hidden.read("layer", manifest.hidden_state.layer);
  hidden.read("final_norm", manifest.hidden_state.final_norm);

  const Fields qformer = fields.part("qformer");
  std::int64_t condition_length = 226;
  qformer.read("condition_length", condition_length);
  manifest.qformer.condition_length = condition_length;
  qformer.read_name("query_source", kQuerySources, manifest.qformer.query_source);
  qformer.read_name("projection", kProjections, manifest.qformer.projection);
  qformer.read("trailing_layer_norm", manifest.qformer.trailing_layer_norm);
  qformer.read("keys", manifest.qformer.keys);

  fields.read_name("null_condition", kNullConditions, manifest.null_condition);
  if (fields.has("blank_pixel")) {
    const Json& pixel = fields.at("blank_pixel");
    manifest.blank_pixel = pixel.is_string() ? BlankPixel() : BlankPixel(pixel.get<int>());
  }

  const Fields texts = fields.part("template");
  texts.read("prefix", manifest.texts.prefix);
  texts.read("before_image", manifest.texts.before_image);
  texts.read("after_image", manifest.texts.after_image);
  texts.read("before_caption", manifest.texts.before_caption);
  texts.read("after_caption", manifest.texts.after_caption);
  texts.read("before_queries", manifest.texts.before_queries);
  texts.read("after_queries", manifest.texts.after_queries);

  const Fields sampling = fields.part("sampling");
  sampling.read_name("scheduler", kSamplers, manifest.sampling.sampler);
  sampling.read("steps", manifest.sampling.steps);
  sampling.read("guidance_scale", manifest.sampling.guidance.scale);
  sampling.read_name("guidance_mode", kGuidanceModes, manifest.sampling.guidance.mode);
  sampling.read_name("dtype", kPrecisions, manifest.sampling.precision);
  sampling.read("match_reference", manifest.sampling.match_reference);

  fields.read_name("tiling", kTilings, manifest.tiling);

  const Fields clip = fields.part("clip");
  clip.read("frames", manifest.clip.frames);
  clip.read("fps", manifest.clip.frames_per_second);
  clip.read("height", manifest.clip.height);
  clip.read("width", manifest.clip.width);

  const Fields lora = fields.part("lora");
  manifest.transformer_lora = read_lora_settings(lora, "transformer");
  manifest.llm_lora = read_lora_settings(lora, "llm");

  refuse_contradictions(json, manifest, where);
  return manifest;
}

Manifest read_manifest(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kManifestName;
  if (!is_file(file)) {
    throw BadInput(
        fmt::format("{}: there is no such file. The folder of a generator's model has one; "
                    "docs/animeshootergen.md says what belongs in it.",
                    file.string()));
  }
  constexpr JsonLimits kLimits{.max_bytes = 1U << 20,
                               .max_depth = 8,
                               .refuse_duplicate_keys = true,
                               .kind = "a generator's manifest"};
  return parse_manifest(read_json_file(file, kLimits), file.string());
}

Json to_json(const SamplingSettings& sampling) {
  return {{"scheduler", name_in(kSamplers, sampling.sampler)},
          {"steps", sampling.steps},
          {"guidance_scale", sampling.guidance.scale},
          {"guidance_mode", name_in(kGuidanceModes, sampling.guidance.mode)},
          {"dtype", name_in(kPrecisions, sampling.precision)},
          {"match_reference", sampling.match_reference}};
}

Json to_json(const ClipSettings& clip) {
  return {{"frames", clip.frames},
          {"fps", clip.frames_per_second},
          {"height", clip.height},
          {"width", clip.width}};
}

Json to_json(const LoraSettings& lora) {
  return {{"path", lora.path.string()}, {"scale", lora.scale}};
}

Json to_json(const Manifest& manifest) {
  const auto& paths = manifest.paths;
  const auto& texts = manifest.texts;
  Json json;
  json["schema"] = kSchema;
  json["name"] = manifest.name;
  json["paths"] = {
      {"transformer", paths.transformer.string()},   {"vae", paths.vae.string()},
      {"scheduler", paths.scheduler.string()},       {"llm", paths.llm.string()},
      {"vision_tower", paths.vision_tower.string()}, {"mm_projector", paths.mm_projector.string()},
      {"qformer", paths.qformer.string()},           {"tokenizer", paths.tokenizer.string()},
      {"text_encoder", paths.text_encoder.string()}};
  json["hidden_state"] = {{"layer", manifest.hidden_state.layer},
                          {"final_norm", manifest.hidden_state.final_norm}};
  json["qformer"] = {{"query_source", name_in(kQuerySources, manifest.qformer.query_source)},
                     {"condition_length", manifest.qformer.condition_length.value()},
                     {"projection", name_in(kProjections, manifest.qformer.projection)},
                     {"trailing_layer_norm", manifest.qformer.trailing_layer_norm},
                     {"keys", Json::object()}};
  for (const auto& [ours, theirs] : manifest.qformer.keys) json["qformer"]["keys"][ours] = theirs;
  json["null_condition"] = name_in(kNullConditions, manifest.null_condition);
  // Without a blank reference its colour would be a contradiction.
  if (manifest.null_condition == NullCondition::mllm_blank)
    json["blank_pixel"] = json_of(manifest.blank_pixel);
  json["template"] = {{"prefix", texts.prefix},
                      {"before_image", texts.before_image},
                      {"after_image", texts.after_image},
                      {"before_caption", texts.before_caption},
                      {"after_caption", texts.after_caption},
                      {"before_queries", texts.before_queries},
                      {"after_queries", texts.after_queries}};
  json["sampling"] = to_json(manifest.sampling);
  json["tiling"] = name_in(kTilings, manifest.tiling);
  json["clip"] = to_json(manifest.clip);
  json["lora"] = Json::object();
  if (manifest.transformer_lora) json["lora"]["transformer"] = to_json(*manifest.transformer_lora);
  if (manifest.llm_lora) json["lora"]["llm"] = to_json(*manifest.llm_lora);
  return json;
}

std::vector<std::int64_t> latent_sizes(const ClipSettings& clip, std::int64_t channels,
                                       std::int64_t temporal_compression,
                                       std::int64_t spatial_compression, std::int64_t patch) {
  // Decoding an even number of latent frames gives frames that are no multiple of the compression
  // plus one, so only odd ones are useful: 1, 3, 5, ...
  const std::int64_t step = 2 * temporal_compression;
  if ((clip.frames - 1) % step != 0) {
    throw BadInput(
        fmt::format("clip.frames is {}; the decoder makes {} k + 1 frames (1, {}, {}, ...)",
                    clip.frames, step, step + 1, 2 * step + 1));
  }
  const std::int64_t side = spatial_compression * patch;
  const auto require = [&](const char* field, std::int64_t pixels) {
    if (pixels % side != 0)
      throw BadInput(
          fmt::format("clip.{} is {}; it must be a multiple of {}", field, pixels, side));
  };
  require("height", clip.height);
  require("width", clip.width);
  return {1, (clip.frames - 1) / temporal_compression + 1, channels,
          clip.height / spatial_compression, clip.width / spatial_compression};
}

}  // namespace asbench::baselines
