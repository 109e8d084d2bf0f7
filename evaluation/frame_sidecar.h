#pragma once

#include <filesystem>
#include <string>

#include "features/extraction_plan.h"
#include "features/extractor.h"
#include "loaders/split.h"

namespace asbench::evaluation {

/// Longer side of a kept picture, pixels.
inline constexpr int kSidecarSide = 192;

/// The folder document::picture_folder() beside a result: small JPEGs of the sampled frames and the
/// references, for reports. Frames come from the one decode pass; names are content hashes, so a
/// picture that is there is not made again and two results may share a folder. Thread-safe.
class FrameSidecar : public features::FrameSink {
 public:
  /// Makes the folder and removes what killed runs left half-written in it. @throws SystemFault
  /// when it can't be made.
  explicit FrameSidecar(std::filesystem::path folder);
  bool wants(const std::string& content_sha256, std::span<const int> frames) override;
  void take(const std::string& content_sha256, int frame, const Image& rgb) override;
  /// Keeps the reference as the encoders of the plan get it, one picture for each colour behind it.
  /// @param sha256  of the reference's file
  void keep_reference(const std::string& sha256, const std::filesystem::path& picture,
                      const features::ExtractionPlan& plan);

 private:
  std::filesystem::path folder_;
};

/// Keeps every reference of the split.
void keep_references(FrameSidecar& sidecar, const loaders::Split& split,
                     const features::ExtractionPlan& plan);

}  // namespace asbench::evaluation
