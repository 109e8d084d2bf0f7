#include "loaders/masks/reference_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/words.h"
#include "loaders/boundaries/frame_map.h"
#include "loaders/name_match.h"
#include "loaders/video/decoder.h"

namespace asbench::loaders {
namespace {

/// A mask that may become a reference.
struct Candidate {
  const CharacterMask* mask = nullptr;
  int frame = 0;  ///< in the file at hand
  bool taken = false;
};

/// Larger share of its picture; masks of one video may have several sizes.
bool is_larger(const RunLengths& a, const RunLengths& b) {
  return a.area() * b.pixels() > b.area() * a.pixels();
}

bool has_odd_area(const RunLengths& mask) {
  return mask.area() * 20 < mask.pixels() || mask.area() * 10 > 9 * mask.pixels();
}

class Character {
 public:
  Character(const CharacterMasks& masks, ReferenceChoice choice) : masks_(masks), choice_(choice) {
    std::set<int> frames;
    for (const CharacterMask& mask : masks.masks) {
      const int frame = mask.frame_index;
      if (!frames.insert(frame).second) {
        report("duplicate_mask", frame, "has a mask already; the first one is used");
      } else if (frame < 0) {
        report("frame_beyond_video", frame, "is no frame of a video");
      } else if (mask.mask.area() == 0) {
        report("empty_mask", frame, "the mask has no pixel");
      } else {
        look_at(mask);
        candidates_.push_back({&mask, frame, false});
      }
    }
  }

  /// Leaves out masks whose aspect is not the frames', and puts the rest in the order in which they
  /// are wanted.
  void meet_video(int width, int height, const FrameMap& map) {
    int scaled = 0;
    const RunLengths* first_scaled = nullptr;
    const auto fit = [&](const Candidate& candidate) {
      return mask_fit(candidate.mask->mask.width, candidate.mask->mask.height, width, height);
    };
    for (const Candidate& candidate : candidates_) {
      const RunLengths& mask = candidate.mask->mask;
      if (fit(candidate) == MaskFit::mismatch) {
        report("mask_size_mismatch", candidate.mask->frame_index,
               fmt::format("the mask is {}x{} and the frame {}x{}", mask.width, mask.height, width,
                           height));
      } else if (fit(candidate) == MaskFit::scaled) {
        ++scaled;
        if (first_scaled == nullptr) first_scaled = &mask;
      }
    }
    std::erase_if(candidates_,
                  [&](const Candidate& candidate) { return fit(candidate) == MaskFit::mismatch; });
    if (first_scaled != nullptr) {
      report("mask_scaled", fmt::format("{} scaled to the frames' {}x{}, the first from {}x{}",
                                        counted(scaled, "mask is", "masks are"), width, height,
                                        first_scaled->width, first_scaled->height));
    }
    for (Candidate& candidate : candidates_) candidate.frame = map(candidate.mask->frame_index);
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [](const Candidate& a, const Candidate& b) { return a.frame < b.frame; });
    if (choice_ != ReferenceChoice::largest) return;
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [](const Candidate& a, const Candidate& b) {
                       return is_larger(a.mask->mask, b.mask->mask);
                     });
  }

  /// Those to look for among the frames before `limit`.
  [[nodiscard]] std::vector<Candidate*> wanted(int limit) {
    std::vector<Candidate*> wanted;
    const bool is_one = choice_ != ReferenceChoice::all;
    if (is_one && number_ > 0) return wanted;
    for (Candidate& candidate : candidates_) {
      if (candidate.taken || candidate.frame >= limit) continue;
      wanted.push_back(&candidate);
      if (is_one) break;
    }
    return wanted;
  }

  ReferencePicture make(Candidate& candidate, const Image& frame) {
    candidate.taken = true;
    const Mask mask = scaled_mask(decode_runs(candidate.mask->mask), frame.width, frame.height);
    return {masks_.segment,  masks_.character,           ++number_, candidate.mask->frame_index,
            candidate.frame, masked_picture(frame, mask)};
  }

