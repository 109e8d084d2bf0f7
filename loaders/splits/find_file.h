#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// Not for other modules.
namespace asbench::loaders {

/// A file that a folder form asks for.
struct WantedFile {
  std::string name;                       ///< "reference.png"
  std::vector<std::string> endings = {};  ///< as good as its own, lower case: ".jpg"
  /// What names begin with, in any case, that are worth showing when the file is not there; empty:
  /// the first three letters of `name`, and every picture where endings of pictures are given.
  std::string like = {};
};

struct FoundFile {
  std::optional<std::filesystem::path> file;  ///< nothing: none, or several
  std::string note;                           ///< not empty: a file of another name was taken
  std::string problem;  ///< why there is none, and which files are there in its place
};

/// Looks for the file by its name; where that is not there, for the only file whose name differs in
/// letter case or in one of the endings ("Reference.PNG", "reference.jpg"). Nothing else is ever
/// taken. @throws BadInput when the folder can't be listed.
[[nodiscard]] FoundFile find_file(const std::filesystem::path& folder, const WantedFile& wanted);

/// ASCII letters in lower case.
[[nodiscard]] std::string lower_case(std::string text);

}  // namespace asbench::loaders
