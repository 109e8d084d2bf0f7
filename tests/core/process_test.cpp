// What the process as a whole knows: the files built into it, its version, the signals it got.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/config_files.h"
#include "core/interrupt.h"
#include "core/json.h"
#include "core/version.h"
#include "tests/support/paths.h"

namespace asbench {
namespace {

namespace fs = std::filesystem;

TEST(ConfigFiles, AreThoseOfTheTree) {
  const fs::path configs = testing::source_folder() / "configs";
  const auto names = config_file_names("");
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_FALSE(names.empty());
  for (const std::string& name : names) {
    ASSERT_TRUE(config_file(name).has_value()) << name;
    EXPECT_EQ(*config_file(name), read_text_file(configs / name)) << name;
  }
  std::size_t on_disk = 0;
  for (const auto& entry : fs::recursive_directory_iterator(configs)) {
    on_disk += entry.path().extension() == ".json" ? 1 : 0;
  }
  EXPECT_EQ(names.size(), on_disk);
}

TEST(ConfigFiles, AreFoundByTheirWholeNameAndListedByItsBeginning) {
  EXPECT_TRUE(config_file("protocols/animeshooter-v1.json").has_value());
  EXPECT_FALSE(config_file("animeshooter-v1.json").has_value());
  EXPECT_FALSE(config_file("").has_value());
  for (const std::string& name : config_file_names("encoders/")) {
    EXPECT_TRUE(name.starts_with("encoders/"));
  }
  EXPECT_TRUE(config_file_names("nothing").empty());
}

TEST(BuildInfo, NamesAVersionAndACommit) {
  const BuildInfo& info = build_info();
  EXPECT_EQ(std::count(info.version.begin(), info.version.end(), '.'), 2);
  EXPECT_TRUE(info.commit == "unknown" || info.commit.size() == 40) << info.commit;
  EXPECT_FALSE(info.compiler.empty());
}

// Signals change the process for good, so each is sent in a process of its own.
TEST(InterruptDeathTest, TheFirstSignalOnlySetsTheFlag) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const int number : {SIGINT, SIGTERM}) {
    EXPECT_EXIT(
        {
          install_interrupt_handlers();
          if (interrupted()) std::_Exit(1);
          ::raise(number);
          std::_Exit(interrupted() ? 0 : 2);
        },
        ::testing::ExitedWithCode(0), "");
  }
}

TEST(InterruptDeathTest, TheSecondSignalEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        install_interrupt_handlers();
        ::raise(SIGINT);
        ::raise(SIGINT);
        std::_Exit(0);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace asbench
