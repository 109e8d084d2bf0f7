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

/// Says at once what `--device` can't have, also when nothing will have to be computed.
/// @throws UsageError for another text than cpu, cuda, cuda:N, auto; BadInput with the reason when
/// CUDA can't be used.
void check_device(const std::string& device);

/// Where clips and encoders come from; by default files and checkpoints. Must outlive extract().
struct ExtractionInputs {
  const ClipSource& clips = clip_files();
  const EncoderFactory& encoders = checkpoint_encoders();
};

/// Computes whatever of the plan is not in the store yet.
///
/// Decode threads read each new clip once and preprocess its sampled frames; a bounded queue hands
/// them to the encoders, in batches that mix clips. Encoders are loaded when the first frame needs
/// them, so a run that finds everything stored loads none. Features are stored as soon as a clip's
/// last frame is encoded: whatever ends the process, finished clips stay. A broken clip is an
/// outcome, not an exception.
///
/// @throws BadInput for a reference that can't be read, weights that don't fit, a full disk;
/// UsageError for the device; Error "interrupted" once settings.stop() says so, with what was kept.
[[nodiscard]] Extraction extract(const ExtractionPlan& plan, const ExtractionSettings& settings,
                                 const FeatureStore& store, const ExtractionInputs& inputs = {});

}  // namespace asbench::features
