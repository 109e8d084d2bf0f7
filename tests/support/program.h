#pragma once

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

}  // namespace asbench::testing
