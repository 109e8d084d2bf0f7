// The machine's faults are not the system's: whatever call into the system fails, a run ends with
// code 2 and names what failed, or it gives the document that it gives on a sound machine. Never
// another one, and the store stays sound.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <utility>

#include "tests/faults/tiny_world.h"
#include "tests/support/paths.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::array kPolicies = {"zero", "exclude"};

/// A kind of call, and what it may fail with.
struct Kind {
  const char* name;
  std::vector<int> errors;
  bool names_path = true;  ///< the message names the very path; else at least the world
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"open", {EMFILE, ENFILE, EACCES, EIO, ENOMEM, ESTALE, ENOENT}},
      {"read", {EIO, ESTALE, ENOMEM, EAGAIN}},
      {"stat", {EACCES, EIO, ENOMEM, ESTALE}},
      {"opendir", {EMFILE, ENFILE, EACCES, EIO, ENOMEM, ENOENT}},
      {"readdir", {EIO, ESTALE}},
      {"mmap", {ENOMEM, EAGAIN, ENODEV}},
      {"create", {EACCES, ENOSPC, EMFILE, EROFS}, false},
      {"write", {ENOSPC, EIO, EDQUOT}, false},
      {"sync", {EIO, ENOSPC}, false},
      {"rename", {EIO, ENOSPC, EACCES}, false},
      {"mkdir", {ENOSPC, EIO, EACCES}, false}};
  return all;
}

class Faults {
 public:
  Faults() {
    for (const char* policy : kPolicies) {
      world_.forget();
      const auto run = world_.score({{"--missing", policy}});
      if (run.exit_code != 0) throw std::runtime_error(run.err);
      sound_.push_back(world_.numbers());
    }
  }

  [[nodiscard]] const TinyWorld& world() const { return world_; }

  /// How many calls of this kind a run on an empty store makes.
  [[nodiscard]] std::size_t calls(const std::string& kind) const {
    const auto [run, made] = run_on_empty_store(kind, 0, 0, "zero");
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return made.size();
  }

  /// One run on an empty store in which a call fails, and one without faults after it.
  void check(const Kind& kind, std::size_t number, std::size_t policy, int error) const {
    const auto [run, made] = run_on_empty_store(kind.name, number, error, kPolicies.at(policy));
    // Threads take turns as they like, so only the run itself knows which call it was.
    const auto failed = std::find_if(
        made.begin(), made.end(), [](const std::string& line) { return line.starts_with("! "); });
    const std::string path = failed == made.end() ? "" : failed->substr(failed->find(' ', 2) + 1);
    SCOPED_TRACE(fmt::format("{} {} ({}) fails with {}, --missing {}", kind.name, number, path,
                             ::strerrorname_np(error), kPolicies.at(policy)));
    if (run.exit_code == 0) {
      EXPECT_EQ(world_.numbers(), sound_.at(policy)) << run.err;
    } else {
      EXPECT_EQ(run.exit_code, 2) << run.err;
      EXPECT_FALSE(run.err.empty());
      EXPECT_FALSE(fs::exists(world_.result()));
      EXPECT_EQ(run.err.find("internal error"), std::string::npos) << run.err;
      if (path.starts_with('/')) {
        EXPECT_NE(run.err.find(std::strerror(error)), std::string::npos) << run.err;
        EXPECT_NE(run.err.find(kind.names_path ? path : world_.root().string()), std::string::npos)
            << run.err;
      }
    }
    const std::map<std::string, std::string> options = {{"--missing", kPolicies.at(policy)}};
    const auto after = world_.score(options);
    ASSERT_EQ(after.exit_code, 0) << after.err;
    EXPECT_EQ(world_.numbers(), sound_.at(policy)) << after.err;
  }

  /// Every `step`-th call of a kind from `first` on. @returns how many
  std::size_t sweep(const Kind& kind, std::size_t first, std::size_t step) const {
    const std::size_t made = calls(kind.name);
    std::size_t done = 0;
    for (std::size_t i = first; i < made; i += step, ++done)
      check(kind, i + 1, i % kPolicies.size(), kind.errors[i % kind.errors.size()]);
    return done;
  }

 private:
  /// @returns the run, and its calls of this kind as the interposer writes them
  [[nodiscard]] std::pair<ProgramResult, std::vector<std::string>> run_on_empty_store(
      const std::string& kind, std::size_t at, int error, const std::string& policy) const {
    world_.forget();
    const fs::path log = world_.root().string() + ".log";
    fs::remove(log);
    auto run = run_with(environment(kind, at, error, {"ASBENCH_FAULT_LOG=" + log.string()}),
                        asbench_program(), world_.arguments({{"--missing", policy}}));
    std::vector<std::string> made;
    if (fs::exists(log)) {
      std::istringstream lines(read_text_file(log));
      for (std::string line; std::getline(lines, line);) made.push_back(line);
      fs::remove(log);
    }
    return {std::move(run), std::move(made)};
  }

  [[nodiscard]] std::vector<std::string> environment(const std::string& kind, std::size_t at,
                                                     int error,
                                                     std::vector<std::string> more = {}) const {
    more.insert(more.end(),
                {"LD_PRELOAD=" + (build_folder() / "lib" / "libasbench_interposer.so").string(),
                 "ASBENCH_FAULT_FOLDERS=" + world_.root().string() + ":" +
                     (build_folder() / "share").string(),
                 "ASBENCH_FAULT_CALLS=" + kind, fmt::format("ASBENCH_FAULT_AT={}", at),
                 fmt::format("ASBENCH_FAULT_ERRNO={}", error),
                 // Pictures and features; what is smaller fails in every library in its own way.
                 "ASBENCH_FAULT_BYTES=4096"});
    return more;
  }

