#include "core/stand_in.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "core/error.h"
#include "core/files.h"

namespace asbench {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// In lower case, without a byte order mark and white space at the front.
std::string plain(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const auto first = head.find_first_not_of(" \t\r\n");
  std::string text(first == std::string_view::npos ? std::string_view() : head.substr(first));
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool is_lfs_pointer(std::string_view head) {
  // The present address and the two that Git LFS had before its first release.
  constexpr std::array<std::string_view, 3> kFirstLines = {
      "version https://git-lfs.github.com/spec/", "version https://hawser.github.com/spec/",
      "version http://git-media.io/v/"};
  return std::any_of(kFirstLines.begin(), kFirstLines.end(),
                     [&](std::string_view line) { return head.starts_with(line); });
}

bool is_html(std::string_view text) {
  if (text.starts_with("<!doctype html") || text.starts_with("<html") ||
      text.starts_with("<head") || text.starts_with("<body"))
    return true;
  return (text.starts_with("<!--") || text.starts_with("<?xml")) &&
         (has(text, "<html") || has(text, "<!doctype html"));
}

}  // namespace

std::optional<std::string> stand_in_of(std::string_view head) {
  head = head.substr(0, kStandInBytes);
  if (is_lfs_pointer(head)) {
    return "a Git LFS pointer, not the file itself; run `git lfs pull` in its repository";
  }
  const std::string text = plain(head);
  if (text.starts_with("/annex/objects/")) {
    return "a git-annex pointer, not the file itself; run `git annex get` in its repository";
  }
  if (is_html(text)) {
    return "an HTML page, not the file itself; the download has failed, get the file again";
  }
  if (text.starts_with("<?xml") && has(text, "<error>")) {
    return "a file server's error message (XML), not the file itself; get the file again";
  }
  return std::nullopt;
}

void refuse_stand_in(const std::filesystem::path& file) {
  if (!is_file(file)) return;  // opening a pipe would wait
  std::string head(kStandInBytes, '\0');
  head.resize(InputFile(file).read(std::as_writable_bytes(std::span(head))));
  if (const auto other = stand_in_of(head))
    throw BadInput(fmt::format("{}: {}", file.string(), *other));
}

}  // namespace asbench
