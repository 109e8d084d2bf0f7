#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {

/// The smallest world that has everything: one IP with its reference, one story of two shots, a
/// video and a folder of frames. Scored with an encoder that comes with the program.
class TinyWorld {
 public:
  TinyWorld();

  [[nodiscard]] std::filesystem::path root() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path split() const { return root() / "split"; }
  [[nodiscard]] std::filesystem::path outputs() const { return root() / "outputs"; }
  [[nodiscard]] std::filesystem::path cache() const { return root() / "cache"; }
  [[nodiscard]] std::filesystem::path result() const { return root() / "r.json"; }
  [[nodiscard]] std::filesystem::path video() const { return outputs() / "cat/1/shot_01.mp4"; }
  [[nodiscard]] std::filesystem::path reference() const { return split() / "cat_ref.png"; }

  /// `score` with one thread for each purpose. @param more  takes the place of options of ours
  [[nodiscard]] std::vector<std::string> arguments(
      const std::map<std::string, std::string>& more = {}) const;
  [[nodiscard]] ProgramResult score(const std::map<std::string, std::string>& more = {}) const;
  /// The document of the last score() without what may differ between equal runs.
  [[nodiscard]] Json numbers() const;
  /// Removes store, result and pictures.
  void forget() const;

 private:
  TemporaryFolder folder_;
};

/// Runs a program with further environment variables. @param variables  "NAME=value"
[[nodiscard]] ProgramResult run_with(const std::vector<std::string>& variables,
                                     const std::string& program,
                                     const std::vector<std::string>& arguments);

/// Runs a line of a POSIX shell: for redirections and limits.
[[nodiscard]] ProgramResult run_in_shell(const std::string& line);

/// Words for a shell.
[[nodiscard]] std::string quoted(const std::string& program,
                                 const std::vector<std::string>& arguments);

}  // namespace asbench::testing
