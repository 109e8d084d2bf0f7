#include "tests/layering/layering.h"

#include <gtest/gtest.h>

#include "core/json.h"
#include "tests/layering/strip_source.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

TEST(Layering, TheTreeFollowsTheArchitecture) {
  int files_read = 0;
  for (const Violation& violation : find_violations(testing::source_folder(), &files_read)) {
    ADD_FAILURE() << violation.file << ":" << violation.line << ": " << violation.what << ": "
                  << violation.rule;
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
      {"reports/x.cpp", "#include <pango/pangocairo.h>"},
      {"cli/x.cpp", "#include <cairo-pdf.h>"},
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
      {"reports/figures/x.cpp", "#include <cairo.h>"},
      {"core/x.cpp", "// #include \"cli/x.h\""},
      {"core/x.cpp", "#include <vector>"},
  };
  for (const Example& example : examples) {
    EXPECT_TRUE(violations_of(example.file, example.line).empty())
        << example.file << ": " << example.line;
  }
}

TEST(Layering, CallsThroughTransitiveHeadersAreCaught) {
  const Example examples[] = {
      {"evaluation/x.cpp", "auto x = models::open_checkpoint(name);"},
      {"evaluation/x.cpp", "auto x = asbench::models::open_checkpoint(name);"},
      {"reports/x.cpp", "void f(const ::asbench::metrics::Measure& measure);"},
      {"metrics/x.h", "namespace asbench::models { class Encoder; }"},
      {"metrics/x.cpp", "using namespace asbench::models;"},
      {"features/x.cpp", "namespace m = asbench::evaluation;"},
      {"loaders/x.cpp", "std::vector<features :: Key> keys;"},
      {"core/x.cpp", "std::string s = \"//\"; loaders::Split split;"},
      {"core/x.cpp", "/* why */ loaders::Split split;"},
  };
  for (const Example& example : examples) {
    const auto found = violations_of(example.file, example.line);
    ASSERT_EQ(found.size(), 1U) << example.file << ": " << example.line;
    EXPECT_EQ(found[0].line, 2);
    EXPECT_TRUE(found[0].what.starts_with("uses ")) << found[0].what;
    EXPECT_TRUE(found[0].rule.ends_with("is not in the dependency order")) << found[0].rule;
  }
}

TEST(Layering, ANamespaceThatNoIncludeBringsIsCaught) {
  const auto found = violations_of("evaluation/x.cpp", "loaders::Split split;");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].what, "uses loaders::");
  EXPECT_NE(found[0].rule.find("no header of loaders/"), std::string::npos);
  EXPECT_TRUE(
      violations_of("evaluation/x.cpp", "#include \"loaders/split.h\"\nloaders::Split split;")
          .empty());
}

TEST(Layering, AFilesOwnHeaderMayIncludeForIt) {
  const TemporaryFolder root;
  fs::create_directories(root / "evaluation");
  write_file_atomically(root / "evaluation/x.h", "#include \"loaders/split.h\"\n");
  write_file_atomically(root / "evaluation/x.cpp", "loaders::Split split;\n");
  EXPECT_TRUE(find_violations(root.path()).empty());
  write_file_atomically(root / "evaluation/y.cpp", "loaders::Split split;\n");
  EXPECT_EQ(find_violations(root.path()).size(), 1U);
}

TEST(Layering, NamesThatAreNoRoomsNamespaceAreAllowed) {
  const Example examples[] = {
      {"core/x.cpp", "// models::Encoder reads it"},
      {"core/x.cpp", "/* asbench::models::Encoder\n models::Encoder */"},
      {"core/x.cpp", "const char* text = \"models::Encoder\";"},
      {"core/x.cpp", "const char* text = R\"x(\" models::Encoder)x\";"},
      {"core/x.cpp", "auto x = other::models::Encoder();"},
      {"core/x.cpp", "auto x = my_models::Encoder();"},
      {"core/x.cpp", "int models = 1; return models;"},
      {"core/x.cpp", "for (const auto& loaders : all) use(loaders);"},
      {"core/x.cpp", "/*\n#include \"cli/x.h\"\n*/"},
      {"models/x.h", "namespace asbench::models { models::Encoder make(); }"},
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

/// Headers of core/ that fewer than two modules include, and why they are there.
const std::map<std::string, std::string>& exceptions_of_core() {
  static const std::map<std::string, std::string> all = {
      {"core/area_average.h", "a part of core/thumbnail.cpp and core/luma_picture.cpp"},
      {"core/blas_kernels.h",
       "every program calls it before OpenBLAS is loaded: the commands, the benchmarks, whoever "
       "links the libraries"},
      {"core/embedded_files.h",
       "the build's own sources (cmake/EmbedFiles.cmake) include it, for any module that embeds "
       "files"},
      {"core/json_shape.h", "a part of core/json.cpp, in a file of its own for its size"},
      {"core/luma_picture.h", "a part of core/picture_meter.cpp"},
      {"core/picture_meter.h",
       "makes core/picture_statistics.h, which loaders, features and metrics pass on; tests of "
       "several modules measure pictures with it"},
      {"core/unicode_width.h", "a part of core/text.cpp: a generated table"},
  };
  return all;
}

TEST(Layering, CoreHoldsOnlyWhatSeveralRoomsUse) {
  const auto users = users_of_core(testing::source_folder());
  EXPECT_GT(users.size(), 10U);  // the tree was found
  for (const auto& [header, rooms] : users) {
    if (exceptions_of_core().contains(header)) {
      EXPECT_LT(rooms.size(), 2U) << header << " needs no exception any more";
    } else {
      EXPECT_GE(rooms.size(), 2U) << header << " belongs in the module that uses it";
    }
  }
  for (const auto& [header, reason] : exceptions_of_core()) {
    EXPECT_TRUE(users.contains(header)) << header << " is not there any more";
  }
}

TEST(Layering, UsersOfCoreAreCountedByRoom) {
  const TemporaryFolder root;
  for (const char* room : {"core", "metrics", "loaders"}) fs::create_directories(root / room);
  write_file_atomically(root / "core/x.h", "");
  write_file_atomically(root / "core/y.h", "");
  write_file_atomically(root / "core/y.cpp", "#include \"core/y.h\"\n");
  write_file_atomically(root / "metrics/a.cpp", "#include \"core/x.h\"\n");
  write_file_atomically(root / "metrics/b.cpp", "#include \"core/x.h\"\n");
  write_file_atomically(root / "loaders/a.h", "#include \"core/x.h\"\n//#include \"core/y.h\"\n");
  const auto users = users_of_core(root.path());
  EXPECT_EQ(users.at("core/x.h"), (std::set<std::string>{"loaders", "metrics"}));
  EXPECT_TRUE(users.at("core/y.h").empty());
}

TEST(StripSource, KeepsCodeAndPlaces) {
  EXPECT_EQ(strip_comments_and_strings("a // b\nc"), "a     \nc");
  EXPECT_EQ(strip_comments_and_strings("a /* b\n */ c"), "a     \n    c");
  EXPECT_EQ(strip_comments_and_strings("f(\"x\\\"y\", 'z')"), "f(\"    \", ' ')");
  EXPECT_EQ(strip_comments_and_strings("R\"d(a\n\")d\" b"), "R\"   \n   \" b");
  EXPECT_EQ(strip_comments_and_strings("1'000 + 'a'"), "1'000 + ' '");
  EXPECT_EQ(strip_comments_and_strings("\"//\" x"), "\"  \" x");
  EXPECT_EQ(strip_comments_and_strings("/* open"), "       ");
}

}  // namespace
}  // namespace asbench::testing
