#include "features/stored_pieces.h"

#include <algorithm>

#include "features/clip_memory.h"
#include "features/clip_record.h"
#include "features/keys.h"
#include "loaders/video/clip_reader.h"

namespace asbench::features {

ClipLook look_at_stored_clip(const FeatureStore& store, const ExtractionPlan& plan,
                             const std::string& request, std::size_t clip) {
  const auto& wanted = plan.clips.at(clip);
  const std::string identity = clip_identity(wanted.source);
  const auto content = recall_content(store, identity);
  if (content) {
    ClipOutcome outcome;
    outcome.content_sha256 = *content;
    static const std::string decoder = loaders::decoder_name();
    if (read_clip_record(store, decoder, plan, wanted, outcome, EntryLook::existence))
      return {ClipState::done, std::nullopt};
  }
  auto broken = recall_failure(store, content ? *content : identity, request);
  if (!broken) return {};
  return {ClipState::failed, std::move(broken)};
}

bool has_reference(const FeatureStore& store, const ExtractionPlan& plan, std::size_t reference) {
  const std::string& sha256 = plan.references.at(reference).sha256;
  const auto& background = plan.background;
  if (plan.pixels && !store.contains(reference_cells_key(sha256, background, cells_mean(plan))))
    return false;
  return std::all_of(plan.encoders.begin(), plan.encoders.end(), [&](const EncoderUse& encoder) {
    if (!encoder.images) return true;
    if (!store.contains(reference_key(encoder, sha256, background, false))) return false;
    return !encoder.mirrored_references ||
           store.contains(reference_key(encoder, sha256, background, true));
  });
}

bool has_caption(const FeatureStore& store, const ExtractionPlan& plan, std::size_t caption) {
  return std::all_of(plan.encoders.begin(), plan.encoders.end(), [&](const EncoderUse& encoder) {
    return !encoder.text || store.contains(caption_key(encoder, plan.captions.at(caption)));
  });
}

}  // namespace asbench::features
