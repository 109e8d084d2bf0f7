#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "features/extractor.h"
#include "features/keys.h"
#include "loaders/video/clip_reader.h"
#include "tests/support/fake_extraction.h"
#include "tests/support/temporary_folder.h"

namespace asbench::features {

/// A store, made-up clips and encoders, and a plan that each test fills.
class ExtractorFixture : public ::testing::Test {
 protected:
  ExtractorFixture() {
    plan_.pixels = false;
    plan_.frame_rule = {loaders::FrameRule::Kind::midpoint, 5};
    settings_.threads = 1;
    settings_.batch = 4;
    settings_.decode_threads = 1;
    settings_.progress = Progress::Style::quiet;
    settings_.stop = [] { return false; };
  }

  static loaders::ShotSource file(const std::string& path) {
    return {loaders::ShotSource::Kind::video_file, path};
  }
  static loaders::ShotSource range(const std::string& path, int begin, int end) {
    return {loaders::ShotSource::Kind::video_range, path, begin, end};
  }
  /// Adds a clip whose content has its own name.
  std::size_t add(const std::string& path, ClipUse use = ClipUse::shot) {
    if (!clips_.clips.contains(path)) clips_.clips[path].content = path;
    return plan_.add_clip(file(path), use);
  }
  Extraction run() { return extract(plan_, settings_, store_, {clips_, encoders_}); }

  /// What the encoder of a role makes of the content's frames.
  static FeatureMatrix expected(const std::string& content, const std::vector<int>& frames,
                                const std::string& role) {
    FeatureMatrix matrix(static_cast<int>(frames.size()), 3);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const auto row =
          testing::FakeEncoders::feature(testing::FakeClips::frame(content, frames[i]), role);
      std::copy(row.begin(), row.end(), matrix.row(static_cast<int>(i)).begin());
    }
    return matrix;
  }
  /// Indices of midpoint:5 in 12 frames.
  static std::vector<int> midpoints() {
    return loaders::frame_indices({loaders::FrameRule::Kind::midpoint, 5}, 12);
  }
  [[nodiscard]] std::string frame_key(const std::string& content, std::size_t encoder = 0) const {
    return frame_feature_key(plan_.encoders.at(encoder), testing::FakeClips::hash(content),
                             loaders::decoder_name(), midpoints());
  }
  [[nodiscard]] std::filesystem::path entry_file(const std::string& key) const {
    return store_.root() / "objects" / key.substr(0, 2) / key;
  }

  testing::TemporaryFolder folder_;
  FeatureStore store_{folder_.path()};
  testing::FakeClips clips_;
  testing::FakeEncoders encoders_;
  ExtractionPlan plan_;
  ExtractionSettings settings_;
};

}  // namespace asbench::features
