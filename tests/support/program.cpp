#include "tests/support/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "core/error.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

pid_t start(const std::string& program, const std::vector<std::string>& arguments,
            const std::string& out, const std::string& err) {
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw InternalError("fork failed");
  if (child == 0) {
    const int out_file = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    const int err_file = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ::dup2(out_file, STDOUT_FILENO);
    ::dup2(err_file, STDERR_FILENO);
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
  return child;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// Of a program that has ended. `folder` has what it printed, in `out` and `err`.
ProgramResult result_of(int status, const TemporaryFolder& folder) {
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content(folder / "out"),
          content(folder / "err")};
}

/// Waits for its end.
ProgramResult ended(pid_t child, const TemporaryFolder& folder) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return result_of(status, folder);
}

}  // namespace

ProgramResult run_program(const std::string& program, const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  const pid_t child = start(program, arguments, folder / "out", folder / "err");
  return ended(child, folder);
}

ProgramResult run_and_interrupt(const std::string& program,
                                const std::vector<std::string>& arguments, int milliseconds) {
  const TemporaryFolder folder;
  const pid_t child = start(program, arguments, folder / "out", folder / "err");
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  ::kill(
      child,
      SIGINT);  // no harm if it has ended: it is not waited for yet, so its number is still its own
  return ended(child, folder);
}

StoppedProgram run_and_stop(const std::string& program, const std::vector<std::string>& arguments,
                            int signal, const std::function<bool()>& ready) {
  constexpr auto kMost = std::chrono::minutes(2);
  const TemporaryFolder folder;
  const pid_t child = start(program, arguments, folder / "out", folder / "err");
  const auto begin = std::chrono::steady_clock::now();
  while (!ready()) {
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) == child) return {result_of(status, folder), false};
    if (std::chrono::steady_clock::now() - begin > kMost) {
      ::kill(child, SIGKILL);
      return {ended(child, folder), false};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ::kill(child, signal);
  return {ended(child, folder), true};
}

bool run_and_kill(const std::string& program, const std::vector<std::string>& arguments,
                  int milliseconds) {
  const pid_t child = start(program, arguments, "/dev/null", "/dev/null");
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  int status = 0;
  const bool ended = ::waitpid(child, &status, WNOHANG) == child;
  if (!ended) {
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
  }
  return ended;
}

}  // namespace asbench::testing
