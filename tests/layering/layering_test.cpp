#include "tests/layering/layering.h"

#include <gtest/gtest.h>

#include "core/json.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

TEST(Layering, TheTreeFollowsTheArchitecture) {
  int files_read = 0;
  for (const Violation& violation : find_violations(testing::source_folder(), &files_read)) {
    ADD_FAILURE() << violation.file << ":" << violation.line << ": includes " << violation.included
                  << ": " << violation.rule;
  }
  EXPECT_GT(files_read, 20);  // the tree was found
}

/// The rules that one file with one include line breaks.
std::vector<Violation> violations_of(const std::string& file, const std::string& line) {
  const TemporaryFolder root;
  fs::create_directories((root / file).parent_path());
  write_file_atomically(root / file, "#pragma once\n" + line + "\n");
  return find_violations(root.path());
}

struct Example {
  const char* file;
  const char* line;
};

TEST(Layering, ForbiddenEdgesAreCaught) {
  const Example examples[] = {
      {"metrics/x.cpp", "#include \"models/encoders/encoder.h\""},
      {"evaluation/x.cpp", "#include \"models/weights/checkpoint.h\""},  // only by way of features
      {"evaluation/x.cpp", "#include \"reports/x.h\""},
      {"models/x.h", "#include \"loaders/split.h\""},
      {"models/deep/down/x.h", "#include \"features/x.h\""},
      {"core/x.h", "#include \"metrics/x.h\""},
      {"loaders/x.cpp", "  #  include \"features/x.h\" // why not"},
      {"reports/x.cpp", "#include \"metrics/registry.h\""},
      {"features/x.h", "#include \"evaluation/x.h\""},
      {"features/x.h", "#include <evaluation/x.h>"},
      {"baselines/x.h", "#include \"features/x.h\""},
      {"models/x.h", "#include \"cli/x.h\""},
      {"core/x.h", "#include \"json.h\""},  // not from the root
      {"core/x.h", "#include \"tests/support/temporary_folder.h\""},
      {"core/x.h", "#include <torch/torch.h>"},
      {"loaders/x.h", "#include <ATen/core/Tensor.h>"},
      {"metrics/x.h", "#include <c10/util/Half.h>"},
      {"reports/x.h", "#include \"torch/script.h\""},
      {"models/tokenizers/x.h", "#include <ATen/ATen.h>"},
      {"models/x.cpp", "#include <opencv2/core.hpp>"},
      {"metrics/x.cpp", "#include <opencv2/core.hpp>"},
      {"metrics/x.cpp", "#include <fstream>"},
  };
  for (const Example& example : examples) {
    const auto found = violations_of(example.file, example.line);
    ASSERT_EQ(found.size(), 1U) << example.file << ": " << example.line;
    EXPECT_EQ(found[0].file, example.file);
    EXPECT_EQ(found[0].line, 2);
    EXPECT_FALSE(found[0].rule.empty());
  }
}

TEST(Layering, TheArchitecturesEdgesAreAllowed) {
  const Example examples[] = {
      {"cli/x.cpp", "#include \"reports/x.h\""},
      {"cli/x.cpp", "#include \"models/weights/checkpoint.h\""},
      {"evaluation/x.cpp", "#include \"features/x.h\""},
      {"evaluation/x.cpp", "#include \"metrics/x.h\""},
      {"evaluation/x.cpp", "#include \"loaders/x.h\""},
      {"features/x.cpp", "#include \"models/x.h\""},
      {"baselines/x.cpp", "#include \"models/x.h\""},
      {"reports/x.cpp", "#include \"core/json.h\""},
      {"models/layers/x.cpp", "#include \"models/layers/y.h\""},
      {"models/layers/x.cpp", "#include <ATen/ATen.h>"},
      {"loaders/x.cpp", "#include <opencv2/videoio.hpp>"},
      {"metrics/x.cpp", "#include <Eigen/Core>"},
      {"core/x.cpp", "// #include \"cli/x.h\""},
      {"core/x.cpp", "#include <vector>"},
  };
  for (const Example& example : examples) {
    EXPECT_TRUE(violations_of(example.file, example.line).empty())
        << example.file << ": " << example.line;
  }
}

TEST(Layering, OtherFoldersAreNotRooms) {
  EXPECT_TRUE(violations_of("tests/x.cpp", "#include \"cli/x.h\"").empty());
  EXPECT_TRUE(violations_of("core/notes.md", "#include \"cli/x.h\"").empty());
}

}  // namespace
}  // namespace asbench::testing
