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

/// A shot between denoising and decoding.
struct Denoised {
  at::Tensor latents;  ///< [1, F, C, h, w] float32
  double denoising_seconds = 0.0;
  std::optional<double> encoding_seconds = {};  ///< of a keyframe
};

/// Where shots of a run lie, and what is needed to go on after an interrupt. A shot gets its name
/// when all of it is there.
///
/// Note [Frames handed on]
/// A video file is lossy, so the frame that the next shot begins with can't be read back from it:
/// an interrupted run would go on with another picture. The last frame of each shot of an
/// unfinished story therefore lies beside as a PNG file, in `.generation/` of the folder, and goes
/// when the story is finished. So do the latents of shots that go through a stage together and
/// wait for the decoder: denoising is what takes long.
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
  void put_aside(std::string_view story, int shot, const Denoised& denoised) const;
  /// Nothing: none were put aside. The latents are on the CPU.
  /// @param sizes  of the latents
  /// @throws BadInput for a file of another content, with what to do.
  [[nodiscard]] std::optional<Denoised> denoised(std::string_view story, int shot,
                                                 at::IntArrayRef sizes) const;

  /// The story is finished: what was handed on and put aside goes.
  void forget(std::string_view story) const;

 private:
  [[nodiscard]] std::filesystem::path place(std::string_view story, int shot) const;
  [[nodiscard]] std::filesystem::path latents_file(std::string_view story, int shot) const;
  [[nodiscard]] std::filesystem::path handed_on_file(std::string_view story, int shot) const;
  void write_pictures(std::string_view story, int shot, const at::Tensor& levels) const;

  std::filesystem::path folder_;
  FrameForm form_;
  double frames_per_second_;
};

}  // namespace asbench::baselines
