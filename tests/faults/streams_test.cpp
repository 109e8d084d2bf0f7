// Where results go and what inputs may be: only regular files are replaced or read, streams that
// can't be written are no crash, and limits end a run with a sentence.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/faults/tiny_world.h"
#include "tests/support/paths.h"
#include "tests/support/video_maker.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSchema = "\"schema\": \"asbench/result@1\"";

/// A world that was scored once, so that further runs compute nothing.
class Streams : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<TinyWorld>();
    const auto run = world_->score();
    ASSERT_EQ(run.exit_code, 0) << run.err;
    sound_ = world_->numbers();
  }
  static void TearDownTestSuite() { world_.reset(); }

  /// The shell's words for `score --out OUT`, at most 20 seconds.
  static std::string score_to(const std::string& out) {
    return "timeout 20 " + quoted(asbench_program(), world_->arguments({{"--out", out}}));
  }
  static bool has_document(const fs::path& file) {
    return read_text_file(file).find(kSchema) != std::string::npos;
  }
  static fs::path at(const std::string& name) { return world_->root() / name; }

  static std::unique_ptr<TinyWorld> world_;
  static Json sound_;
};
std::unique_ptr<TinyWorld> Streams::world_;
Json Streams::sound_;

TEST_F(Streams, OutToTheNullDeviceWorksAndLeavesItADevice) {
  const auto run = run_in_shell(score_to("/dev/null"));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_FALSE(fs::exists("/dev/null.frames"));
}

TEST_F(Streams, OutToStdoutGivesTheDocumentAndNothingElse) {
  const auto to_file = run_in_shell(score_to("/dev/stdout"));
  EXPECT_EQ(to_file.exit_code, 0) << to_file.err;
  Json document = parse_json(to_file.out, "stdout");
  document.erase("provenance");
  EXPECT_EQ(document, sound_);
  const auto to_pipe = run_in_shell(score_to("/dev/stdout") + " | cat");
  EXPECT_NE(to_pipe.out.find(kSchema), std::string::npos);
}

TEST_F(Streams, OutToAFifoWritesToItsReaderAndRefusesOneWithout) {
  const fs::path fifo = at("fifo.json");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const auto alone = run_in_shell(score_to(fifo));
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_NE(alone.err.find("fifo.json: a FIFO or device that no program reads"), std::string::npos)
      << alone.err;
  // The shell's 3 keeps a reader until the end, so that no moment is without.
  const auto read = run_in_shell(
      fmt::format("exec 3<>'{0}'; {1} & run=$!; head -c 40 <'{0}'; cat <&3 >/dev/null & cat=$!; "
                  "wait $run; code=$?; kill $cat; exit $code",
                  fifo.string(), score_to(fifo) + " >/dev/null"));
  EXPECT_EQ(read.exit_code, 0) << read.err;
  EXPECT_NE(read.out.find("\"schema\""), std::string::npos) << read.out;
  EXPECT_TRUE(fs::is_fifo(fs::symlink_status(fifo)));
}

TEST_F(Streams, OutThroughALinkReplacesWhatItLeadsToAndKeepsTheLink) {
  write_file_atomically(at("target.json"), "old");
  fs::create_symlink("target.json", at("link.json"));
  ASSERT_EQ(run_in_shell(score_to(at("link.json")) + " --force").exit_code, 0);
  EXPECT_TRUE(fs::is_symlink(at("link.json")));
  EXPECT_TRUE(has_document(at("target.json")));

  fs::create_symlink("later.json", at("to-nothing.json"));
  ASSERT_EQ(run_in_shell(score_to(at("to-nothing.json"))).exit_code, 0);
  EXPECT_TRUE(fs::is_symlink(at("to-nothing.json")));
  EXPECT_TRUE(has_document(at("later.json")));

  fs::create_symlink("/dev/null", at("to-device.json"));
  ASSERT_EQ(run_in_shell(score_to(at("to-device.json"))).exit_code, 0);
  EXPECT_TRUE(fs::is_symlink(at("to-device.json")));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_FALSE(fs::exists(at("to-device.frames")));
}

