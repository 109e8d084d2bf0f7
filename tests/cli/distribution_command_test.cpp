// `asbench distribution` as a program.
#include <gtest/gtest.h>

#include <vector>

#include "core/json.h"
#include "core/npy.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace asbench {
namespace {

using testing::run_program;
using testing::TemporaryFolder;

const std::string kProgram = std::string(ASBENCH_BINARY_DIR) + "/bin/asbench";

TEST(DistributionCommand, PrintsOneObjectWithThePublishedNumbers) {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", 3, 3, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9});
  write_npy(folder / "b.npy", 4, 3, std::vector<float>{7, 6, 5, 4, 3, 2, 1, 1, 8, 0, 2, 5});
  const auto run = run_program(kProgram, {"distribution", "--real", folder / "a.npy", "--generated", folder / "b.npy", "--k", "1"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json found = parse_json(run.out, "output");
  EXPECT_EQ(found.at("n_real"), 3);
  EXPECT_EQ(found.at("n_generated"), 4);
  EXPECT_EQ(found.at("dim"), 3);
  EXPECT_NEAR(found.at("frechet").get<double>(), 24.683913174287795, 1e-9);
  EXPECT_NEAR(found.at("frechet_ddof0").get<double>(), 19.006098468080804, 1e-9);
  EXPECT_NEAR(found.at("kernel").get<double>(), -5062.043209876541, 1e-8);
  EXPECT_TRUE(found.at("frechet_inf").is_null());
  EXPECT_NE(found.at("frechet_inf_reason").get<std::string>().find("too_few_for_extrapolation"), std::string::npos);
  for (const char* name : {"jedi", "precision", "recall", "density", "coverage", "noise_floor"}) EXPECT_TRUE(found.contains(name)) << name;
}

TEST(DistributionCommand, ComputesOnlyWhatIsAskedFor) {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", 2, 1, std::vector<float>{1, 2});
  const auto run = run_program(kProgram, {"distribution", "--real", folder / "a.npy", "--generated", folder / "a.npy", "--metrics", "kernel,jedi"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json found = parse_json(run.out, "output");
  EXPECT_TRUE(found.contains("kernel"));
  EXPECT_FALSE(found.contains("frechet"));
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
  refused({"--generated", folder / "none.npy"}, "none.npy");
  refused({"--generated", folder / "a.npy"}, "a.npy [3, 1]");  // three rows are too few for k = 5
  refused({"--generated", folder / "a.npy", "--metrics", "fid"}, "no distribution metric is called 'fid'");
  refused({"--generated", folder / "a.npy", "--ddof", "2"}, "ddof");
}

}  // namespace
}  // namespace asbench
