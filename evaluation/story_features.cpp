#include "evaluation/story_features.h"

#include <algorithm>
#include <utility>

namespace asbench::evaluation {
namespace {

/// An IP's references under the encoder of a role.
metrics::FeatureView stack(const std::vector<std::size_t>& references, const Plan& plan,
                           const features::Extraction& extraction, const std::string& role,
                           bool mirrored, StoryMatrices& kept) {
  std::vector<features::FeatureMatrix> rows;
  for (const std::size_t index : references)
    rows.push_back(extraction.reference_features(index, plan.encoders.at(role), mirrored));
  return kept.keep_rows(rows);
}

/// Stands for a caption that is there and could not be read, of a shot that counts as failed: it
/// must not look like a shot without a caption, which no text metric counts. Nothing is compared
/// with it.
features::FeatureMatrix unread_caption(const std::string& role, const Plan& plan,
                                       const features::Extraction& extraction) {
  const int size =
      plan.captions.empty()
          ? 1
          : extraction.caption(plan.captions.begin()->second, plan.encoders.at(role)).feature.cols;
  features::FeatureMatrix caption(1, size);
  caption.row(0)[0] = 1.0F;
  return caption;
}

}  // namespace

metrics::FeatureView StoryMatrices::keep(features::FeatureMatrix matrix) {
  const auto& kept = matrices.emplace_back(std::move(matrix));
  return {kept.values.data(), kept.rows, kept.cols};
}

metrics::FeatureView StoryMatrices::keep_rows(const std::vector<features::FeatureMatrix>& rows) {
  if (rows.empty()) return {};
  features::FeatureMatrix stacked(static_cast<int>(rows.size()), rows.front().cols);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy(rows[i].values.begin(), rows[i].values.end(),
              stacked.row(static_cast<int>(i)).begin());
  }
  return keep(std::move(stacked));
}

std::vector<metrics::CharacterReferences> gallery_of(const loaders::Split& split, const Plan& plan,
                                                     const features::Extraction& extraction,
                                                     StoryMatrices& kept) {
  std::vector<metrics::CharacterReferences> gallery;
  for (const auto& ip : split.ips) {
    const auto indices = plan.references.find(ip.id);
    if (indices == plan.references.end()) continue;
    metrics::CharacterReferences& character = gallery.emplace_back();
    character.ip = ip.id;
    for (const auto& role : plan.needs.roles(metrics::Modality::gallery))
      character.references.set(role, stack(indices->second, plan, extraction, role, false, kept));
  }
  return gallery;
}

metrics::ReferenceFeatures reference_features(const std::string& ip, const StorySource& source,
                                              StoryMatrices& kept) {
  const Plan& plan = *source.plan;
  const features::Extraction& extraction = *source.extraction;
  metrics::ReferenceFeatures references;
  const auto indices = plan.references.find(ip);
  if (indices == plan.references.end()) return references;
  using metrics::Modality;
  for (const auto& role : plan.needs.roles(Modality::references))
    references.straight.set(role, stack(indices->second, plan, extraction, role, false, kept));
  for (const auto& role : plan.needs.roles(Modality::mirrored_references))
    references.mirrored.set(role, stack(indices->second, plan, extraction, role, true, kept));
  if (plan.needs.has(metrics::kPixels, Modality::references)) {
    std::vector<features::FeatureMatrix> rows;
    for (const std::size_t index : indices->second)
      rows.push_back(extraction.reference_cells(index));
    references.cells = kept.keep_rows(rows);
  }
  return references;
}

metrics::StoryFeatures story_features(const loaders::Story& story, const StorySource& source,
                                      StoryMatrices& kept) {
  using metrics::Modality;
  const Protocol& protocol = *source.protocol;
  const Plan& plan = *source.plan;
  const features::Extraction& extraction = *source.extraction;
  metrics::StoryFeatures features;
  features.id = story.id;
  features.ip = story.ip;
  features.references = reference_features(story.ip, source, kept);
  features.gallery = source.gallery;
  const bool is_lost = source.lost != nullptr && source.lost->contains(story.id);
  for (const auto& shot : story.shots) {
    metrics::ShotFeatures& entry = features.shots.emplace_back();
    entry.number = shot.number;
    const loaders::ShotKey key{story.id, shot.number};
    for (const auto& role : plan.needs.roles(Modality::caption)) {
      const auto text = caption_of(shot, protocol.text);
      if (!text) {
        if (is_lost) entry.captions.set(role, kept.keep(unread_caption(role, plan, extraction)));
        continue;
      }
      entry.captions.set(
          role,
          kept.keep(extraction.caption(plan.captions.at(*text), plan.encoders.at(role)).feature));
    }
    entry.missing = source.coverage->missing.contains(key);
    if (entry.missing) continue;
    const std::size_t clip = plan.clips.at(key);
    entry.decodable_frames = extraction.clip(clip).frame_count;
    for (const auto& role : plan.needs.roles(Modality::frames))
      entry.images.set(role, kept.keep(extraction.clip_features(clip, plan.encoders.at(role))));
    if (!plan.training_role.empty()) {
      entry.copies =
          kept.copies.emplace_back(source.copies->find(key, entry.images.view(plan.training_role)));
    }
    if (plan.needs.has(metrics::kPixels, Modality::frames)) {
      auto pixels = extraction.clip_pixels(clip);
      entry.pixels.cells = kept.keep(std::move(pixels.cells));
      entry.pixels.motion = kept.motions.emplace_back(std::move(pixels.motion));
    }
    for (const auto& role : plan.needs.roles(Modality::every_frame)) {
      entry.every_frame.set(
          role, kept.keep(extraction.every_frame_features(clip, plan.encoders.at(role))));
    }
    if (plan.needs.has(metrics::kPixels, Modality::colour_frames))
      entry.changes = extraction.clip_changes(clip);
    if (plan.needs.has(metrics::kPixels, Modality::every_frame)) {
      entry.fps = extraction.clip(clip).fps;
      entry.picture = extraction.clip_pictures(clip);
    }
  }
  return features;
}

}  // namespace asbench::evaluation
