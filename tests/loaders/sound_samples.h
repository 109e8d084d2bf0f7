#pragma once

#include <filesystem>
#include <vector>

namespace asbench::testing {

/// A sound of made-up waves: another frequency and loudness in each channel, all within half of
/// full scale. @returns [channels, samples], planar.
[[nodiscard]] std::vector<float> made_sound(int channels, int samples, int sample_rate);

/// Writes 16-bit PCM in RIFF WAVE. @param sound  planar, in [-1, 1)
void write_wav(const std::filesystem::path& file, const std::vector<float>& sound, int channels,
               int sample_rate);

/// Writes AAC in mp4, in as many audio streams as there are sounds. @param sounds  planar, one rate
void write_aac(const std::filesystem::path& file, const std::vector<std::vector<float>>& sounds,
               int channels, int sample_rate);

}  // namespace asbench::testing
