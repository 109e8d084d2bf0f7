#include "baselines/training_free/copied.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "baselines/training_free/draws.h"
#include "baselines/training_free/retrieval.h"
#include "core/error.h"
#include "loaders/video/clip_reader.h"

namespace asbench::baselines {
namespace {

using loaders::ShotSource;
using loaders::Split;
using loaders::Story;

constexpr const char* kGiveSource = "name their folder with --source";

std::optional<ShotSource> source_shot(const GeneratorInputs& inputs, const std::string& story,
                                      int shot) {
  if (inputs.source == nullptr) return std::nullopt;
  const auto found = inputs.source->shots.find({story, shot});
  if (found == inputs.source->shots.end()) return std::nullopt;
  return found->second;
}

ShotSource required_shot(const GeneratorInputs& inputs, const std::string& story, int shot) {
  if (auto found = source_shot(inputs, story, shot)) return *found;
  throw BadInput(
      fmt::format("--source: no video of {} shot {}, which this baseline copies", story, shot));
}

ShotSource clip_of(const loaders::Ip& ip, std::size_t number) {
  return {.kind = ShotSource::Kind::video_file, .path = ip.clips[number % ip.clips.size()].file};
}

std::vector<const Story*> stories_of(const Split& split, const std::string& ip) {
  std::vector<const Story*> stories;
  for (const auto& story : split.stories) {
    if (story.ip == ip) stories.push_back(&story);
  }
  return stories;
}

/// The story's position among those of its IP.
std::size_t place_of(const std::vector<const Story*>& stories, const Story& story) {
  return static_cast<std::size_t>(
      std::find_if(stories.begin(), stories.end(),
                   [&](const Story* other) { return other->id == story.id; }) -
      stories.begin());
}

std::size_t place_of(const Story& story, const loaders::Shot& shot) {
  return static_cast<std::size_t>(std::find(story.shots.begin(), story.shots.end(), shot) -
                                  story.shots.begin());
}

std::string need_source(const GeneratorInputs& inputs) {
  return inputs.source == nullptr
             ? fmt::format("it needs real videos of the split's stories: {}", kGiveSource)
             : std::string();
}

std::string need_clips(const loaders::Split& split) {
  for (const auto& ip : split.ips) {
    if (ip.clips.empty())
      return fmt::format(
          "it needs clips of every IP, but {} has none (clips.json and clips/ of the test-set "
          "form)",
          ip.id);
  }
  return {};
}

class GtStory : public Generator {
 public:
  std::string missing_need(const GeneratorInputs& inputs) const override {
    return need_source(inputs);
  }
  std::optional<ShotSource> existing_shot(const GeneratorInputs& inputs, const Story& story,
                                          const loaders::Shot& shot) const override {
    return required_shot(inputs, story.id, shot.number);
  }
};

class GtClips : public Generator {
 public:
  std::string missing_need(const GeneratorInputs& inputs) const override {
    return need_clips(inputs.wanted());
  }
  std::optional<ShotSource> existing_shot(const GeneratorInputs& inputs, const Story& story,
                                          const loaders::Shot& shot) const override {
    const std::size_t number =
        place_of(stories_of(*inputs.split, story.ip), story) * story.shots.size() +
        place_of(story, shot);
    return clip_of(inputs.split->ip(story.ip), number);
  }
};

/// Repeats the first shot of the source; without one, that of ref-pan.
class CopyPrev : public Generator {
 public:
  std::string missing_need(const GeneratorInputs& inputs) const override {
    return inputs.source != nullptr ? std::string() : pan_->missing_need(inputs);
  }
  std::optional<ShotSource> existing_shot(const GeneratorInputs& inputs, const Story& story,
                                          const loaders::Shot&) const override {
    if (inputs.source == nullptr) return std::nullopt;
    return required_shot(inputs, story.id, story.shots.front().number);
  }
  void draw(const GeneratorInputs& inputs, const Story& story, const loaders::Shot&,
            const FrameWriter& write) const override {
    pan_->draw(inputs, story, story.shots.front(), write);
  }

