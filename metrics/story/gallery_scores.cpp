#include "metrics/story/gallery_scores.h"

#include <algorithm>
#include <utility>

#include "core/stats.h"
#include "metrics/numerics/cosine.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

/// Of stories that have no gallery.
const PackedGallery& empty_gallery() {
  static const PackedGallery empty({}, {});
  return empty;
}

}  // namespace

GalleryScores::GalleryScores(const StoryFeatures& story, const std::vector<std::string>& roles,
                             ReferencePooling pooling)
    : story_(&story),
      gallery_(story.gallery == nullptr ? &empty_gallery() : &story.gallery->under(roles)),
      roles_(roles),
      pooling_(pooling),
      by_shot_(story.shots.size()) {
  for (const CharacterFeatures& own : story.characters) {
    own_.push_back(gallery_->number_of(own.id));
    same_.push_back(gallery_->named(story.ip, own.name));
  }
}

bool GalleryScores::has_own() const {
  return std::any_of(own_.begin(), own_.end(),
                     [](const auto& number) { return number.has_value(); });
}

// Note [The same last digits]
// The product of several frames with one reference adds in the same order as the product of a
// matrix of references with one frame, so a score does not depend on how many characters there are.
// That of one frame, of one reference, and of very narrow features is another routine with another
// order: these go one by one.
void GalleryScores::add_role(const UnitRows& frames, const PackedGallery::Role& role,
                             std::vector<double>& scores) const {
  constexpr int kNarrow = 32;
  const auto one_by_one = [&](const std::vector<std::size_t>& characters) {
    for (const std::size_t c : characters)
      scores[c] += mean(reference_cosines(frames, *role.references[c], pooling_));
  };
  one_by_one(role.other);
  if (frames.rows.rows < 2 || role.single.rows < 2 || role.single.cols < kNarrow) {
    one_by_one(role.at);
  } else {
    std::vector<double> sums(role.at.size(), 0.0);
    for (int i = 0; i < frames.rows.rows; ++i) {
      const auto cosines = products_with(role.single, frames.rows.row(i));
      for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += cosines[c];
    }
    for (std::size_t c = 0; c < sums.size(); ++c)
      scores[role.at[c]] += sums[c] / static_cast<double>(frames.rows.rows);
  }
}

/// A real story's shot is compared with those references that are no frames of its own.
void GalleryScores::compare_with_others(int shot, std::vector<double>& scores) const {
  const ShotFeatures& features = story_->shots[static_cast<std::size_t>(shot)];
  if (features.own_references.empty()) return;
  for (int place = 0; place < static_cast<int>(own_.size()); ++place) {
    const auto number = own(place);
    if (!number || !ShotReferences(*story_, shot, place, roles_.front()).is_part()) continue;
    double score = 0.0;
    for (const std::string& role : roles_) {
      const ShotReferences references(*story_, shot, place, role);
      if (references.get().usable())
        score += mean(reference_cosines(features.frames(role), references.get(), pooling_));
    }
    scores[*number] = score;
  }
}

std::span<const double> GalleryScores::of(int shot) {
  auto& known = by_shot_[static_cast<std::size_t>(shot)];
  if (known) return *known;
  std::vector<double> scores(characters(), 0.0);
  const auto packed = gallery_->roles();
  for (std::size_t e = 0; e < packed.size(); ++e)
    add_role(story_->shots[static_cast<std::size_t>(shot)].frames(roles_[e]), packed[e], scores);
  compare_with_others(shot, scores);
  for (double& score : scores) score /= static_cast<double>(roles_.size());
  known = std::move(scores);
  return *known;
}

GalleryScores& SharedGalleryScores::of(const StoryFeatures& story,
                                       const std::vector<std::string>& roles,
                                       ReferencePooling pooling) {
  for (GalleryScores& scores : known_) {
    if (scores.is_of(story, roles, pooling)) return scores;
  }
  return known_.emplace_back(story, roles, pooling);
}

}  // namespace asbench::metrics
