#pragma once

#include <concepts>
#include <filesystem>
#include <string>
#include <type_traits>

namespace asbench::loaders {

/// A path as its text. std::filesystem::path also keeps a list of its parts, which takes five times
/// the text's size: too much for the files of a large split. Converts to and from one.
class FilePath {
 public:
  FilePath() = default;
  /// What a std::filesystem::path can be made of.
  template <typename Path>
  requires std::constructible_from<std::filesystem::path, Path> &&
      (!std::same_as<std::remove_cvref_t<Path>, FilePath>)
          FilePath(const Path& path)  // NOLINT(google-explicit-constructor)
      : text_(std::filesystem::path(path).string()) {}

  operator std::filesystem::path() const { return text_; }  // NOLINT(google-explicit-constructor)

  [[nodiscard]] const std::string& string() const { return text_; }
  [[nodiscard]] const char* c_str() const { return text_.c_str(); }
  [[nodiscard]] std::filesystem::path filename() const { return path().filename(); }
  [[nodiscard]] std::filesystem::path path() const { return text_; }

  bool operator==(const FilePath&) const = default;
  bool operator==(const std::filesystem::path& other) const { return path() == other; }

 private:
  std::string text_;
};

}  // namespace asbench::loaders
