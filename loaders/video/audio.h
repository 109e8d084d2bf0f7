#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace asbench::loaders {

/// What a container says about its sound.
struct AudioFacts {
  bool present = false;
  std::string codec;    ///< FFmpeg's name of it: "aac", "pcm_s16le"
  int sample_rate = 0;  ///< samples per second and channel
  int channels = 0;
  double seconds = 0.0;  ///< length of the sound; 0 when the container doesn't say
  int streams = 0;       ///< audio streams; the facts are those of the one that read_pcm() takes
};

/// Reads them without decoding; a few milliseconds. Where there are several audio streams, FFmpeg's
/// choice is described: the default one, else the one with the most channels and the most data.
/// @returns present == false for a file without sound.
/// @throws BadInput with the cause when the file is not there, truncated or no media file;
/// SystemFault when the system can't open or read it. Thread-safe.
[[nodiscard]] AudioFacts audio_facts(const std::filesystem::path& file);

/// Decoded sound, planar.
struct Pcm {
  int channels = 0;
  int sample_rate = 0;
  std::int64_t samples = 0;   ///< per channel
  std::vector<float> values;  ///< [channels, samples]

  [[nodiscard]] std::span<const float> channel(int index) const {
    const auto length = static_cast<std::size_t>(samples);
    return std::span(values).subspan(static_cast<std::size_t>(index) * length, length);
  }
};

/// Decodes the sound of a file at its own rate, with all its channels: the samples that
/// `ffmpeg -i FILE -f f32le` writes. Silence that the encoder put in front (its delay) and behind
/// is cut off where the container states it. Full scale is -1 to 1; lossy codecs may overshoot it a
/// little, and nothing is clipped. Takes 4 bytes a sample of memory, twice that for a moment.
/// @throws as audio_facts(), and BadInput when the file has no sound or its sound is damaged (a
/// packet that doesn't decode, a rate or a number of channels that changes). Thread-safe.
[[nodiscard]] Pcm read_pcm(const std::filesystem::path& file);

}  // namespace asbench::loaders
