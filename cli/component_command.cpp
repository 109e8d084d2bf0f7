// component, as a function of the engine module (cli/modules.h).
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "baselines/animeshooter_gen/component.h"
#include "baselines/animeshooter_gen/model_description.h"
#include "cli/component_options.h"
#include "cli/errors.h"
#include "core/error.h"
#include "core/json.h"
#include "core/print.h"
#include "features/extractor.h"
#include "loaders/image_file.h"
#include "models/encoders/encoder.h"
#include "models/layers/runtime.h"
#include "models/preprocess/composite.h"
#include "models/preprocess/preprocess.h"
#include "models/tokenizers/clip_tokenizer.h"
#include "models/weights/checkpoint.h"
#include "models/weights/safetensors.h"
#include "models/weights/state_dict.h"

namespace asbench::cli {
namespace {

std::vector<std::string> read_texts(const std::string& path) {
  const Json json = read_json_file(path);
  if (!json.is_array()) throw BadInput(fmt::format("{}: expected a JSON list of strings", path));
  std::vector<std::string> texts;
  for (const auto& text : json) {
    if (!text.is_string())
      throw BadInput(fmt::format("{}: entry {} is not a string; expected a JSON list of strings",
                                 path, texts.size()));
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

const std::string& input_of(const ComponentOptions& options) {
  if (options.in.empty())
    throw UsageError(fmt::format("Missing option --in: {} reads an input file", options.name));
  return options.in;
}

void write_tensor(const std::string& path, const std::string& name, const at::Tensor& tensor) {
  const at::Tensor values = tensor.to(at::kCPU).contiguous();
  const models::TensorView view{models::DType::f32, values.sizes().vec(),
                                std::as_bytes(std::span(values.const_data_ptr<float>(),
                                                        static_cast<std::size_t>(values.numel())))};
  models::write_safetensors(path, {{name, view}});
}

/// Unit length, in double as the metrics do it.
at::Tensor normalised(const at::Tensor& features) {
  const at::Tensor wide = features.to(at::kCPU).to(at::kDouble);
  return (wide / wide.norm(2, 1, true)).to(at::kFloat);
}

models::Profile profile_of(const ComponentOptions& options, const models::Checkpoint& checkpoint) {
  return models::resolve_profile(checkpoint.id, checkpoint.preprocessor, options.preprocess);
}

models::EncoderOptions encoder_options(const ComponentOptions& options) {
  models::EncoderOptions result;
  result.device = models::parse_device(options.device);
  result.precision = models::parse_precision(options.precision);
  result.preprocess = options.preprocess;
  return result;
}

void run_tokenizer(const ComponentOptions& options) {
  const auto tokenizer = models::ClipTokenizer::load(options.model);
  std::vector<models::TokenizedText> encoded;
  Json truncated = Json::array();
  for (const auto& text : read_texts(input_of(options))) {
    encoded.push_back(tokenizer.encode(text));
    truncated.push_back(encoded.back().truncated);
  }
  const auto length = static_cast<std::size_t>(tokenizer.context_length());
  const auto padded = tokenizer.pad(encoded, length);
  Json ids = Json::array();
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    ids.push_back(
        std::vector<std::int64_t>(padded.begin() + static_cast<std::ptrdiff_t>(i * length),
                                  padded.begin() + static_cast<std::ptrdiff_t>((i + 1) * length)));
  }
  write_json_file(options.out, {{"ids", ids}, {"truncated", truncated}});
}

void run_preprocess(const ComponentOptions& options, const models::Checkpoint& checkpoint) {
  const auto profile = profile_of(options, checkpoint);
  const Image image = models::composite(loaders::read_image(input_of(options)),
                                        models::parse_background(options.background), profile.mean);
  const auto size = profile.output({image.height, image.width});
  at::Tensor pixels = at::empty({1, 3, size.height, size.width}, at::kFloat);
  models::preprocess(
      image, profile,
      std::span(pixels.mutable_data_ptr<float>(), static_cast<std::size_t>(pixels.numel())));
  write_tensor(options.out, "pixel_values", pixels);
}

void run_image_encoder(const ComponentOptions& options, const models::Checkpoint& checkpoint) {
  const auto file = models::SafetensorsFile::open(input_of(options), models::ReadMode::copied);
  const auto images = file.find("images");
  if (!images || images->dtype != models::DType::u8 || images->shape.size() != 4 ||
      images->shape[3] != 3 || images->shape[0] < 1) {
    throw BadInput(fmt::format("{}: expected one tensor `images`, U8 [N, H, W, 3] in RGB, N >= 1",
                               options.in));
  }
  const auto profile = profile_of(options, checkpoint);
  models::Preprocessor preprocessor(profile);
  Image image(static_cast<int>(images->shape[1]), static_cast<int>(images->shape[2]), 3);
  const auto size = profile.output({image.height, image.width});
  at::Tensor pixels = at::empty({images->shape[0], 3, size.height, size.width}, at::kFloat);
  const std::size_t one =
      std::size_t{3} * static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width);
  for (std::size_t i = 0; i < static_cast<std::size_t>(images->shape[0]); ++i) {
    const auto bytes = images->bytes.subspan(i * image.bytes.size(), image.bytes.size());
    std::memcpy(image.bytes.data(), bytes.data(), bytes.size());
    preprocessor.run(image, std::span(pixels.mutable_data_ptr<float>() + i * one, one));
  }
  const auto encoder = models::load_image_encoder(checkpoint, encoder_options(options));
  write_tensor(options.out, "features", normalised(encoder->encode_images(pixels)));
}

void run_text_encoder(const ComponentOptions& options, const models::Checkpoint& checkpoint) {
  const auto encoder = models::load_text_encoder(checkpoint, encoder_options(options));
  const auto texts = read_texts(input_of(options));
  write_tensor(options.out, "features", normalised(encoder->encode_texts(texts).features));
}

void run_inspect(const ComponentOptions& options, const models::Checkpoint& checkpoint) {
  Json json;
  json["id"] = checkpoint.id;
  json["weights_sha256"] = models::weights_sha256(checkpoint);
  json["preprocess"] = checkpoint.preprocessor || options.preprocess
                           ? Json(profile_of(options, checkpoint).describe())
                           : Json(nullptr);
  json["config"] = checkpoint.config;
  json["tensors"] = Json::object();
  const auto state = models::StateDict::load(checkpoint);
  for (const auto& name : state.names()) {
    json["tensors"][name] = state.describe(name);
  }
  write_json_file(options.out, json);
}

int run_generator_part(const ComponentOptions& options) {
  baselines::run_component({.name = options.name,
                            .model = options.model,
                            .in = input_of(options),
                            .out = options.out,
                            .placement = {models::parse_device(options.device),
                                          models::parse_precision(options.precision)}});
  return kExitDone;
}

/// Without --out for people.
int inspect_model(const ComponentOptions& options) {
  const Json description = baselines::describe_model(options.model);
  if (options.out.empty()) {
    print_prepared(stdout, baselines::model_in_words(description));
  } else {
    write_json_file(options.out, description);
  }
  return kExitDone;
}

void require_folder(const std::string& model) {
  if (std::filesystem::is_directory(model)) return;
  throw BadInput(fmt::format(
      "--model {}: no such folder. Expected the folder of a checkpoint in Hugging Face layout.",
      model));
}

int run_component(const ComponentOptions& options) {
  // Before --out: what it is needed for depends on what the folder holds.
  if (options.name == "inspect") require_folder(options.model);
  const bool inspects_model =
      options.name == "inspect" && baselines::is_generator_folder(options.model);
  if (options.out.empty() && !inspects_model) {
    throw UsageError(fmt::format("Missing option --out: {} writes a file", options.name));
  }
  const auto& parts = baselines::component_names();
  if (std::find(parts.begin(), parts.end(), options.name) != parts.end()) {
    // No check of the precision: parity in bfloat16 may be asked for on a CPU too, however slow.
    models::configure_runtime(options.threads, models::parse_precision(options.precision));
    return run_generator_part(options);
  }
  features::check_device(options.device, features::dtype_of(options.precision));
  models::configure_runtime(options.threads, models::parse_precision(options.precision));
  const models::InferenceScope scope;
  if (inspects_model) return inspect_model(options);
  if (options.name == "tokenizer") {
    run_tokenizer(options);
    return kExitDone;
  }
  require_folder(options.model);
  const auto checkpoint =
      models::open_checkpoint(std::filesystem::absolute(options.model).string(), {});
  if (options.name == "preprocess") run_preprocess(options, checkpoint);
  if (options.name == "image_encoder") run_image_encoder(options, checkpoint);
  if (options.name == "text_encoder") run_text_encoder(options, checkpoint);
  if (options.name == "inspect") run_inspect(options, checkpoint);
  return kExitDone;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int asbench_run_component(
    const ComponentOptions* options) {
  return run_guarded("component " + options->name, [&] { return run_component(*options); });
}

}  // namespace asbench::cli
