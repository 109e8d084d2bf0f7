#include "evaluation/subject_regions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.h"
#include "core/words.h"
#include "loaders/masks/box_source.h"
#include "loaders/masks/mask_source.h"
#include "loaders/masks/reference_picture.h"
#include "loaders/masks/subject_roster.h"

namespace asbench::evaluation {

std::vector<std::string> shown_characters(const loaders::Story& story, const loaders::Shot& shot) {
  if (!shot.characters) {
    return {story.characters.empty() ? story.ip : story.characters.front().id};
  }
  std::vector<std::string> shown;
  for (const auto& id : *shot.characters) {
    if (std::count(shown.begin(), shown.end(), id) == 0) shown.push_back(id);
  }
  return shown;
}

SubjectRegions::SubjectRegions(const std::optional<std::filesystem::path>& masks,
                               const std::optional<std::filesystem::path>& boxes,
                               const loaders::Split& split) {
  if (masks && boxes) {
    throw UsageError(
        "--masks and --boxes exclude each other: both say where the subjects are.\n  Give the "
        "masks "
        "alone, which are closer.");
  }
  if (masks) {
    const auto source =
        std::make_shared<const loaders::MaskSource>(*masks, loaders::roster_of(split));
    find_ = [source](const std::string& story, int shot, const std::string& character, int frame,
                     int width, int height) -> std::optional<features::Region> {
      auto answer = source->find({story, shot, frame, character}, width, height);
      if (answer.state != loaders::SubjectState::given) return std::nullopt;
      return std::move(answer.mask);
    };
    size_of_mask_ = [source](const std::string& story, int shot, const std::string& character,
                             int frame) {
      return source->size_of({story, shot, frame, character});
    };
    kind_ = "masks";
    sha256_ = source->sha256();
    findings_ = source->findings();
    return;
  }
  if (!boxes) throw InternalError("neither masks nor boxes");
  const auto source = std::make_shared<const loaders::BoxSource>(*boxes, loaders::roster_of(split));
  find_ = [source](const std::string& story, int shot, const std::string& character, int frame,
                   int width, int height) -> std::optional<features::Region> {
    const auto answer = source->find({story, shot, frame, character}, width, height);
    if (answer.state != loaders::SubjectState::given) return std::nullopt;
    return answer.box;
  };
  kind_ = "boxes";
  sha256_ = source->sha256();
  findings_ = source->findings();
}

Findings SubjectRegions::scaled_masks(const loaders::Story& story,
                                      std::span<const SampledShot> shots) const {
  struct Scaled {
    int masks = 0;
    std::string first;
  };
  std::map<std::string, Scaled> by_character;
  if (!size_of_mask_) return {};
  for (const SampledShot& sampled : shots) {
    for (const std::string& character : shown_characters(story, *sampled.shot)) {
      int last = -1;
      for (const int frame : sampled.frames) {
        if (frame == last) continue;
        last = frame;
        const auto size = size_of_mask_(story.id, sampled.shot->number, character, frame);
        // A PNG that is turned when it is read states its sides the other way round: no scaled
        // mask.
        if (!size || loaders::mask_fit(size->first, size->second, sampled.width, sampled.height) !=
                         loaders::MaskFit::scaled)
          continue;
        Scaled& scaled = by_character[character];
        if (scaled.masks++ == 0) {
          scaled.first =
              fmt::format("shot {} frame {}, from {}x{} to {}x{}", sampled.shot->number, frame,
                          size->first, size->second, sampled.width, sampled.height);
        }
      }
    }
  }
  Findings findings;
  for (const auto& [character, scaled] : by_character) {
    findings.push_back(
        {"mask_scaled", story.id, std::nullopt,
         fmt::format("character {}: {} scaled to the frames' size, the first of {}", character,
                     counted(scaled.masks, "mask", "masks"), scaled.first)});
  }
  return findings;
}

std::vector<features::FrameView> SubjectRegions::views_of(const loaders::Story& story,
                                                          const loaders::Shot& shot,
                                                          const metrics::Needs& needs) const {
  std::vector<features::RegionFinder> finders;
  for (const auto& character : shown_characters(story, shot)) {
    finders.emplace_back([find = find_, id = story.id, number = shot.number, character](
                             int frame, int width, int height) {
      return find(id, number, character, frame, width, height);
    });
  }
  std::vector<features::FrameView> views;
  if (needs.has(metrics::Modality::subject)) {
    for (const auto& finder : finders)
      views.push_back({features::FrameView::Kind::subject, {finder}});
  }
  if (needs.has(metrics::Modality::background))
    views.push_back({features::FrameView::Kind::background, finders});
  return views;
}

}  // namespace asbench::evaluation