  TinyWorld world_;
  std::vector<Json> sound_;  ///< by policy
};

class EveryKind : public ::testing::TestWithParam<std::size_t> {};

#ifdef ASBENCH_EXHAUSTIVE_FAULTS

/// Kinds in parts, so that they run beside each other.
constexpr std::size_t kParts = 4;

class EveryCall : public ::testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};

TEST_P(EveryCall, ThatFailsEndsTheRunOrHasNoEffect) {
  const auto [kind, part] = GetParam();
  const Faults faults;
  const std::size_t places = faults.sweep(kinds().at(kind), part, kParts);
  RecordProperty("places", static_cast<int>(places));
  // Some kinds of call are made less often than there are parts.
  if (part == 0) {
    EXPECT_GT(places, 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(Exhaustive, EveryCall,
                         ::testing::Combine(::testing::Range<std::size_t>(0, kinds().size()),
                                            ::testing::Range<std::size_t>(0, kParts)),
                         [](const auto& call) {
                           return fmt::format("{}_{}", kinds().at(std::get<0>(call.param)).name,
                                              std::get<1>(call.param));
                         });

#else

std::string kind_name(const ::testing::TestParamInfo<std::size_t>& kind) {
  return kinds().at(kind.param).name;
}

TEST_P(EveryKind, FailsSomewhereAndEndsTheRunOrHasNoEffect) {
  constexpr std::size_t kPlaces = 4;
  const Faults faults;
  const Kind& kind = kinds().at(GetParam());
  const std::size_t made = faults.calls(kind.name);
  ASSERT_GT(made, 0U);
  // Evenly over the run, so that split, outputs, store and result are all met.
  for (std::size_t place = 0; place < std::min(kPlaces, made); ++place) {
    const std::size_t i = (2 * place + 1) * made / (2 * std::min(kPlaces, made));
    faults.check(kind, i + 1, place % kPolicies.size(), kind.errors[place % kind.errors.size()]);
  }
}

INSTANTIATE_TEST_SUITE_P(Sample, EveryKind, ::testing::Range<std::size_t>(0, kinds().size()),
                         kind_name);

TEST(AThread, ThatCanNotBeStartedEndsTheRunWithASentence) {
  const Faults faults;
  const Kind kind{"thread", {EAGAIN}, false};
  const std::size_t made = faults.calls(kind.name);
  ASSERT_GT(made, 2U);
  for (std::size_t i = 0; i < made; ++i) faults.check(kind, i + 1, i % 2, EAGAIN);
}

TEST(Memory, ThatCanNotBeHadEndsTheRunWithASentence) {
  constexpr std::size_t kPlaces = 16;
  const Faults faults;
  const Kind kind{"memory", {ENOMEM}, false};
  const std::size_t made = faults.calls(kind.name);
  ASSERT_GT(made, kPlaces);
  for (std::size_t place = 0; place < kPlaces; ++place) {
    const std::size_t i = (2 * place + 1) * made / (2 * kPlaces);
    faults.check(kind, i + 1, place % 2, ENOMEM);
  }
}

TEST(AReadOnlyStore, ThatIsCompleteServesARun) {
  const Faults faults;
  const TinyWorld& world = faults.world();
  const Json sound = world.numbers();
  const auto run =
      run_with({"LD_PRELOAD=" + (build_folder() / "lib" / "libasbench_interposer.so").string(),
                "ASBENCH_FAULT_FOLDERS=" + world.cache().string(),
                "ASBENCH_FAULT_CALLS=create,mkdir,rename,write", "ASBENCH_FAULT_AT=1",
                "ASBENCH_FAULT_STAYS=1", fmt::format("ASBENCH_FAULT_ERRNO={}", EROFS)},
               asbench_program(),
               world.arguments({{"--missing", "exclude"}, {"--out", world.root() / "2.json"}}));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  Json again = read_json_file(world.root() / "2.json");
  again.erase("provenance");
  EXPECT_EQ(again, sound);
}

TEST(AReport, ThatRunsOutOfDiskLeavesTheOldOneWhole) {
  const Faults faults;
  const TinyWorld& world = faults.world();
  const fs::path out = world.root() / "report";
  const std::vector<std::string> arguments = {"report", world.result(), "--out", out};
  ASSERT_EQ(run_program(asbench_program(), arguments).exit_code, 0);
  const auto contents = [&] {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(out)) {
      if (entry.is_regular_file()) files[entry.path()] = read_text_file(entry.path());
    }
    return files;
  };
  const auto before = contents();
  ASSERT_GE(before.size(), 4U);
  // Another system name, so that every file of the new report is another one.
  Json document = read_json_file(world.result());
  document["system"]["name"] = "another";
  write_json_file(world.result(), document);
  for (const int at : {1, 2, 3, 4, 5}) {
    const auto run =
        run_with({"LD_PRELOAD=" + (build_folder() / "lib" / "libasbench_interposer.so").string(),
                  "ASBENCH_FAULT_FOLDERS=" + out.string(), "ASBENCH_FAULT_CALLS=write",
                  fmt::format("ASBENCH_FAULT_AT={}", at), "ASBENCH_FAULT_STAYS=1",
                  fmt::format("ASBENCH_FAULT_ERRNO={}", ENOSPC)},
                 asbench_program(), arguments);
    EXPECT_EQ(run.exit_code, 2) << at << run.err;
    EXPECT_NE(run.err.find("No space left on device"), std::string::npos) << run.err;
    EXPECT_EQ(contents(), before) << at;
  }
}

#endif

}  // namespace
}  // namespace asbench::testing
