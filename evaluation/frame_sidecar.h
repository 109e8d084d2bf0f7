#pragma once

#include <filesystem>
#include <string>

#include "features/extractor.h"

namespace asbench::evaluation {

/// Longer side of a kept picture, pixels.
inline constexpr int kSidecarSide = 192;

/// `R.frames/` beside a result `R.json`: small JPEGs of the sampled frames and the references, for
/// reports. Frames come from the one decode pass; names are content hashes, so a picture that is
/// there is not made again and two results may share a folder. Thread-safe.
class FrameSidecar : public features::FrameSink {
 public:
  /// Makes the folder and removes what killed runs left half-written in it. @throws SystemFault
  /// when it can't be made.
  explicit FrameSidecar(std::filesystem::path folder);
  bool wants(const std::string& content_sha256, std::span<const int> frames) override;
  void take(const std::string& content_sha256, int frame, const Image& rgb) override;
  /// @param sha256  of the reference's file
  void keep_reference(const std::string& sha256, const std::filesystem::path& picture);

 private:
  std::filesystem::path folder_;
};

/// "results/mine.json" -> "results/mine.frames"
[[nodiscard]] std::filesystem::path sidecar_folder(const std::filesystem::path& result);

/// The names that reports look for: the first 32 digits of the hash, and the frame's index.
[[nodiscard]] std::string sidecar_frame_name(const std::string& content_sha256, int frame);
[[nodiscard]] std::string sidecar_reference_name(const std::string& sha256);

}  // namespace asbench::evaluation
