#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "features/clip_source.h"
#include "features/encoder_factory.h"

namespace asbench::testing {

/// Clips by path, made of their content's name; no file is touched. Counts every call. Thread-safe
/// while `clips` stays as it is.
class FakeClips final : public features::ClipSource {
 public:
  struct Clip {
    std::string content;  ///< equal content, equal hash and frames
    int frames = 12;
    std::string unreadable = {};     ///< cause: neither hash, look nor decode
    std::string broken_look = {};    ///< cause: hashed, but the quick look finds it broken
    std::string broken_decode = {};  ///< cause: hashed and looked at, but the decode fails
    std::string failing = {};        ///< message of an InternalError that the decode throws
    int hash_milliseconds = 0;
    int decode_milliseconds = 0;
  };
  std::map<std::string, Clip> clips;  ///< by path
  /// By path: reference pictures, RGB; `read_picture` throws BadInput for others.
  std::map<std::string, Image> pictures;

  /// Calls so far.
  struct Counts {
    std::map<std::string, int> hashed, looked, decoded, read;  ///< by path
    std::vector<std::vector<int>> passes;  ///< decode_ranges: first frame of each range
  };
  [[nodiscard]] Counts counts() const;
  void reset();

  /// Frame `index` of a content: [6, 8, 3], different for each content and index.
  [[nodiscard]] static Image frame(const std::string& content, int index);
  [[nodiscard]] static std::string hash(const std::string& content);

  std::string content_sha256(const loaders::ShotSource& source) const override;
  void check(const loaders::ShotSource& source) const override;
  loaders::DecodedClip decode(const loaders::ShotSource& source,
                              std::span<const loaders::FrameRule> rules,
                              const loaders::DecodeOptions& options) const override;
  std::vector<loaders::DecodeOutcome> decode_ranges(
      std::span<const loaders::ShotSource> sources, std::span<const loaders::FrameRule> rules,
      const loaders::DecodeOptions& options) const override;
  Image read_picture(const std::filesystem::path& path) const override;

 private:
  [[nodiscard]] const Clip& readable(const loaders::ShotSource& source) const;
  mutable std::mutex mutex_;
  mutable Counts counts_;
};

/// Encoders whose feature is a simple function of the pixels. Counts every call.
class FakeEncoders final : public features::EncoderFactory {
 public:
  /// A use for the plan: pictures of 6 x 8 stay as they are, values are level / 255.
  [[nodiscard]] static features::EncoderUse use(const std::string& role);
  /// A video network that takes 4 frames or more.
  [[nodiscard]] static features::ClipEncoderUse clip_use();
  /// A network that predicts the mean of the frames around, two frames at a time.
  [[nodiscard]] static features::InterpolatorUse interpolator_use();

  /// What image encoders make of a picture: [sum of the values, first value, salt of the role].
  [[nodiscard]] static std::vector<float> feature(const Image& rgb, const std::string& role);
  /// What the video network makes of frames: [sum, number of frames].
  [[nodiscard]] static std::vector<float> clip_feature(const std::vector<Image>& frames);
  /// How far its prediction is from the middle frame.
  [[nodiscard]] static double prediction_error(const Image& before, const Image& middle,
                                               const Image& after);
  /// What text towers make of a text: [length, first letter]; longer than 20: truncated.
  [[nodiscard]] static std::vector<float> caption_feature(const std::string& text);

  /// What pictures go through to a device; nothing: none, as on the CPU.
  std::function<std::unique_ptr<models::DeviceQueue>()> device;

  /// Called before every batch with the number of pictures encoded so far; may throw or wait.
  std::function<void(int encoded)> before_batch = [](int) {};

  struct Counts {
    std::atomic<int> image_encoders{0}, text_encoders{0}, clip_encoders{0}, interpolators{0};
    ///< loaded
    std::atomic<int> images{0}, batches{0}, texts{0}, clips{0}, triples{0};  ///< encoded
    std::atomic<int> most_triples{0};                                        ///< at a time
  };
  mutable Counts counts;

  std::unique_ptr<models::ImageEncoder> image_encoder(const features::EncoderUse& use,
                                                      c10::Device device) const override;
  std::unique_ptr<models::TextEncoder> text_encoder(const features::EncoderUse& use,
                                                    c10::Device device) const override;
  std::unique_ptr<models::ClipEncoder> clip_encoder(const features::ClipEncoderUse& use,
                                                    c10::Device device) const override;
  std::unique_ptr<models::FrameInterpolator> frame_interpolator(
      const features::InterpolatorUse& use, c10::Device device) const override;
  std::unique_ptr<models::DeviceQueue> device_queue(c10::Device device) const override;
};

}  // namespace asbench::testing