TEST_F(Streams, OutToAFolderOrASocketIsRefusedAndChangesNothing) {
  fs::create_directory(at("folder.json"));
  const auto folder = run_in_shell(score_to(at("folder.json")));
  EXPECT_EQ(folder.exit_code, 2);
  EXPECT_NE(folder.err.find("this is a folder"), std::string::npos) << folder.err;

  const int handle = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = at("s.json");
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  std::copy(path.begin(), path.end(), address.sun_path);
  ASSERT_EQ(::bind(handle, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  const auto socket = run_in_shell(score_to(path));
  EXPECT_EQ(socket.exit_code, 2);
  EXPECT_NE(socket.err.find("a socket"), std::string::npos) << socket.err;
  EXPECT_TRUE(fs::is_socket(path));
  ::close(handle);
}

TEST_F(Streams, AnUnwritableStderrChangesNothingButTheSilence) {
  for (const std::string where : {"2>&-", "2>/dev/full", "2>&1 >/dev/null | true"}) {
    fs::remove(world_->result());
    fs::remove_all(world_->cache());
    const auto run = run_in_shell(score_to(world_->result()) + " " + where);
    EXPECT_EQ(run.exit_code, 0) << where << run.err;
    EXPECT_EQ(world_->numbers(), sound_) << where;
  }
}

TEST_F(Streams, AnUnwritableStdoutIsExitCodeTwoAndOneMessage) {
  const std::string program = "'" + asbench_program() + "' ";
  for (const std::string& command : {program + "metrics list", program + "--help",
                                     program + "--version", score_to(world_->result())}) {
    const auto full = run_in_shell(command + " >/dev/full");
    EXPECT_EQ(full.exit_code, 2) << command;
    EXPECT_NE(full.err.find("stdout can't be written: No space left on device"), std::string::npos)
        << full.err;
    EXPECT_EQ(full.err.find("written"), full.err.rfind("written")) << full.err;
    const auto closed = run_in_shell(command + " >&-");
    EXPECT_EQ(closed.exit_code, 2) << command;
    EXPECT_NE(closed.err.find("stdout can't be written"), std::string::npos) << closed.err;
    // `sleep` lets the reader go first.
    const auto unread = run_in_shell("{ sleep 0.3; " + command + "; echo $? >&2; } | true");
    EXPECT_NE(unread.err.find("stdout can't be written: Broken pipe"), std::string::npos)
        << unread.err;
    EXPECT_TRUE(unread.err.ends_with("\n2\n")) << unread.err;
  }
}

TEST_F(Streams, AStoreEntryThatIsAFolderAFifoOrHugeIsSetAsideAndComputedAgain) {
  ASSERT_EQ(world_->score().exit_code, 0);
  int number = 0;
  for (const auto& entry : fs::recursive_directory_iterator(world_->cache() / "objects")) {
    if (!entry.is_regular_file()) continue;
    const fs::path path = entry.path();
    if (number % 3 == 2) {
      fs::resize_file(path, std::uintmax_t{1} << 42);  // sparse
    } else {
      fs::remove(path);
      if (number % 3 == 0)
        fs::create_directory(path);
      else
        ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    }
    ++number;
  }
  ASSERT_GT(number, 3);
  const auto run = run_in_shell(score_to(world_->result()));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(world_->numbers(), sound_);
  EXPECT_NE(run.err.find("set aside"), std::string::npos) << run.err;
  EXPECT_FALSE(fs::is_empty(world_->cache() / "set-aside"));
}

TEST_F(Streams, WhatKilledRunsLeftBesideOutAndAmongThePicturesIsSwept) {
  ASSERT_EQ(world_->score().exit_code, 0);
  const fs::path pictures = at("r.frames");
  ASSERT_TRUE(fs::is_directory(pictures));
  // No process has this number: it is above the largest that Linux gives.
  const std::string dead = std::to_string((1 << 22) + 1);
  const auto hour_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  const std::vector<fs::path> left = {at(".r.json.7." + dead + ".tmp"),
                                      pictures / (".a.jpg.7." + dead + ".tmp")};
  const std::vector<fs::path> kept = {at(".r.json.8." + std::to_string(::getpid()) + ".tmp"),
                                      at(".mine.tmp"), at("r.json." + dead + ".tmp")};
  for (const auto& all : {left, kept}) {
    for (const auto& file : all) {
      write_file_atomically(file, "half");
      fs::last_write_time(file, hour_ago);
    }
  }
  const fs::path fresh = at(".r.json.9." + dead + ".tmp");
  write_file_atomically(fresh, "half");
  ASSERT_EQ(world_->score().exit_code, 0);
  for (const auto& file : left) EXPECT_FALSE(fs::exists(file)) << file;
  for (const auto& file : kept) EXPECT_TRUE(fs::exists(file)) << file;
  EXPECT_TRUE(fs::exists(fresh)) << "another machine may be writing it";
}

TEST_F(Streams, LimitsOfFilesAndMemoryEndARunWithASentence) {
  for (const std::string limit : {"-n 4", "-n 8", "-n 12", "-n 20", "-v 100000", "-v 400000",
                                  "-v 900000", "-v 1500000", "-v 2200000"}) {
    fs::remove_all(world_->cache());
    fs::remove(world_->result());
    const auto run =
        run_in_shell(fmt::format("ulimit {}; exec {}", limit, score_to(world_->result())));
    if (run.exit_code == 0) {
      EXPECT_EQ(world_->numbers(), sound_) << limit;
      continue;
    }
    // 125 to 127: not even the program could be started.
    EXPECT_TRUE(run.exit_code == 2 || (run.exit_code >= 125 && run.exit_code <= 127))
        << limit << ": " << run.exit_code << run.err;
    EXPECT_FALSE(run.err.empty()) << limit;
    EXPECT_EQ(run.err.find("internal error"), std::string::npos) << limit << run.err;
  }
}

/// What may not be read: it would wait, or never end.
struct Intruder {
  const char* name;
  void (*put)(const fs::path&);
};
const Intruder kIntruders[] = {
    {"FIFO", [](const fs::path& path) { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); }},
    {"device", [](const fs::path& path) { fs::create_symlink("/dev/zero", path); }}};

TEST(Intruders, InThePlaceOfAnInputAreRefusedBeforeTheyBlock) {
  for (const Intruder& intruder : kIntruders) {
    SCOPED_TRACE(intruder.name);
    const auto refused = [&](const TinyWorld& world, const std::string& words,
                             const std::map<std::string, std::string>& options = {}) {
      const auto run =
          run_in_shell("timeout 20 " + quoted(asbench_program(), world.arguments(options)));
      EXPECT_EQ(run.exit_code, 2) << run.err;
      EXPECT_NE(run.err.find(words), std::string::npos) << run.err;
    };
    {
      const TinyWorld world;
      fs::remove(world.video());
      intruder.put(world.video());
      refused(world, "not a regular file", {{"--missing", "fail"}});
    }
    {
      const TinyWorld world;
      fs::remove(world.outputs() / "cat/1/shot_02/frame_2.png");
      intruder.put(world.outputs() / "cat/1/shot_02/frame_2.png");
      const auto run = run_in_shell("timeout 20 " + quoted(asbench_program(), world.arguments()));
      EXPECT_TRUE(run.exit_code == 0 || run.exit_code == 2) << run.exit_code << run.err;
    }
    {
      const TinyWorld world;
      fs::remove(world.reference());
      intruder.put(world.reference());
      const auto run = run_in_shell(
          "timeout 20 " + quoted(asbench_program(), world.arguments({{"--missing", "fail"}})));
      EXPECT_NE(run.exit_code, 124) << "it waited";
    }
    {
      const TinyWorld world;
      fs::remove(world.split() / "cat.json");
      intruder.put(world.split() / "cat.json");
      refused(world, "not a split");
      refused(world, "not a regular file", {{"--split", world.split() / "cat.json"}});
    }
    {
      const TinyWorld world;
      intruder.put(world.root() / "results.json");
      const auto run = run_in_shell(
          "timeout 20 " + quoted(asbench_program(), {"report", world.root() / "results.json",
                                                     "--out", world.root() / "report"}));
      EXPECT_EQ(run.exit_code, 2) << run.err;
      EXPECT_NE(run.err.find("not a regular file"), std::string::npos) << run.err;
    }
  }
}

TEST(Generate, ThatHasNothingToWriteIsExitCodeTwo) {
  const TinyWorld world;
  write_json_file(world.split() / "cat.json",
                  {{"1", {{"captions", Json::array()}, {"audio", Json::array()}}}});
  const auto run = run_program(asbench_program(), {"generate", "--baseline", "noise", "--split",
                                                   world.split(), "--out", world.root() / "made"});
  EXPECT_EQ(run.exit_code, 2) << run.out;
  EXPECT_NE(run.err.find("the split is not complete"), std::string::npos) << run.err;
}

}  // namespace
}  // namespace asbench::testing
