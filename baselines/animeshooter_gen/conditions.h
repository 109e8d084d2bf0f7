#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string_view>

#include "core/image.h"

namespace asbench::baselines {

/// The conditions of one story, shot by shot. One thread at a time.
class StoryConditions {
 public:
  virtual ~StoryConditions() = default;
  /// The next shot. Shots must be asked for in their order, none left out, where they depend on
  /// what was before (ConditionModel::hands_frames_on()).
  /// @param picture  of the first shot the reference, of others the last frame of the shot before;
  ///        not looked at where no frames are handed on
  /// @returns [2, L, D] float32 on the CPU: the null condition, then the shot's (H8 of
  ///          docs/design/animeshootergen.md 3)
  [[nodiscard]] virtual at::Tensor next_shot(const Image& picture, std::string_view caption) = 0;
};

/// What makes a story's texts and pictures into conditions of the video model. Outlives the
/// stories that it began.
class ConditionModel {
 public:
  virtual ~ConditionModel() = default;
  /// Whether a shot begins where the one before ended, so that its last frame is needed.
  [[nodiscard]] virtual bool hands_frames_on() const = 0;
  [[nodiscard]] virtual std::unique_ptr<StoryConditions> begin_story() const = 0;
  /// Frees the networks. Stories that were begun keep what they have seen; a next shot is asked for
  /// after reload() only.
  virtual void unload() = 0;
  /// The networks again, after unload(): what follows is the same to the last bit.
  /// @throws BadInput as when they were loaded first.
  virtual void reload() = 0;
};

}  // namespace asbench::baselines
