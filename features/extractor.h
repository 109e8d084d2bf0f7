#pragma once

#include <string>
#include <string_view>

#include "features/clip_source.h"
#include "features/encoder_factory.h"
#include "features/extraction.h"
#include "features/extraction_plan.h"
#include "features/store.h"

namespace asbench::features {

/// True when a clip of this content (SHA-256) was decoded before, by this decoder, into this store.
[[nodiscard]] bool was_decoded(std::string_view content_sha256, const FeatureStore& store);

/// Says at once what `--device` and `--precision` can't have, also when nothing will have to be
/// computed.
/// @throws UsageError for another text than cpu, cuda, cuda:N, auto, and for another precision than
/// fp32 on the CPU; BadInput with the reason when CUDA can't be used.
/// @param dtype  of dtype_of()
void check_device(const std::string& device, const std::string& dtype = "float32");

/// What `--precision` (fp32, tf32, bf16) is called in signatures, protocols and store keys:
/// float32, tf32, bfloat16. @throws UsageError for another text.
[[nodiscard]] std::string dtype_of(std::string_view precision);

/// Where clips and encoders come from; by default files and checkpoints. Must outlive extract().
struct ExtractionInputs {
  const ClipSource& clips = clip_files();
  const EncoderFactory& encoders = checkpoint_encoders();
};

/// Computes whatever of the plan is not in the store yet.
///
/// Decode threads read each new clip once and preprocess its sampled frames; a bounded queue hands
/// them to the encoders, in batches that mix clips. On a GPU frames travel as bytes, and copies in
/// and out run beside the computation (models/layers/device_queue.h). Encoders are loaded when the
/// first frame needs them, so a run that finds everything stored loads none. Features are stored as
/// soon as a clip's last frame is encoded: whatever ends the process, finished clips stay. A broken
/// clip is an outcome, not an exception.
///
/// @param plan, store  must outlive the extraction
/// @throws BadInput for a reference that can't be read, weights that don't fit, a full disk;
/// UsageError for the device; Error "interrupted" once settings.stop() says so, with what was kept.
[[nodiscard]] Extraction extract(const ExtractionPlan& plan, const ExtractionSettings& settings,
                                 const FeatureStore& store, const ExtractionInputs& inputs = {});
Extraction extract(ExtractionPlan&& plan, const ExtractionSettings& settings,
                   const FeatureStore& store, const ExtractionInputs& inputs = {}) = delete;

}  // namespace asbench::features
