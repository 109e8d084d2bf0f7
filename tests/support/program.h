#pragma once

#include <functional>
#include <string>
#include <vector>

namespace asbench::testing {

/// What a program left behind: exit code (128 + signal when it was killed), stdout, stderr.
struct ProgramResult {
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// Runs a program to its end. @param program  a path; no shell is involved.
[[nodiscard]] ProgramResult run_program(const std::string& program,
                                        const std::vector<std::string>& arguments);

/// Starts a program and kills it (SIGKILL) after `milliseconds`. @returns true when it had ended by
/// itself before.
bool run_and_kill(const std::string& program, const std::vector<std::string>& arguments,
                  int milliseconds);

/// Starts a program, sends SIGINT after `milliseconds`, and waits for its end.
[[nodiscard]] ProgramResult run_and_interrupt(const std::string& program,
                                              const std::vector<std::string>& arguments,
                                              int milliseconds);

/// A program that is stopped at a state, not at a time.
struct StoppedProgram {
  ProgramResult result;
  bool stopped = false;  ///< false: it ended before `ready` was true
};

/// Starts a program, sends it `signal` as soon as `ready` is true, and waits for its end. `ready`
/// is asked every few milliseconds; after two minutes without it the program is killed.
[[nodiscard]] StoppedProgram run_and_stop(const std::string& program,
                                          const std::vector<std::string>& arguments, int signal,
                                          const std::function<bool()>& ready);

}  // namespace asbench::testing
