#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {

struct MiniBenchmarkOptions {
  int frames = 12;  ///< of every shot
};

/// A small world to run the program on: a split in the demo form (2 IPs with equal references, 3
/// stories of 4 shots), one system's videos for it and tiny seeded checkpoints. Everything lies
/// below one temporary folder.
class MiniBenchmark {
 public:
  explicit MiniBenchmark(const MiniBenchmarkOptions& options = {});

  [[nodiscard]] std::filesystem::path root() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path split() const { return root() / "split"; }
  [[nodiscard]] std::filesystem::path outputs() const { return root() / "outputs"; }
  [[nodiscard]] std::filesystem::path video(const std::string& story, int shot) const;

  /// `asbench score` on it, into `name`.json. @param more  further arguments; they take the place
  /// of ours
  ProgramResult score(const std::string& name, const std::vector<std::string>& more = {}) const;
  /// The document of an earlier score().
  [[nodiscard]] Json document(const std::string& name) const;
  /// The same without provenance: what must not change between equal runs.
  [[nodiscard]] Json numbers(const std::string& name) const;

  /// Arguments of score(), for tests that start the program themselves.
  [[nodiscard]] std::vector<std::string> score_arguments(
      const std::string& name, const std::vector<std::string>& more = {}) const;

 private:
  TemporaryFolder folder_;
};

/// A test suite that runs the program on one MiniBenchmark.
class WithMiniBenchmark : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { mini_ = std::make_unique<MiniBenchmark>(); }
  static void TearDownTestSuite() { mini_.reset(); }
  static const MiniBenchmark& mini() { return *mini_; }

 private:
  static inline std::unique_ptr<MiniBenchmark> mini_;
};

/// Where two documents part, with both values; empty when they are equal to the last digit.
[[nodiscard]] std::string first_difference(const Json& a, const Json& b,
                                           const std::string& where = {});

}  // namespace asbench::testing
