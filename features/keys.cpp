#include "features/keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/hash.h"
#include "models/layers/runtime.h"

namespace asbench::features {
namespace {

// Features are stored in float32; what is part of the key is how they were computed. The CPU's
// float32 and a GPU's share their keys: docs/determinism.md says by how much they may differ.
std::string_view dtype(const auto& encoder) {
  return models::dtype_name(encoder.precision);
}

}  // namespace

std::string clip_info_key(std::string_view content_sha256, std::string_view decoder) {
  return sha256_hex(fmt::format("clip-info@2\nclip={}\ndecoder={}\n", content_sha256, decoder));
}

std::string pixel_key(std::string_view content_sha256, std::string_view decoder,
                      std::span<const int> frames) {
  return sha256_hex(fmt::format("pixels@1\nclip={}\ndecoder={}\nframes={}\n", content_sha256,
                                decoder, fmt::join(frames, ",")));
}

std::string picture_key(std::string_view content_sha256, std::string_view decoder) {
  return sha256_hex(fmt::format("pictures@1\nclip={}\ndecoder={}\n", content_sha256, decoder));
}

std::string frame_changes_key(std::string_view content_sha256, std::string_view decoder) {
  return sha256_hex(fmt::format("frame-changes@1\nclip={}\ndecoder={}\n", content_sha256, decoder));
}

std::string prediction_key(const InterpolatorUse& network, std::string_view content_sha256,
                           std::string_view decoder) {
  return sha256_hex(fmt::format(
      "prediction@1\nclip={}\ndecoder={}\nprofile={}\nweights={}\ndtype={}\n", content_sha256,
      decoder, network.preprocess, network.weights_sha256, dtype(network)));
}

std::string sample_digest_key(std::string_view content_sha256, std::string_view decoder,
                              std::span<const int> frames) {
  return sha256_hex("sample-digest@1\n" + pixel_key(content_sha256, decoder, frames));
}

std::string frame_feature_key(const EncoderUse& encoder, std::string_view content_sha256,
                              std::string_view decoder, std::span<const int> frames) {
  return sha256_hex(
      fmt::format("frame-features@1\nclip={}\ndecoder={}\nframes={}\nprofile={}\nweights={}"
                  "\narchitecture={}\ndtype={}\n",
                  content_sha256, decoder, fmt::join(frames, ","), encoder.preprocess,
                  encoder.weights_sha256, encoder.config_sha256, dtype(encoder)));
}

std::string cut_feature_key(const EncoderUse& encoder, std::string_view content_sha256,
                            std::string_view decoder, std::span<const int> frames,
                            std::string_view view_sha256, std::string_view background) {
  return sha256_hex(fmt::format("cut-features@1\nframes={}\nview={}\nbackground={}\n",
                                frame_feature_key(encoder, content_sha256, decoder, frames),
                                view_sha256, background));
}

std::string clip_feature_key(const ClipEncoderUse& encoder, std::string_view content_sha256,
                             std::string_view decoder, std::span<const int> frames) {
  return sha256_hex(
      fmt::format("clip-feature@1\nclip={}\ndecoder={}\nframes={}\nprofile={}\nweights={}"
                  "\narchitecture={}\ndtype={}\n",
                  content_sha256, decoder, fmt::join(frames, ","), encoder.preprocess,
                  encoder.weights_sha256, encoder.architecture, dtype(encoder)));
}

std::string reference_key(const EncoderUse& encoder, std::string_view file_sha256,
                          std::string_view background, bool mirrored) {
  return sha256_hex(
      fmt::format("reference@2\nfile={}\nbackground={}\nmirrored={}\nprofile={}\nweights={}"
                  "\narchitecture={}\ndtype={}\n",
                  file_sha256, background, mirrored, encoder.preprocess, encoder.weights_sha256,
                  encoder.config_sha256, dtype(encoder)));
}

std::string reference_cells_key(std::string_view file_sha256, std::string_view background,
                                const std::array<double, 3>& mean) {
  std::string resolved(background);
  if (background == "mean") {
    for (const double value : mean) resolved += fmt::format(" {}", value);
  }
  return sha256_hex(
      fmt::format("reference-cells@2\nfile={}\nbackground={}\n", file_sha256, resolved));
}

std::string caption_key(const EncoderUse& encoder, std::string_view text) {
  return sha256_hex(fmt::format(
      "caption@1\ntext={}\ntokenizer={}\nweights={}\narchitecture={}\ndtype={}\n", sha256_hex(text),
      encoder.tokenizer_sha256, encoder.weights_sha256, encoder.config_sha256, dtype(encoder)));
}

std::string calibration_key(std::string_view weights_sha256, std::string_view machine,
                            int threads) {
  return sha256_hex(fmt::format("calibration@1\nweights={}\nmachine={}\nthreads={}\n",
                                weights_sha256, machine, threads));
}

std::string loaded_key(std::string_view weights_sha256, std::string_view part,
                       std::string_view config) {
  return sha256_hex(
      fmt::format("loaded@1\nweights={}\npart={}\nconfig={}\n", weights_sha256, part, config));
}

std::string clip_content_key(std::string_view identity) {
  return sha256_hex(fmt::format("clip-content@1\n{}\n", identity));
}

std::string clip_failure_key(std::string_view subject, std::string_view request) {
  return sha256_hex(fmt::format("clip-failure@1\nclip={}\nrequest={}\n", subject, request));
}

std::string file_hash_key(std::string_view way, std::string_view identity) {
  return sha256_hex(fmt::format("asbench file hash 1\n{}\n{}", way, identity));
}

}  // namespace asbench::features
