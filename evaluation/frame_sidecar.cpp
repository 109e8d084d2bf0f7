#include "evaluation/frame_sidecar.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/files.h"
#include "document/pictures.h"
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
    return !is_there(folder_ / document::frame_picture_name(content_sha256, frame));
  });
}

void FrameSidecar::take(const std::string& content_sha256, int frame, const Image& rgb) {
  const fs::path path = folder_ / document::frame_picture_name(content_sha256, frame);
  if (!is_there(path)) loaders::write_small_jpeg(path, rgb, kSidecarSide);
}

void FrameSidecar::keep_reference(const std::string& sha256, const fs::path& picture) {
  const fs::path path = folder_ / document::reference_picture_name(sha256);
  if (!is_there(path)) loaders::write_small_jpeg(path, loaders::read_image(picture), kSidecarSide);
}

}  // namespace asbench::evaluation
