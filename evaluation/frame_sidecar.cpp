#include "evaluation/frame_sidecar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/error.h"
#include "core/files.h"
#include "document/pictures.h"
#include "features/pixel_features.h"
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

void FrameSidecar::keep_reference(const std::string& sha256, const fs::path& picture,
                                  const features::ExtractionPlan& plan) {
  std::map<std::string, std::array<double, 3>> means;  ///< by the backdrop of an encoder
  for (const auto& encoder : plan.encoders) {
    if (encoder.images)
      means.emplace(document::backdrop(plan.background, encoder.preprocess), encoder.profile.mean);
  }
  if (means.empty())
    means.emplace(document::backdrop(plan.background, ""), features::cells_mean(plan));
  for (const auto& [backdrop, mean] : means) {
    const fs::path path = folder_ / document::reference_picture_name(sha256, backdrop);
    if (is_there(path)) continue;
    loaders::write_small_jpeg(
        path, features::on_background(loaders::read_image(picture), plan.background, mean),
        kSidecarSide);
  }
}

void keep_references(FrameSidecar& sidecar, const loaders::Split& split,
                     const features::ExtractionPlan& plan) {
  const auto keep = [&](const auto& owner) {
    for (std::size_t i = 0; i < owner.references.size(); ++i)
      sidecar.keep_reference(owner.reference_sha256[i], owner.references[i], plan);
  };
  for (const auto& ip : split.ips) keep(ip);
  for (const auto& story : split.stories) {
    for (const auto& character : story.characters) keep(character);
  }
}

}  // namespace asbench::evaluation