  /// @param limit  frames that the video has; nothing: more than any mask asks for
  Findings finish(std::optional<int> limit) {
    for (const Candidate& candidate : candidates_) {
      if (limit && candidate.frame >= *limit) {
        report("frame_beyond_video", candidate.mask->frame_index,
               fmt::format("the video has {}", counted(*limit, "frame", "frames")));
      }
    }
    if (number_ == 0 && !masks_.masks.empty()) {
      report("missing_reference",
             fmt::format("none of {} can be used",
                         counted(static_cast<std::int64_t>(masks_.masks.size()), "mask", "masks")));
    }
    return std::move(findings_);
  }

 private:
  void look_at(const CharacterMask& mask) {
    if (has_odd_area(mask.mask)) {
      report("mask_area", mask.frame_index,
             fmt::format("the mask takes {:.1f} % of the picture; the data set keeps 5 to 90 %",
                         100.0 * static_cast<double>(mask.mask.area()) /
                             static_cast<double>(mask.mask.pixels())));
    }
  }

  void report(std::string kind, const std::string& what) {
    findings_.push_back({std::move(kind), masks_.segment, std::nullopt,
                         fmt::format("character {}: {}", masks_.character, what)});
  }
  void report(std::string kind, int frame, const std::string& what) {
    report(std::move(kind), fmt::format("frame {}: {}", frame, what));
  }

  const CharacterMasks& masks_;
  ReferenceChoice choice_;
  std::vector<Candidate> candidates_;
  Findings findings_;
  int number_ = 0;
};

class Maker {
 public:
  Maker(const std::filesystem::path& video, std::string_view id,
        const std::vector<CharacterMasks>& characters, const ReferenceOptions& options,
        const std::function<void(ReferencePicture)>& take)
      : video_(video), id_(id), take_(take), map_{options.annotated_fps, 0.0} {
    if (!(options.annotated_fps > 0.0))
      throw InternalError("masks of an annotation without a frame rate");
    for (const CharacterMasks& masks : characters) characters_.emplace_back(masks, options.choice);
  }

  Findings run() {
    try {
      meet_video();
      while (pass()) {
      }
    } catch (const BrokenVideo& broken) {
      report("video_unreadable", broken.cause());
    }
    for (Character& character : characters_) {
      const Findings found = character.finish(frames_);
      findings_.insert(findings_.end(), found.begin(), found.end());
    }
    return std::move(findings_);
  }

 private:
  void report(std::string kind, const std::string& what) {
    findings_.push_back(
        {std::move(kind), "", std::nullopt, fmt::format("video {}: {}", id_, what)});
  }

  void meet_video() {
    VideoDecoder decoder(video_, {});
    map_.file_fps = decoder.fps();
    Wanted first;
    first.frames = {0};
    first.stop_after = 1;
    const Pass pass = decoder.run(first);
    if (pass.frames.empty())
      throw pass.damage ? damaged(video_, *pass.damage) : BrokenVideo(video_, "no frame decodes");
    if (map_.differs()) {
      report("fps_mismatch",
             fmt::format("the file has {:.5g} frames per second, the annotation {:.5g}; frames are "
                         "found by their time",
                         map_.file_fps, map_.annotated_fps));
    }
    const Image& frame = pass.frames.begin()->second;
    for (Character& character : characters_) character.meet_video(frame.width, frame.height, map_);
  }

