#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "baselines/animeshooter_gen/generate_videos.h"
#include "baselines/animeshooter_gen/generation_record.h"
#include "core/error.h"
#include "tests/baselines/animeshooter_gen/tiny_story.h"

namespace asbench::testing {

/// Runs of a tiny model in `model` over write_tiny_split(), two steps a shot, frames as PNG.
class TinyRun : public ::testing::Test {
 protected:
  TinyRun() : split_(loaders::read_split(write_tiny_split(folder_ / "split"))) {}

  [[nodiscard]] baselines::VideoRequest request_of(std::string_view baseline,
                                                   const std::string& out) const {
    baselines::VideoRequest wanted;
    wanted.baseline = baseline;
    wanted.split = &split_;
    wanted.part = &split_;
    wanted.model = folder_ / "model";
    wanted.out = folder_ / out;
    wanted.steps = 2;
    wanted.frames = baselines::FrameForm::png;
    wanted.device = "cpu";
    wanted.progress = Progress::Style::quiet;
    return wanted;
  }
  [[nodiscard]] Json record(const std::string& out) const {
    return read_json_file(folder_ / out / baselines::kGenerationRecord);
  }
  /// The message of a run; empty: there was none.
  static std::string problem_of(const baselines::VideoRequest& wanted) {
    try {
      baselines::generate_videos(wanted);
    } catch (const Error& problem) {
      return problem.what();
    }
    return {};
  }

  TemporaryFolder folder_;
  loaders::Split split_;
};

}  // namespace asbench::testing
