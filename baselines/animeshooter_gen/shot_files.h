#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "core/image.h"

namespace asbench::baselines {

enum class FrameForm {
  video,  ///< {story}/shot_{shot:02}.mp4
  png,    ///< {story}/shot_{shot:02}/frame_0001.png, …: nothing is lost
};

/// Where shots of a run lie, and what is needed to go on after an interrupt. A shot gets its name
/// when all of it is there.
///
/// Note [Frames handed on]
/// A video file is lossy, so the frame that the next shot begins with can't be read back from it:
/// an interrupted run would go on with another picture. The last frame of each shot of an
/// unfinished story therefore lies beside as a PNG file, in `.generation/` of the folder, and goes
/// when the story is finished.
class ShotFiles {
 public:
  ShotFiles(std::filesystem::path folder, FrameForm form, double frames_per_second)
      : folder_(std::move(folder)), form_(form), frames_per_second_(frames_per_second) {}

  [[nodiscard]] bool is_there(std::string_view story, int shot) const;
  /// @param levels  [T, H, W, 3] uint8
  void write(std::string_view story, int shot, const at::Tensor& levels) const;

  void hand_on(std::string_view story, int shot, const Image& frame) const;
  /// Nothing: no frame was handed on.
  [[nodiscard]] std::optional<Image> handed_on(std::string_view story, int shot) const;
  [[nodiscard]] bool has_handed_on(std::string_view story, int shot) const;
  /// The story is finished: what was handed on goes.
  void forget(std::string_view story) const;

 private:
  [[nodiscard]] std::filesystem::path place(std::string_view story, int shot) const;
  [[nodiscard]] std::filesystem::path handed_on_file(std::string_view story, int shot) const;
  void write_pictures(std::string_view story, int shot, const at::Tensor& levels) const;

  std::filesystem::path folder_;
  FrameForm form_;
  double frames_per_second_;
};

}  // namespace asbench::baselines