  /// Reads the video for what is wanted and not there yet. @returns whether it gave less.
  bool pass() {
    std::multimap<int, std::pair<Character*, Candidate*>> wanted_at;  // by frame, in order
    for (Character& character : characters_) {
      for (Candidate* candidate : character.wanted(limit_))
        wanted_at.emplace(candidate->frame, std::pair(&character, candidate));
    }
    if (wanted_at.empty()) return false;
    Wanted wanted;
    for (const auto& [frame, who] : wanted_at) {
      if (wanted.frames.empty() || wanted.frames.back() != frame) wanted.frames.push_back(frame);
    }
    wanted.stop_after =
        wanted.frames.back() == std::numeric_limits<int>::max() ? -1 : wanted.frames.back() + 1;
    wanted.take_frame = [&](int index, const Image& frame) {
      const auto [begin, end] = wanted_at.equal_range(index);
      for (auto at = begin; at != end; ++at)
        take_(at->second.first->make(*at->second.second, frame));
    };
    const Pass pass = VideoDecoder(video_, {}).run(wanted);
    if (pass.has_variable_rate() && !std::exchange(said_variable_, true)) {
      findings_.push_back(
          {"vfr", "", std::nullopt,
           fmt::format(
               "video {}: its frame rate varies; masks are found by the number of the frame",
               id_)});
    }
    if (pass.damage && pass.damage->first_frame < limit_) {
      limit_ = pass.damage->first_frame;
      report("video_unreadable",
             fmt::format("{}; masks from frame {} on can't be used", pass.damage->cause(), limit_));
      return true;
    }
    if (pass.decoded > wanted.frames.back()) return false;
    if (!pass.damage) frames_ = pass.decoded;
    if (pass.decoded >= limit_) return false;
    limit_ = pass.decoded;
    return true;
  }

  const std::filesystem::path& video_;
  std::string_view id_;
  const std::function<void(ReferencePicture)>& take_;
  FrameMap map_;
  std::vector<Character> characters_;
  Findings findings_;
  int limit_ = std::numeric_limits<int>::max();  ///< frames from here on can't be had
  std::optional<int> frames_;                    ///< of the video, where a pass met its end
  bool said_variable_ = false;
};

}  // namespace

MaskFit mask_fit(int mask_width, int mask_height, int frame_width, int frame_height) {
  if (mask_width == frame_width && mask_height == frame_height) return MaskFit::exact;
  const std::int64_t across = std::int64_t{mask_width} * frame_height;
  const std::int64_t down = std::int64_t{mask_height} * frame_width;
  return 100 * std::abs(across - down) <= down ? MaskFit::scaled : MaskFit::mismatch;
}

Mask scaled_mask(Mask mask, int width, int height) {
  if (mask.width == width && mask.height == height) return mask;
  Mask scaled{height, width, {}};
  scaled.values.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  const auto under = [](int target, int from, int to) {
    return static_cast<int>((2 * std::int64_t{target} + 1) * from / (2 * std::int64_t{to}));
  };
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* const row = mask.row(under(y, mask.height, height));
    for (int x = 0; x < width; ++x) scaled.values.push_back(row[under(x, mask.width, width)]);
  }
  return scaled;
}

Image masked_picture(const Image& frame, const Mask& mask) {
  if (frame.channels != 3 || frame.width != mask.width || frame.height != mask.height)
    throw InternalError("a frame and a mask of different sizes");
  Image picture(frame.height, frame.width, 4);
  const std::uint8_t* from = frame.bytes.data();
  std::uint8_t* to = picture.bytes.data();
  for (const std::uint8_t value : mask.values) {
    std::copy_n(from, 3, to);
    to[3] = value == 0 ? 0 : 255;
    from += 3;
    to += 4;
  }
  return picture;
}

ReferenceChoice parse_reference_choice(std::string_view text) {
  for (const auto choice :
       {ReferenceChoice::largest, ReferenceChoice::all, ReferenceChoice::first}) {
    if (text == to_string(choice)) return choice;
  }
  throw UsageError(fmt::format("references {}: unknown choice.{} Choose from largest, all, first.",
                               text, did_you_mean(std::string(text), {"largest", "all", "first"})));
}

std::string_view to_string(ReferenceChoice choice) {
  switch (choice) {
    case ReferenceChoice::largest:
      return "largest";
    case ReferenceChoice::all:
      return "all";
    case ReferenceChoice::first:
      return "first";
  }
  throw InternalError("unknown choice of references");
}

Findings make_reference_pictures(const std::filesystem::path& video, std::string_view video_id,
                                 const std::vector<CharacterMasks>& characters,
                                 const ReferenceOptions& options,
                                 const std::function<void(ReferencePicture)>& take) {
  return Maker(video, video_id, characters, options, take).run();
}

}  // namespace asbench::loaders
