#include "evaluation/frame_sidecar.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/files.h"
#include "loaders/image_file.h"
#include "loaders/small_jpeg.h"

namespace asbench::evaluation {
namespace fs = std::filesystem;

FrameSidecar::FrameSidecar(fs::path folder) : folder_(std::move(folder)) {
  try {
    make_folders(folder_);
  } catch (const SystemFault& fault) {
    throw SystemFault("the folder for the sampled frames can't be created", folder_, fault.error(),
                      "--no-frames saves none.");
  }
  remove_abandoned_temporaries(folder_);
}

bool FrameSidecar::wants(const std::string& content_sha256, std::span<const int> frames) {
  return std::any_of(frames.begin(), frames.end(), [&](int frame) {
    return !is_there(folder_ / sidecar_frame_name(content_sha256, frame));
  });
}

void FrameSidecar::take(const std::string& content_sha256, int frame, const Image& rgb) {
  const fs::path path = folder_ / sidecar_frame_name(content_sha256, frame);
  if (!is_there(path)) loaders::write_small_jpeg(path, rgb, kSidecarSide);
}

void FrameSidecar::keep_reference(const std::string& sha256, const fs::path& picture) {
  const fs::path path = folder_ / sidecar_reference_name(sha256);
  if (!is_there(path))
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
