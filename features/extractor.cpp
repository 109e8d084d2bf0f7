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
#include "features/queue_size.h"
#include "loaders/video/clip_reader.h"
#include "models/layers/runtime.h"

namespace asbench::features {
namespace {

void require_precision(models::Precision precision, c10::Device device) {
  if (precision == models::Precision::fp32 || !device.is_cpu()) return;
  throw UsageError(fmt::format(
      "--precision {}: the CPU computes in float32 alone\n  Use --device cuda, or leave "
      "--precision out.",
      precision == models::Precision::tf32 ? "tf32" : "bf16"));
}

}  // namespace

bool was_decoded(std::string_view content_sha256, const FeatureStore& store) {
  return store.has(clip_info_key(content_sha256, loaders::decoder_name()));
}

std::string dtype_of(std::string_view precision) {
  return std::string(models::dtype_name(models::parse_precision(precision)));
}

void check_device(const std::string& device, const std::string& dtype) {
  const models::Precision precision = models::precision_of_dtype(dtype);
  // In float32 these two can always be had.
  if (precision == models::Precision::fp32 && (device == "cpu" || device == "auto")) return;
  require_precision(precision, models::parse_device(device));
}

Extraction extract(const ExtractionPlan& plan, const ExtractionSettings& settings,
                   const FeatureStore& store, const ExtractionInputs& inputs) {
  auto state = std::make_unique<Extraction::State>();
  state->plan = &plan;
  state->store = &store;
  state->decoder = loaders::decoder_name();
  state->statistics.decoder = state->decoder;
  state->statistics.libraries = {{"libtorch", TORCH_VERSION}, {"opencv", CV_VERSION}};
  {
    const StageTimer timer(state->statistics.total_seconds);
    const c10::Device device = models::parse_device(settings.device);
    require_precision(precision_of(plan), device);
    const auto accelerator = inputs.encoders.device_queue(device);
    const bool levels = accelerator != nullptr;
    BoundedQueue<PreparedInput> queue(
        queue_bytes(plan, {.batch = settings.batch,
                           .decode_threads = decode_thread_count(settings.decode_threads, levels),
                           .levels = levels}));
    EncodeStage encode({plan, settings, store, inputs.encoders, queue, device, accelerator.get()});
    // Destroyed first: closes the queue, ends its threads.
    DecodeThreads decode(plan, settings, store, inputs.clips, queue, levels);
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
