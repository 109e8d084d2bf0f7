#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "features/encoder_use.h"

/// Every key of the feature store is made here. A key is the SHA-256 of named lines: everything
/// that the value depends on, so that any change is another key. Each text begins with the kind and
/// the version of the entry; a higher version retires all entries of the kind. Pure functions,
/// thread-safe; all return 64 hexadecimal digits.
namespace asbench::features {

/// What is known about a clip after decoding: frame count, rate, size.
[[nodiscard]] std::string clip_info_key(std::string_view content_sha256, std::string_view decoder);

/// Pixel controls of one clip: cells and motion of the sampled frames.
/// @param frames  distinct indices, ascending; so in all functions below
[[nodiscard]] std::string pixel_key(std::string_view content_sha256, std::string_view decoder,
                                    std::span<const int> frames);

/// What all frames of a clip show: sharpness, flicker, repeats, bars (core/picture_statistics.h).
[[nodiscard]] std::string picture_key(std::string_view content_sha256, std::string_view decoder);

/// How much neighbouring frames of a clip differ (core/frame_changes.h).
[[nodiscard]] std::string frame_changes_key(std::string_view content_sha256,
                                            std::string_view decoder);

/// How far the frames of a clip are from what a network predicts of their neighbours:
/// [predicted_frames(n), 1].
[[nodiscard]] std::string prediction_key(const InterpolatorUse& network,
                                         std::string_view content_sha256, std::string_view decoder);

/// The digest of a clip's sampled frames (loaders::clip_digest).
[[nodiscard]] std::string sample_digest_key(std::string_view content_sha256,
                                            std::string_view decoder, std::span<const int> frames);

/// Frame features of one clip under one encoder: [distinct frames, D].
[[nodiscard]] std::string frame_feature_key(const EncoderUse& encoder,
                                            std::string_view content_sha256,
                                            std::string_view decoder, std::span<const int> frames);

/// Features of one clip's frames cut to a part of the picture (frame_view.h): [found frames, D].
/// @param view_sha256  ResolvedView::sha256 @param background  behind a masked subject
[[nodiscard]] std::string cut_feature_key(const EncoderUse& encoder,
                                          std::string_view content_sha256, std::string_view decoder,
                                          std::span<const int> frames, std::string_view view_sha256,
                                          std::string_view background);

/// One clip's feature under a video network: [1, D].
/// @param frames  the clip's window
[[nodiscard]] std::string clip_feature_key(const ClipEncoderUse& encoder,
                                           std::string_view content_sha256,
                                           std::string_view decoder, std::span<const int> frames);

/// One reference picture under one encoder: [1, D].
[[nodiscard]] std::string reference_key(const EncoderUse& encoder, std::string_view file_sha256,
                                        std::string_view background, bool mirrored);

/// Cells of one letterboxed reference: [1, cells].
/// @param mean  part of the key where the background is "mean", else of no effect
[[nodiscard]] std::string reference_cells_key(std::string_view file_sha256,
                                              std::string_view background,
                                              const std::array<double, 3>& mean);

/// One caption under one text tower (caption_feature.h), with the tokenizer's files.
[[nodiscard]] std::string caption_key(const EncoderUse& encoder, std::string_view text);

/// The batch size that a calibration chose for an encoder on this machine.
[[nodiscard]] std::string calibration_key(std::string_view weights_sha256, std::string_view machine,
                                          int threads);

/// That a network's weights were once loaded without a fault (extraction tries it before it decodes
/// anything). @param part  "images", "text", "clips" @param config  what the weights don't say
[[nodiscard]] std::string loaded_key(std::string_view weights_sha256, std::string_view part,
                                     std::string_view config);

/// The content of a clip whose file is known by its identity (clip_memory.h).
[[nodiscard]] std::string clip_content_key(std::string_view identity);
/// The verdict of a request on a clip that can't be used (clip_memory.h).
[[nodiscard]] std::string clip_failure_key(std::string_view subject, std::string_view request);

/// The hash of files that are known by their identity (weights_hash.h).
/// @param way  names the way of hashing
[[nodiscard]] std::string file_hash_key(std::string_view way, std::string_view identity);

}  // namespace asbench::features
