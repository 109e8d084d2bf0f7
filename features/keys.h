#pragma once

#include <span>
#include <string>
#include <string_view>

namespace asbench::features {

/// Keys of the store: SHA-256 over named lines of everything that the value depends on, so that any
/// change is another key. Each begins with the kind and version of the entry; raising a version
/// retires all its entries.

/// What is known about a clip after decoding: frame count, rate, size.
[[nodiscard]] std::string clip_info_key(std::string_view content_sha256, std::string_view decoder);

/// Frame features of one clip under one encoder: [distinct frames, D].
struct FrameFeatureKey {
  std::string_view content_sha256;
  std::string_view decoder;
  std::span<const int> frames;  ///< distinct indices, ascending
  std::string_view profile;     ///< Profile::describe()
  std::string_view weights_sha256;
  std::string_view
      architecture;  ///< what config.json says that weights don't (activation, eps, ...)
  std::string_view dtype;
};
[[nodiscard]] std::string frame_feature_key(const FrameFeatureKey& key);

/// One clip's feature under a video network: [1, D].
struct ClipFeatureKey {
  std::string_view content_sha256;
  std::string_view decoder;
  std::span<const int> frames;
  std::string_view profile;  ///< ClipProfile::describe()
  std::string_view weights_sha256;
  std::string_view architecture;
  std::string_view dtype;
};
[[nodiscard]] std::string clip_feature_key(const ClipFeatureKey& key);

/// Pixel controls of one clip: cells and motion of the sampled frames.
[[nodiscard]] std::string pixel_key(std::string_view content_sha256, std::string_view decoder,
                                    std::span<const int> frames);

/// One reference picture under one encoder: [1, D].
struct ReferenceKey {
  std::string_view file_sha256;
  std::string_view background;
  bool mirrored = false;
  std::string_view profile;
  std::string_view weights_sha256;
  std::string_view architecture;
  std::string_view dtype;
};
[[nodiscard]] std::string reference_key(const ReferenceKey& key);

/// One caption under one text tower: [1, D], with the tokenizer's files as part of the key.
struct CaptionKey {
  std::string_view text;
  std::string_view tokenizer_sha256;
  std::string_view weights_sha256;
  std::string_view architecture;
  std::string_view dtype;
};
[[nodiscard]] std::string caption_key(const CaptionKey& key);

/// The batch size that a calibration chose for an encoder on this machine.
[[nodiscard]] std::string calibration_key(std::string_view weights_sha256, std::string_view machine,
                                          int threads);

}  // namespace asbench::features
