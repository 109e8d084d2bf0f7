#include "features/schedule.h"

#include <utility>

#include "loaders/shot_source.h"
#include "loaders/video/frame_rules.h"

namespace asbench::features {
namespace {

std::vector<DecodeTask> tasks_of(const ExtractionPlan& plan) {
  std::vector<DecodeTask> tasks;
  for (std::size_t i = 0; i < plan.references.size(); ++i) tasks.push_back({i, {}});
  // Clips of different use need different frames and never share a pass.
  for (const ClipUse use : {ClipUse::shot, ClipUse::ceiling, ClipUse::reference_set}) {
    std::unordered_map<std::string, std::size_t> task_of_video;
    for (std::size_t i = 0; i < plan.clips.size(); ++i) {
      const auto& clip = plan.clips[i];
      if (clip.use != use) continue;
      if (clip.source.is_cut()) {
        const auto [known, is_new] = task_of_video.emplace(clip.source.path.string(), tasks.size());
        if (!is_new) {
          tasks[known->second].clips.push_back(i);
          continue;
        }
      }
      tasks.push_back({std::nullopt, {i}});
    }
  }
  return tasks;
}

}  // namespace

// Under a window rule a shot may be too short where the video network's own rule still finds its
// frames: nothing then stands for a clip of the reference set but another one of it.
Schedule::Schedule(const ExtractionPlan& plan)
    : clips_(plan.clips),
      known_before_(plan.known),
      reference_set_apart_(plan.frame_rule.kind == loaders::FrameRule::Kind::window),
      tasks_(tasks_of(plan)) {}

std::optional<DecodeTask> Schedule::next() {
  const std::lock_guard lock(mutex_);
  if (next_ == tasks_.size()) return std::nullopt;
  return tasks_[next_++];
}

std::optional<KnownClip> Schedule::known(std::size_t clip) const {
  const auto& source = clips_.at(clip).source;
  {
    const std::lock_guard lock(mutex_);
    if (auto found = learnt_.find(source)) return found;
  }
  return known_before_.find(source);
}

void Schedule::learn(std::size_t clip, KnownClip found, std::string stamp) {
  const std::lock_guard lock(mutex_);
  learnt_.add(clips_.at(clip).source, std::move(found), std::move(stamp));
}

std::optional<std::size_t> Schedule::stand_in(std::size_t clip, const std::string& content_sha256) {
  const ClipUse use = clips_.at(clip).use;
  if (!clips_[clip].views.empty()) return std::nullopt;  // equal content may be cut differently
  const bool apart = reference_set_apart_ && use == ClipUse::reference_set;
  const std::lock_guard lock(mutex_);
  const auto [first, is_new] =
      first_with_.emplace((apart ? "reference set " : "") + content_sha256, clip);
  if (is_new) return std::nullopt;
  // With several threads a clip of a later use may have come first; less is computed of it.
  if (use < clips_[first->second].use) {
    first->second = clip;
    return std::nullopt;
  }
  stand_ins_[clip] = first->second;
  return first->second;
}

std::size_t Schedule::represented_by(std::size_t clip) const {
  const std::lock_guard lock(mutex_);
  const auto found = stand_ins_.find(clip);
  return found == stand_ins_.end() ? clip : found->second;
}

bool Schedule::claim(const std::string& key) {
  const std::lock_guard lock(mutex_);
  return claimed_.insert(key).second;
}

}  // namespace asbench::features
