#include "features/keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/hash.h"

namespace asbench::features {

std::string clip_info_key(std::string_view content_sha256, std::string_view decoder) {
  return sha256_hex(fmt::format("clip-info@1\nclip={}\ndecoder={}\n", content_sha256, decoder));
}

std::string frame_feature_key(const FrameFeatureKey& key) {
  return sha256_hex(
      fmt::format("frame-features@1\nclip={}\ndecoder={}\nframes={}\nprofile={}\nweights={}"
                  "\narchitecture={}\ndtype={}\n",
                  key.content_sha256, key.decoder, fmt::join(key.frames, ","), key.profile,
                  key.weights_sha256, key.architecture, key.dtype));
}

std::string clip_feature_key(const ClipFeatureKey& key) {
  return sha256_hex(
      fmt::format("clip-feature@1\nclip={}\ndecoder={}\nframes={}\nprofile={}\nweights={}"
                  "\narchitecture={}\ndtype={}\n",
                  key.content_sha256, key.decoder, fmt::join(key.frames, ","), key.profile,
                  key.weights_sha256, key.architecture, key.dtype));
}

std::string pixel_key(std::string_view content_sha256, std::string_view decoder,
                      std::span<const int> frames) {
  return sha256_hex(fmt::format("pixels@1\nclip={}\ndecoder={}\nframes={}\n", content_sha256,
                                decoder, fmt::join(frames, ",")));
}

std::string reference_key(const ReferenceKey& key) {
  return sha256_hex(
      fmt::format("reference@1\nfile={}\nbackground={}\nmirrored={}\nprofile={}\nweights={}"
                  "\narchitecture={}\ndtype={}\n",
                  key.file_sha256, key.background, key.mirrored, key.profile, key.weights_sha256,
                  key.architecture, key.dtype));
}

std::string caption_key(const CaptionKey& key) {
  return sha256_hex(fmt::format(
      "caption@1\ntext={}\ntokenizer={}\nweights={}\narchitecture={}\ndtype={}\n",
      sha256_hex(key.text), key.tokenizer_sha256, key.weights_sha256, key.architecture, key.dtype));
}

std::string calibration_key(std::string_view weights_sha256, std::string_view machine,
                            int threads) {
  return sha256_hex(fmt::format("calibration@1\nweights={}\nmachine={}\nthreads={}\n",
                                weights_sha256, machine, threads));
}

}  // namespace asbench::features