 private:
  std::unique_ptr<Generator> pan_ = make_generator("ref-pan");
};

class ShuffledShots : public Generator {
 public:
  std::string missing_need(const GeneratorInputs& inputs) const override {
    return need_source(inputs);
  }
  std::optional<ShotSource> existing_shot(const GeneratorInputs& inputs, const Story& story,
                                          const loaders::Shot& shot) const override {
    SplitMix64 random = stream(inputs.seed, "shuffled-shots/" + story.id);
    const auto order = moved_permutation(random, story.shots.size());
    return required_shot(inputs, story.id, story.shots[order[place_of(story, shot)]].number);
  }
};

/// Shot j comes from shot j of another story of the IP; over all stories every shot is used once,
/// so what depends on the IP alone keeps its mean. The shots of one story come from different
/// stories while the IP has enough of them: otherwise the shots would be another story as a whole,
/// as coherent as before.
class ShuffledStories : public Generator {
 public:
  std::string missing_need(const GeneratorInputs& inputs) const override {
    if (auto need = need_source(inputs); !need.empty()) return need;
    std::map<std::string, std::vector<std::size_t>> shots;
    for (const auto& story : inputs.split->stories) shots[story.ip].push_back(story.shots.size());
    for (const auto& ip : inputs.wanted().ips) {
      const auto& counts = shots[ip.id];
      if (counts.empty()) continue;
      if (counts.size() < 2)
        return fmt::format("it needs two stories per IP, but {} has one", ip.id);
      if (std::count(counts.begin(), counts.end(), counts.front()) !=
          static_cast<std::ptrdiff_t>(counts.size())) {
        return fmt::format(
            "it needs the same number of shots in all stories of an IP; those of {} differ", ip.id);
      }
    }
    return {};
  }
  std::optional<ShotSource> existing_shot(const GeneratorInputs& inputs, const Story& story,
                                          const loaders::Shot& shot) const override {
    const auto stories = stories_of(*inputs.split, story.ip);
    const std::size_t index = place_of(story, shot);
    SplitMix64 random = stream(inputs.seed, "shuffled-stories/" + story.ip);
    const std::size_t first = static_cast<std::size_t>(random.below(stories.size() - 1));
    const std::size_t turn = 1 + (first + index) % (stories.size() - 1);
    const Story& donor = *stories[(place_of(stories, story) + turn) % stories.size()];
    return required_shot(inputs, donor.id, donor.shots[index].number);
  }
};

class WrongIp : public Generator {
 public:
  std::string missing_need(const GeneratorInputs& inputs) const override {
    if (inputs.split->ips.size() < 2) return "it needs two IPs, but the split has one";
    if (inputs.source != nullptr) return {};
    const auto need = need_clips(*inputs.split);
    return need.empty() ? need : fmt::format("{}; {} instead", need, kGiveSource);
  }
  std::optional<ShotSource> existing_shot(const GeneratorInputs& inputs, const Story& story,
                                          const loaders::Shot& shot) const override {
    const auto& ips = inputs.split->ips;
    SplitMix64 random = stream(inputs.seed, "wrong-ip");
    const std::size_t turn = 1 + static_cast<std::size_t>(random.below(ips.size() - 1));
    const auto own = static_cast<std::size_t>(
        std::find_if(ips.begin(), ips.end(), [&](const auto& ip) { return ip.id == story.ip; }) -
        ips.begin());
    const auto& donor = ips[(own + turn) % ips.size()];
    const std::size_t place = place_of(stories_of(*inputs.split, story.ip), story);
    const std::size_t index = place_of(story, shot);
    if (inputs.source == nullptr) return clip_of(donor, place * story.shots.size() + index);
    const auto stories = stories_of(*inputs.split, donor.id);
    if (stories.empty())
      throw BadInput(
          fmt::format("IP {} has no story whose shots {} could use", donor.id, story.id));
    const Story& other = *stories[place % stories.size()];
    return required_shot(inputs, other.id, other.shots[index % other.shots.size()].number);
  }
};

class Retrieval : public Generator {
 public:
  std::string missing_need(const GeneratorInputs& inputs) const override {
    if (auto need = need_captions(inputs); !need.empty()) return need;
    for (const auto& ip : inputs.split->ips) {
      for (const auto& clip : ip.clips) {
        if (clip.caption) return {};
      }
    }
    return "it needs clips with captions (clips.json of the test-set form), but the split has none";
  }
  std::optional<ShotSource> existing_shot(const GeneratorInputs& inputs, const Story&,
                                          const loaders::Shot& shot) const override {
    std::vector<std::string> captions;
    std::vector<std::filesystem::path> files;
    for (const auto& ip : inputs.split->ips) {
      for (const auto& clip : ip.clips) {
        if (!clip.caption) continue;
        captions.push_back(*clip.caption);
        files.push_back(clip.file);
      }
    }
    return ShotSource{.kind = ShotSource::Kind::video_file,
                      .path = files[nearest_caption(captions, shot.caption.value())]};
  }
};

class FrameShuffle : public Generator {
 public:
  std::string missing_need(const GeneratorInputs& inputs) const override {
    if (inputs.source != nullptr) return {};
    const auto need = need_clips(inputs.wanted());
    return need.empty() ? need : fmt::format("{}; {} instead", need, kGiveSource);
  }
  double frames_per_second(const GeneratorInputs& inputs, const Story& story,
                           const loaders::Shot& shot) const override {
    const std::vector<loaders::FrameRule> few = {loaders::parse_frame_rule("midpoint:1")};
    const double own = loaders::decode_clip(donor(inputs, story, shot), few).fps;
    return own > 0.0 ? own : inputs.format.frames_per_second;
  }
  void draw(const GeneratorInputs& inputs, const Story& story, const loaders::Shot& shot,
            const FrameWriter& write) const override {
    const std::vector<loaders::FrameRule> all = {loaders::parse_frame_rule("all")};
    const auto clip = loaders::decode_clip(donor(inputs, story, shot), all);
    SplitMix64 random =
        stream(inputs.seed, fmt::format("frame-shuffle/{}/{}", story.id, shot.number));
    for (const std::size_t frame : moved_permutation(random, clip.frames.size()))
      write(clip.frames.at(static_cast<int>(frame)));
  }

 private:
  static ShotSource donor(const GeneratorInputs& inputs, const Story& story,
                          const loaders::Shot& shot) {
    return inputs.source != nullptr ? required_shot(inputs, story.id, shot.number)
                                    : *GtClips().existing_shot(inputs, story, shot);
  }
};

}  // namespace

std::unique_ptr<Generator> make_copying_generator(const BaselineInfo& info) {
  if (info.name == "gt-story") return std::make_unique<GtStory>();
  if (info.name == "gt-clips") return std::make_unique<GtClips>();
  if (info.name == "copy-prev") return std::make_unique<CopyPrev>();
  if (info.name == "shuffled-shots") return std::make_unique<ShuffledShots>();
  if (info.name == "shuffled-stories") return std::make_unique<ShuffledStories>();
  if (info.name == "wrong-ip") return std::make_unique<WrongIp>();
  if (info.name == "retrieval") return std::make_unique<Retrieval>();
  if (info.name == "frame-shuffle") return std::make_unique<FrameShuffle>();
  return nullptr;
}

}  // namespace asbench::baselines
