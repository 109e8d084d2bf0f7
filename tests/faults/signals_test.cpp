// ^C and TERM end a run within a second, whatever it is doing.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/faults/tiny_world.h"
#include "tests/support/paths.h"
#include "tests/support/video_maker.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// A second, and what a busy machine adds to it.
constexpr milliseconds kLongest{1500};

struct Ended {
  int code = 0;  ///< 128 + signal when it was killed
  milliseconds after{};
};

/// Starts a program without output, sends a signal after a while, waits for its end.
Ended run_and_signal(const std::vector<std::string>& arguments, int signal_number,
                     milliseconds moment) {
  const std::string program = asbench_program();
  std::vector<char*> words{const_cast<char*>(program.c_str())};
  for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(STDOUT_FILENO);
    ::close(STDERR_FILENO);
    ::execv(program.c_str(), words.data());
    ::_exit(127);
  }
  std::this_thread::sleep_for(moment);
  ::kill(child, signal_number);
  const auto sent = Clock::now();
  int status = 0;
  ::waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          std::chrono::duration_cast<milliseconds>(Clock::now() - sent)};
}

void expect_quick_end(const std::vector<std::string>& arguments) {
  int while_running = 0;
  for (const int moment : {100, 700, 1300, 2000, 3000}) {
    for (const int signal_number : {SIGINT, SIGTERM}) {
      const Ended end = run_and_signal(arguments, signal_number, milliseconds(moment));
      EXPECT_LT(end.after, kLongest) << "signal " << signal_number << " after " << moment << " ms";
      // 2, or killed by the signal before it was listened to.
      EXPECT_TRUE(end.code == 2 || end.code == 128 + signal_number) << end.code;
      while_running += end.code == 2 ? 1 : 0;
    }
  }
  EXPECT_GT(while_running, 0) << "no signal met a run";
}

TEST(Signals, EndARunThatDecodesALongClip) {
  const TinyWorld world;
  make_video(world.video(), {.frames = 3000, .width = 640, .height = 480, .seed = 1});
  expect_quick_end(world.arguments());
}

TEST(Signals, EndARunThatEncodesLargeBatches) {
  const TinyWorld world;
  make_video(world.video(), {.frames = 1500, .width = 64, .height = 48, .seed = 1});
  expect_quick_end(world.arguments({{"--frames", "all"}, {"--batch", "512"}}));
}

TEST(Signals, EndADownloadWhoseServerDoesNotAnswer) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ASSERT_EQ(::bind(server, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(::listen(server, 100), 0);  // takes connections, and says nothing
  ASSERT_EQ(::getsockname(server, reinterpret_cast<sockaddr*>(&address), &length), 0);
  const TemporaryFolder folder;
  expect_quick_end({"weights", "fetch", "openai/clip-vit-base-patch32", "--endpoint",
                    fmt::format("http://127.0.0.1:{}", ntohs(address.sin_port)), "--weights",
                    folder.path()});
  ::close(server);
}

}  // namespace
}  // namespace asbench::testing
