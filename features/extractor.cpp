#include "features/extractor.h"

#include <fmt/format.h>
#include <torch/headeronly/version.h>

#include <opencv2/core/version.hpp>

#include "core/error.h"
#include "core/hash.h"
#include "core/interrupt.h"
#include "core/json.h"
#include "core/thumbnail.h"
#include "features/decode_stage.h"
#include "features/encode_stage.h"
#include "features/keys.h"
#include "loaders/video/clip_reader.h"
#include "models/layers/runtime.h"

namespace asbench::features {
namespace {

// Preprocessed inputs that may wait for an encoder: 64 pictures of 224 x 224, or four clips of 16.
constexpr std::size_t kQueuedBytes = std::size_t{64} * 3 * 224 * 224 * sizeof(float);

}  // namespace

std::string key_of_frames(const EncoderUse& encoder, std::string_view content_sha256,
                          std::string_view decoder, std::span<const int> frames) {
  return frame_feature_key({.content_sha256 = content_sha256,
                            .decoder = decoder,
                            .frames = frames,
                            .profile = encoder.preprocess,
                            .weights_sha256 = encoder.weights_sha256,
                            .architecture = encoder.config_sha256,
                            .dtype = "float32"});
}

std::string key_of_clip(const ClipEncoderUse& encoder, std::string_view content_sha256,
                        std::string_view decoder, std::span<const int> frames) {
  return clip_feature_key({.content_sha256 = content_sha256,
                           .decoder = decoder,
                           .frames = frames,
                           .profile = encoder.preprocess,
                           .weights_sha256 = encoder.weights_sha256,
                           .architecture = encoder.architecture,
                           .dtype = "float32"});
}

std::string key_of_reference(const EncoderUse& encoder, std::string_view file_sha256,
                             std::string_view background, bool mirrored) {
  return reference_key({.file_sha256 = file_sha256,
                        .background = background,
                        .mirrored = mirrored,
                        .profile = encoder.preprocess,
                        .weights_sha256 = encoder.weights_sha256,
                        .architecture = encoder.config_sha256,
                        .dtype = "float32"});
}

std::string key_of_caption(const EncoderUse& encoder, std::string_view text) {
  return caption_key({.text = text,
                      .tokenizer_sha256 = encoder.tokenizer_sha256,
                      .weights_sha256 = encoder.weights_sha256,
                      .architecture = encoder.config_sha256,
                      .dtype = "float32"});
}

std::string key_of_reference_cells(const ExtractionPlan& plan, std::string_view file_sha256) {
  std::string background = plan.background;
  if (background == "mean") {
    for (const double value : cells_mean(plan)) background += fmt::format(" {}", value);
  }
  return sha256_hex(
      fmt::format("reference-cells@1\nfile={}\nbackground={}\n", file_sha256, background));
}

struct Extraction::State {
  ExtractionPlan plan;
  const FeatureStore* store = nullptr;
  std::string decoder;
  std::vector<ClipOutcome> outcomes;
  std::vector<std::string> reference_sha256;
  ExtractionStatistics statistics;

