#include "evaluation/frame_sidecar.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "loaders/image_file.h"
#include "loaders/small_jpeg.h"

namespace asbench::evaluation {
namespace fs = std::filesystem;

FrameSidecar::FrameSidecar(fs::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) {
    throw BadInput(fmt::format(
        "{}: the folder for the sampled frames can't be created: {}\n  --no-frames saves none.",
        folder_.string(), error.message()));
  }
}

bool FrameSidecar::wants(const std::string& content_sha256, std::span<const int> frames) {
  return std::any_of(frames.begin(), frames.end(), [&](int frame) {
    return !fs::exists(folder_ / sidecar_frame_name(content_sha256, frame));
  });
}

void FrameSidecar::take(const std::string& content_sha256, int frame, const Image& rgb) {
  const fs::path path = folder_ / sidecar_frame_name(content_sha256, frame);
  if (!fs::exists(path)) loaders::write_small_jpeg(path, rgb, kSidecarSide);
}

void FrameSidecar::keep_reference(const std::string& sha256, const fs::path& picture) {
  const fs::path path = folder_ / sidecar_reference_name(sha256);
  if (!fs::exists(path))
    loaders::write_small_jpeg(path, loaders::read_image(picture), kSidecarSide);
}

fs::path sidecar_folder(const fs::path& result) {
  fs::path folder = result;
  return folder.replace_extension(".frames");
}

std::string sidecar_frame_name(const std::string& content_sha256, int frame) {
  return fmt::format("{}-{}.jpg", content_sha256.substr(0, 32), frame);
}

std::string sidecar_reference_name(const std::string& sha256) {
  return fmt::format("{}.jpg", sha256.substr(0, 32));
}

}  // namespace asbench::evaluation
