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

/// The story's characters with their references. Whom a shot names though the story doesn't declare
/// him has none.
std::vector<metrics::CharacterFeatures> characters_of(const loaders::Story& story,
                                                      const StorySource& source,
                                                      StoryMatrices& kept) {
  std::vector<metrics::CharacterFeatures> characters;
  if (story.characters.empty()) {
    characters.push_back({story.ip, "", reference_features(story.ip, source, kept)});
  }
  for (const auto& character : story.characters) {
    const auto key = character_key(story, character.id);
    characters.push_back({key, character.id, reference_features(key, source, kept)});
  }
  for (const auto& shot : story.shots) {
    for (const auto& id : shot.characters.value_or(std::vector<std::string>{})) {
      const bool is_known =
          std::any_of(characters.begin(), characters.end(),
                      [&](const auto& character) { return character.name == id; });
      if (!is_known) characters.push_back({character_key(story, id), id, {}});
    }
  }
  return characters;
}

/// Whom a shot is to show, as places in its story's characters.
std::vector<int> places_of(const loaders::Shot& shot,
                           const std::vector<metrics::CharacterFeatures>& characters) {
  if (!shot.characters) return {0};
  std::vector<int> places;
  for (const auto& id : *shot.characters) {
    const auto found = std::find_if(characters.begin(), characters.end(),
                                    [&](const auto& character) { return character.name == id; });
    const auto place = static_cast<int>(found - characters.begin());
    if (std::count(places.begin(), places.end(), place) == 0) places.push_back(place);
  }
  return places;
}

/// References that are parts of the shot's own frames, where real stories are scored.
std::vector<metrics::OwnReference> own_references(
    const loaders::Story& story, const loaders::Shot& shot,
    const std::vector<metrics::CharacterFeatures>& characters) {
  std::vector<metrics::OwnReference> own;
  if (!shot.source) return own;
  for (std::size_t place = 0; place < characters.size(); ++place) {
    const auto* character = story.find_character(characters[place].name);
    if (character == nullptr) continue;
    for (std::size_t row = 0; row < character->reference_frames.size(); ++row) {
      const int frame = character->reference_frames[row];
      if (frame >= shot.source->begin_frame && frame < shot.source->end_frame)
        own.push_back({static_cast<int>(place), static_cast<int>(row)});
    }
  }
  return own;
}

/// Features of the shot's frames cut to each of its characters, and without them: the views of
/// SubjectRegions::views_of, in its order.
void set_views(metrics::ShotFeatures& entry, std::size_t clip, const StorySource& source,
               StoryMatrices& kept) {
  using metrics::Modality;
  const Plan& plan = *source.plan;
  const features::Extraction& extraction = *source.extraction;
  entry.sampled_frames = static_cast<int>(extraction.clip(clip).indices.size());
  std::size_t view = 0;
  const auto next = [&](Modality modality) {
    metrics::CutFrames cut;
    for (const auto& role : plan.needs.roles(modality)) {
      auto matrix = extraction.cut_features(clip, view, plan.encoders.at(role));
      cut.places = std::move(matrix.places);
      if (!cut.places.empty()) cut.frames.set(role, kept.keep(std::move(matrix.features)));
    }
    ++view;
    return cut;
  };
  if (plan.needs.has(Modality::subject)) {
    for (std::size_t i = 0; i < entry.characters.size(); ++i)
      entry.subjects.push_back(next(Modality::subject));
  }
  if (plan.needs.has(Modality::background)) entry.background = next(Modality::background);
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
  const auto add = [&](const std::string& key, const std::string& ip, const std::string& name) {
    const auto indices = plan.references.find(key);
    if (indices == plan.references.end()) return;
    metrics::CharacterReferences& character = gallery.emplace_back();
    character.id = key;
    character.ip = ip;
    character.name = name;
    for (const auto& role : plan.needs.roles(metrics::Modality::gallery))
      character.references.set(role, stack(indices->second, plan, extraction, role, false, kept));
  };
  for (const auto& ip : split.ips) add(character_key(ip), ip.id, "");
  for (const auto& story : split.stories) {
    for (const auto& character : story.characters)
      add(character_key(story, character.id), story.ip, character.id);
  }
  return gallery;
}

metrics::ReferenceFeatures reference_features(const std::string& key, const StorySource& source,
                                              StoryMatrices& kept) {
  const Plan& plan = *source.plan;
  const features::Extraction& extraction = *source.extraction;
  metrics::ReferenceFeatures references;
  const auto indices = plan.references.find(key);
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
  features.characters = characters_of(story, source, kept);
  features.gallery = source.gallery;
  const bool is_lost = source.lost != nullptr && source.lost->contains(story.id);
  for (const auto& shot : story.shots) {
    metrics::ShotFeatures& entry = features.shots.emplace_back();
    entry.number = shot.number;
    entry.characters = places_of(shot, features.characters);
    entry.scene = shot.scene.value_or("");
    if (plan.shots_are_source)
      entry.own_references = own_references(story, shot, features.characters);
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
    if (plan.regions) set_views(entry, clip, source, kept);
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
    if (plan.needs.has(Modality::predicted_frames))
      entry.prediction_errors = kept.keep(extraction.prediction_errors(clip));
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