  [[nodiscard]] FeatureMatrix stored(const std::string& key, std::string_view what) const {
    auto matrix = store->get(key);
    if (!matrix) {
      throw BadInput(fmt::format(
          "feature store: the features of {} vanished while they were in use.\n  Something else "
          "clears {}; run the same command again.",
          what, store->root().string()));
    }
    return std::move(*matrix);
  }
  [[nodiscard]] std::string path_of(std::size_t clip) const {
    for (const auto* sources : {&plan.clips, &plan.ceiling_clips, &plan.reference_clips}) {
      if (clip < sources->size()) return (*sources)[clip].path.string();
      clip -= sources->size();
    }
    throw InternalError("the plan has no such clip");
  }
  [[nodiscard]] std::size_t first_reference_clip() const {
    return plan.clips.size() + plan.ceiling_clips.size();
  }
  [[nodiscard]] const EncoderUse& text_encoder() const {
    for (const auto& encoder : plan.encoders) {
      if (encoder.text) return encoder;
    }
    throw InternalError("captions were asked for, but no encoder of the plan has a text tower");
  }
};

Extraction::Extraction(std::unique_ptr<State> state) : state_(std::move(state)) {}
Extraction::~Extraction() = default;
Extraction::Extraction(Extraction&&) noexcept = default;
Extraction& Extraction::operator=(Extraction&&) noexcept = default;

const ClipOutcome& Extraction::clip(std::size_t index) const {
  return state_->outcomes.at(index);
}
const ExtractionStatistics& Extraction::statistics() const {
  return state_->statistics;
}

FeatureMatrix Extraction::clip_features(std::size_t clip, std::size_t encoder) const {
  const auto& outcome = state_->outcomes.at(clip);
  const auto frames = distinct_frames(outcome.indices);
  const auto distinct =
      state_->stored(key_of_frames(state_->plan.encoders.at(encoder), outcome.content_sha256,
                                   state_->decoder, frames),
                     state_->path_of(clip));
  FeatureMatrix matrix(static_cast<int>(outcome.indices.size()), distinct.cols);
  int row = 0;
  for (std::size_t i = 0; i < outcome.indices.size(); ++i) {
    if (i > 0 && outcome.indices[i] != outcome.indices[i - 1]) ++row;
    std::copy_n(distinct.row(row).begin(), distinct.cols, matrix.row(static_cast<int>(i)).begin());
  }
  return matrix;
}

PixelMatrix Extraction::clip_pixels(std::size_t clip) const {
  const auto& outcome = state_->outcomes.at(clip);
  const auto frames = distinct_frames(outcome.indices);
  const auto distinct = state_->stored(pixel_key(outcome.content_sha256, state_->decoder, frames),
                                       state_->path_of(clip));
  PixelMatrix pixels;
  pixels.cells = FeatureMatrix(static_cast<int>(outcome.indices.size()), kCellCount);
  int row = 0;
  for (std::size_t i = 0; i < outcome.indices.size(); ++i) {
    const bool repeated = i > 0 && outcome.indices[i] == outcome.indices[i - 1];
    if (i > 0 && !repeated) ++row;
    const auto source = distinct.row(row);
    if (i > 0) pixels.motion.push_back(repeated ? 0.0F : source[0]);
    std::copy(source.begin() + 1, source.end(), pixels.cells.row(static_cast<int>(i)).begin());
  }
  return pixels;
}

FeatureMatrix Extraction::reference_features(std::size_t reference, std::size_t encoder,
                                             bool mirrored) const {
  return state_->stored(
      key_of_reference(state_->plan.encoders.at(encoder), state_->reference_sha256.at(reference),
                       state_->plan.background, mirrored),
      state_->plan.references[reference].string());
}

FeatureMatrix Extraction::reference_cells(std::size_t reference) const {
  return state_->stored(
      key_of_reference_cells(state_->plan, state_->reference_sha256.at(reference)),
      state_->plan.references[reference].string());
}

FeatureMatrix Extraction::caption_features(std::size_t caption) const {
  FeatureMatrix stored = state_->stored(
      key_of_caption(state_->text_encoder(), state_->plan.captions.at(caption)), "a caption");
  stored.values.pop_back();  // the truncation mark, see EncodeStage::encode_captions
  stored.cols -= 1;
  return stored;
}

bool Extraction::caption_truncated(std::size_t caption) const {
  return state_
             ->stored(key_of_caption(state_->text_encoder(), state_->plan.captions.at(caption)),
                      "a caption")
             .values.back() != 0.0F;
}

FeatureMatrix Extraction::video_features(std::size_t clip) const {
  const auto& outcome = state_->outcomes.at(clip);
  return state_->stored(key_of_clip(state_->plan.clip_encoder.value(), outcome.content_sha256,
                                    state_->decoder, outcome.window),
                        state_->path_of(clip));
}

const ClipOutcome& Extraction::reference_clip(std::size_t index) const {
  return state_->outcomes.at(state_->first_reference_clip() + index);
}

FeatureMatrix Extraction::reference_clip_features(std::size_t index) const {
  return video_features(state_->first_reference_clip() + index);
}

bool was_decoded(std::string_view content_sha256, const FeatureStore& store) {
  return store.has(clip_info_key(content_sha256, loaders::decoder_name()));
}

void check_device(const std::string& device) {
  // These two can always be had, and asking would load libraries that a run with everything stored
  // doesn't need.
  if (device != "cpu" && device != "auto") static_cast<void>(models::parse_device(device));
}

Extraction extract(const ExtractionPlan& plan, const ExtractionSettings& settings,
                   const FeatureStore& store) {
  auto state = std::make_unique<Extraction::State>();
  state->plan = plan;
  state->store = &store;
  state->decoder = loaders::decoder_name();
  state->statistics.decoder = state->decoder;
  state->statistics.libraries = {{"libtorch", TORCH_VERSION}, {"opencv", CV_VERSION}};
  {
    const StageTimer timer(state->statistics.total_seconds);
    BoundedQueue<PreparedInput> queue(kQueuedBytes);
    EncodeStage encode(plan, settings, store, queue);
    DecodeStage decode(plan, settings, store,
                       queue);  // destroyed first: closes the queue, ends its threads
    decode.start();
    encode.encode_captions();
    encode.encode_images();
    decode.join();
    state->outcomes = decode.take_outcomes();
    decode.add_statistics(state->statistics);
    encode.add_statistics(state->statistics);
  }
  if (interrupted()) {
    throw Error(
        fmt::format("interrupted. {} pictures were encoded; their features are kept in {}.\n  The "
                    "same command goes on from there.",
                    state->statistics.images_encoded, store.root().string()));
  }
  for (const auto& path : plan.references) state->reference_sha256.push_back(sha256_file(path));
  return Extraction(std::move(state));
}

}  // namespace asbench::features
