#include "evaluation/subject_regions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/words.h"
#include "loaders/masks/box_source.h"
#include "loaders/masks/mask_source.h"
#include "loaders/masks/reference_picture.h"

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

namespace {

std::optional<features::Region> region_of(loaders::MaskSource::Answer answer) {
  if (answer.state != loaders::SubjectState::given) return std::nullopt;
  return std::move(answer.mask);
}

std::optional<features::Region> region_of(const loaders::BoxSource::Answer& answer) {
  if (answer.state != loaders::SubjectState::given) return std::nullopt;
  return answer.box;
}

/// Frames 1 to n of a clip of n frames, without frame 0.
void refuse_frames_from_one(std::string_view kind, const std::string& story, int shot,
                            const std::vector<int>& given, int frame_count) {
  const auto count = static_cast<std::size_t>(frame_count);
  if (given.empty() || given.size() != count || given.front() != 1 || given.back() != frame_count)
    return;
  throw BadInput(fmt::format(
      "--{0}: story {1} shot {2}: frames 1 to {3} are given, and the clip has the frames 0 to {4}. "
      "Frames are numbered from 0; with numbers from 1 every one of these would be a frame late."
      "\n  {5}",
      kind, story, shot, frame_count, frame_count - 1,
      kind == "boxes" ? "Call the column frame1 if it counts from 1."
                      : "Rename the masks: the first frame's is 0."));
}

}  // namespace

template <typename Source>
void SubjectRegions::take(std::shared_ptr<const Source> source, const std::string& name,
                          const loaders::Split& split) {
  const auto has_frames = [&](const loaders::Story& story) {
    return std::any_of(story.shots.begin(), story.shots.end(), [&](const loaders::Shot& shot) {
      return !source->frames_of(story.id, shot.number).empty();
    });
  };
  if (std::none_of(split.stories.begin(), split.stories.end(), has_frames)) {
    throw BadInput(fmt::format(
        "--{} {}: nothing is given for a shot that is scored; what is there is for other stories "
        "of the split.",
        kind_, name));
  }
  find_ = [source](const std::string& story, int shot, const std::string& character, int frame,
                   int width, int height) {
    return region_of(source->find({story, shot, frame, character}, width, height));
  };
  frames_of_ = [source](const std::string& story, int shot) {
    return source->frames_of(story, shot);
  };
  sha256_ = source->sha256();
  findings_ = source->findings();
}

SubjectRegions::SubjectRegions(const RegionFiles& files, loaders::SubjectRoster roster,
                               const loaders::Split& split) {
  if (files.masks && files.boxes) {
    throw UsageError(
        "--masks and --boxes exclude each other: both say where the subjects are.\n  Give the "
        "masks "
        "alone, which are closer.");
  }
  if (!files.masks && !files.boxes) throw InternalError("neither masks nor boxes");
  kind_ = files.masks ? "masks" : "boxes";
  if (files.masks) {
    const auto source =
        std::make_shared<const loaders::MaskSource>(*files.masks, std::move(roster));
    take(source, files.masks->string(), split);
    size_of_mask_ = [source](const std::string& story, int shot, const std::string& character,
                             int frame) {
      return source->size_of({story, shot, frame, character});
    };
  } else {
    take(std::make_shared<const loaders::BoxSource>(*files.boxes, std::move(roster)),
         files.boxes->string(), split);
  }
}

std::optional<Finding> SubjectRegions::beyond_clip(const std::string& story, int shot,
                                                   int frame_count) const {
  const std::vector<int> given = frames_of_(story, shot);
  const auto first = std::lower_bound(given.begin(), given.end(), frame_count);
  if (first == given.end()) return std::nullopt;
  return Finding{"frame_beyond_clip", story, shot,
                 fmt::format("--{}: {} given beyond the {} of the clip, the first of them frame {}",
                             kind_, counted(given.end() - first, "frame is", "frames are"),
                             counted(frame_count, "frame", "frames"), *first)};
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
  const auto check_length = [kind = kind_, frames = frames_of_, id = story.id,
                             number = shot.number](int frame_count) {
    refuse_frames_from_one(kind, id, number, frames(id, number), frame_count);
  };
  std::vector<features::FrameView> views;
  if (needs.has(metrics::Modality::subject)) {
    for (const auto& finder : finders)
      views.push_back({features::FrameView::Kind::subject, {finder}, check_length});
  }
  if (needs.has(metrics::Modality::background))
    views.push_back({features::FrameView::Kind::background, finders, check_length});
  return views;
}

}  // namespace asbench::evaluation
