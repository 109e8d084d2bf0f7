// `asbench distribution` as a program.
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "core/json.h"
#include "core/npy.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace asbench {
namespace {

using testing::run_program;
using testing::TemporaryFolder;

const std::string kProgram = testing::asbench_program();

TEST(DistributionCommand, PrintsOneObjectWithThePublishedNumbers) {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", 3, 3, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9});
  write_npy(folder / "b.npy", 4, 3, std::vector<float>{7, 6, 5, 4, 3, 2, 1, 1, 8, 0, 2, 5});
  const auto run = run_program(kProgram, {"distribution", "--real", folder / "a.npy", "--generated",
                                          folder / "b.npy", "--k", "1"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json found = parse_json(run.out, "output");
  EXPECT_EQ(found.at("n_real"), 3);
  EXPECT_EQ(found.at("n_generated"), 4);
  EXPECT_EQ(found.at("dim"), 3);
  EXPECT_NEAR(found.at("frechet").get<double>(), 24.683913174287795, 1e-9);
  EXPECT_NEAR(found.at("frechet_ddof0").get<double>(), 19.006098468080804, 1e-9);
  EXPECT_NEAR(found.at("kernel").get<double>(), -5062.043209876541, 1e-8);
  EXPECT_TRUE(found.at("frechet_inf").is_null());
  EXPECT_NE(found.at("frechet_inf_reason").get<std::string>().find("too_few_for_extrapolation"),
            std::string::npos);
  for (const char* name : {"jedi", "precision", "recall", "density", "coverage", "noise_floor"})
    EXPECT_TRUE(found.contains(name)) << name;
}

TEST(DistributionCommand, ComputesOnlyWhatIsAskedFor) {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", 2, 1, std::vector<float>{1, 2});
  const auto run = run_program(kProgram, {"distribution", "--real", folder / "a.npy", "--generated",
                                          folder / "a.npy", "--metrics", "kernel,jedi"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json found = parse_json(run.out, "output");
  EXPECT_TRUE(found.contains("kernel"));
  EXPECT_FALSE(found.contains("frechet"));
}

TEST(DistributionCommand, GivesTheSubsetFormOfTheKernelDistanceWhenAsked) {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", 5, 2, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 1});
  write_npy(folder / "b.npy", 5, 2, std::vector<float>{2, 2, 3, 3, 5, 1, 7, 4, 1, 1});
  const auto run = run_program(
      kProgram, {"distribution", "--real", folder / "a.npy", "--generated", folder / "b.npy",
                 "--metrics", "kernel,kid", "--kid-subsets", "2", "--kid-subset-size", "5"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json found = parse_json(run.out, "output");
  // Subsets as large as the sets are the sets.
  EXPECT_NEAR(found.at("kid").get<double>(), found.at("kernel").get<double>(), 1e-9);
  EXPECT_NEAR(found.at("kid_sd").get<double>(), 0.0, 1e-9);
  EXPECT_EQ(found.at("kid_subset_size"), 5);
}

TEST(DistributionCommand, RefusesBadInputWithExitCodeTwoAndNamesTheFiles) {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", 3, 1, std::vector<float>{1, 2, 3});
  write_file_atomically(folder / "broken.npy", "no matrix");
  const auto refused = [&](std::vector<std::string> arguments, const std::string& words) {
    arguments.insert(arguments.begin(), {"distribution", "--real", folder / "a.npy"});
    const auto run = run_program(kProgram, arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_TRUE(run.out.empty()) << run.out;
    EXPECT_NE(run.err.find(words), std::string::npos) << run.err;
  };
  refused({"--generated", folder / "broken.npy"}, "broken.npy: it does not begin like a .npy file");
  refused({"--generated", folder / "none.npy"}, "none.npy: no such file");
  write_npy(folder / "constant.npy", 9, 1, std::vector<float>(9, 2.0F));
  write_npy(folder / "nan.npy", 9, 1,
            std::vector<float>{1, 2, 3, 4, 5, std::numeric_limits<float>::quiet_NaN(), 7, 8, 9});
  write_npy(folder / "wide.npy", 3, 2, std::vector<float>{1, 2, 3, 4, 5, 6});
  write_npy(folder / "one.npy", 1, 1, std::vector<float>{1});
  const auto text = read_text_file(folder / "wide.npy");
  write_file_atomically(folder / "cut.npy", text.substr(0, 40));
  write_file_atomically(folder / "short.npy", text.substr(0, text.size() - 1));
  refused({"--generated", folder / "constant.npy", "--metrics", "kernel"},
          "generated set has zero variance");
  refused({"--generated", folder / "nan.npy", "--metrics", "frechet"},
          "generated set holds nan in row 5, column 0");
  refused({"--generated", folder / "wide.npy", "--metrics", "frechet"},
          "real features have 1 columns, generated ones 2");
  refused({"--generated", folder / "one.npy", "--metrics", "frechet"},
          "1 sample, at least 2 are needed");
  refused({"--generated", folder / "cut.npy"}, "cut.npy: it ends within its header");
  refused({"--generated", folder / "short.npy"},
          "needs 6 values of 4 bytes, but there are 23 bytes");
  refused({"--generated", folder / "a.npy", "--metrics", "kid"},
          "subsets of 1000 can't be drawn from 3 real");
  refused({"--generated", folder / "a.npy"}, "a.npy [3, 1]");  // three rows are too few for k = 5
  refused({"--generated", folder / "a.npy", "--metrics", "fid"},
          "unknown value 'fid'. Did you mean kid?");
  refused({"--generated", folder / "a.npy", "--ddof", "2"}, "ddof");
}

}  // namespace
}  // namespace asbench
