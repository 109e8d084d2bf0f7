#include "features/extractor.h"

#include <fmt/format.h>
#include <torch/headeronly/version.h>

#include <memory>
#include <opencv2/core/version.hpp>
#include <utility>

#include "core/error.h"
#include "features/decode_threads.h"
#include "features/encode_stage.h"
#include "features/extraction_state.h"
#include "features/keys.h"
#include "loaders/video/clip_reader.h"
#include "models/layers/runtime.h"

namespace asbench::features {
namespace {

// Preprocessed inputs that may wait for an encoder: 64 pictures of 224 x 224, or four clips of 16.
constexpr std::size_t kQueuedBytes = std::size_t{64} * 3 * 224 * 224 * sizeof(float);

}  // namespace

bool was_decoded(std::string_view content_sha256, const FeatureStore& store) {
  return store.has(clip_info_key(content_sha256, loaders::decoder_name()));
}

void check_device(const std::string& device) {
  // These two can always be had, and asking would load libraries that a run with everything stored
  // doesn't need.
  if (device != "cpu" && device != "auto") static_cast<void>(models::parse_device(device));
}

Extraction extract(const ExtractionPlan& plan, const ExtractionSettings& settings,
                   const FeatureStore& store, const ExtractionInputs& inputs) {
  auto state = std::make_unique<Extraction::State>();
  state->plan = plan;
  state->store = &store;
  state->decoder = loaders::decoder_name();
  state->statistics.decoder = state->decoder;
  state->statistics.libraries = {{"libtorch", TORCH_VERSION}, {"opencv", CV_VERSION}};
  {
    const StageTimer timer(state->statistics.total_seconds);
    BoundedQueue<PreparedInput> queue(kQueuedBytes);
    EncodeStage encode(plan, settings, store, inputs.encoders, queue);
    // Destroyed first: closes the queue, ends its threads.
    DecodeThreads decode(plan, settings, store, inputs.clips, queue);
    encode.require_encoders();
    decode.start();
    encode.encode_captions();
    encode.encode_images();
    decode.join();
    state->outcomes = decode.take_outcomes();
    decode.add_statistics(state->statistics);
    encode.add_statistics(state->statistics);
  }
  if (settings.stop()) {
    throw Error(
        fmt::format("interrupted. {} pictures were encoded; their features are kept in {}.\n  The "
                    "same command resumes there.",
                    state->statistics.images_encoded, store.root().string()));
  }
  return Extraction(std::move(state));
}

}  // namespace asbench::features
