#include "tests/layering/layering.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string_view>

#include "tests/layering/strip_source.h"

namespace asbench::testing {
namespace fs = std::filesystem;
namespace {

/// The dependency order: each module with the modules that it may include. cli may include all.
const std::map<std::string, std::vector<std::string>>& edges() {
  static const std::map<std::string, std::vector<std::string>> all = {
      {"core", {}},
      {"metrics", {"core"}},
      {"loaders", {"core"}},
      {"models", {"core"}},
      {"document", {"core"}},
      {"reports", {"document", "core"}},
      {"features", {"models", "loaders", "core"}},
      {"evaluation", {"features", "metrics", "document", "loaders", "core"}},
      {"baselines", {"models", "loaders", "core"}},
      {"cli",
       {"evaluation", "features", "metrics", "document", "loaders", "models", "reports",
        "baselines", "core"}},
  };
  return all;
}

/// A kind of foreign header and the folders that must not see it.
struct Ban {
  std::string what;
  std::vector<std::string> headers;          ///< beginnings of included names
  std::vector<std::string> folders;          ///< beginnings of paths
  std::vector<std::string> exceptions = {};  ///< beginnings of paths below them that may
};

const std::vector<Ban>& bans() {
  static const std::vector<Ban> all = {
      {"no tensor library here",
       {"torch/", "ATen/", "c10/", "caffe2/"},
       {"core/", "document/", "loaders/", "metrics/", "reports/", "models/kernels/", "models/hub/",
        "models/preprocess/", "models/tokenizers/"}},
      // Contact sheets are pixels: one file, a library of its own, so that whoever links the other
      // reports gets no OpenCV.
      {"no OpenCV here",
       {"opencv2/", "opencv4/"},
       {"core/", "document/", "metrics/", "models/", "reports/"},
       {"reports/contact_sheet."}},
      // Setting text is one place (reports/figures/text_setter.h), so that whoever links the other
      // reports gets no Pango.
      {"no Pango or cairo here",
       {"pango/", "cairo", "fontconfig/"},
       {"core/", "document/", "metrics/", "models/", "loaders/", "features/", "evaluation/",
        "reports/", "baselines/", "cli/"},
       {"reports/figures/"}},
      {"metrics see no files", {"filesystem", "fstream", "cstdio"}, {"metrics/"}},
  };
  return all;
}

struct Include {
  std::string name;
  bool quoted = false;
};

/// The header that a line includes, if it is an include line.
std::optional<Include> parse_include(std::string_view line) {
  const auto skip_spaces = [&] {
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.front())) != 0) {
      line.remove_prefix(1);
    }
  };
  skip_spaces();
  if (!line.starts_with('#')) return {};
  line.remove_prefix(1);
  skip_spaces();
  if (!line.starts_with("include")) return {};
  line.remove_prefix(7);
  skip_spaces();
  if (line.empty() || (line.front() != '"' && line.front() != '<')) return {};
  const bool quoted = line.front() == '"';
  const auto end = line.find(quoted ? '"' : '>', 1);
  if (end == std::string_view::npos) return {};
  return Include{std::string(line.substr(1, end - 1)), quoted};
}

std::string first_folder(const std::string& path) {
  const auto slash = path.find('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

bool begins_with_one_of(const std::string& text, const std::vector<std::string>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](const std::string& beginning) { return text.starts_with(beginning); });
}

bool may_use(const std::string& from, const std::string& to) {
  const auto& allowed = edges().at(from);
  return to == from || std::find(allowed.begin(), allowed.end(), to) != allowed.end();
}

/// What is wrong with one include; empty when nothing is.
std::string broken_rule(const std::string& file, const Include& include) {
  for (const Ban& ban : bans()) {
    if (begins_with_one_of(file, ban.folders) && !begins_with_one_of(file, ban.exceptions) &&
        begins_with_one_of(include.name, ban.headers)) {
      return ban.what;
    }
  }
  const std::string from = first_folder(file);
  const std::string to = first_folder(include.name);
  if (!edges().contains(to)) {
    return include.quoted ? "quoted includes are written from the root and name a module" : "";
  }
  if (may_use(from, to)) return {};
  return from + " -> " + to + " is not in the dependency order";
}

/// The modules whose namespace a line names, once each: `models::x`, `asbench::models::x`,
/// `namespace asbench::models {`. `other::models::x` is somebody else's.
/// @param line  without comments and strings
std::set<std::string> rooms_named(const std::string& line) {
  if (line.find("::") == std::string::npos) return {};  // most lines; the patterns are slow
  static const std::vector<std::regex> patterns = [] {
    std::string rooms;
    for (const std::string& room : room_names()) rooms += (rooms.empty() ? "" : "|") + room;
    const std::string before = R"((?:^|[^\w:]))";
    std::vector<std::regex> all;
    all.emplace_back(before + R"((?:::\s*)?asbench\s*::\s*()" + rooms + R"()\b)");
    all.emplace_back(before + "(" + rooms + R"()\s*::)");
    return all;
  }();
  std::set<std::string> found;
  for (const std::regex& pattern : patterns) {
    for (std::sregex_iterator match(line.begin(), line.end(), pattern), end; match != end;
         ++match) {
      found.insert((*match)[1]);
    }
  }
  return found;
}

struct SourceFile {
  std::string name;                 ///< path from the root
  std::vector<std::string> lines;   ///< without comments and strings
  std::map<int, Include> includes;  ///< by line, 1-based
};

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

SourceFile read_source(const fs::path& root, const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  SourceFile file;
  file.name = path.lexically_relative(root).generic_string();
  file.lines = split_lines(strip_comments_and_strings(text));
  const std::vector<std::string> raw = split_lines(text);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    // A `#` inside a comment or a raw string is none.
    if (file.lines[i].find('#') == std::string::npos) continue;
    if (auto include = parse_include(raw[i])) {
      file.includes.emplace(static_cast<int>(i) + 1, std::move(*include));
    }
  }
  return file;
}

/// All .h and .cpp of the modules, sorted by name.
std::vector<SourceFile> read_sources(const fs::path& root) {
  std::vector<fs::path> paths;
  for (const std::string& room : room_names()) {
    if (!fs::is_directory(root / room)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      const fs::path ending = entry.path().extension();
      if (entry.is_regular_file() && (ending == ".h" || ending == ".cpp")) {
        paths.push_back(entry.path());
      }
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<SourceFile> sources;
  for (const fs::path& path : paths) sources.push_back(read_source(root, path));
  return sources;
}

std::set<std::string> included_rooms(const SourceFile& file) {
  std::set<std::string> rooms;
  for (const auto& [line, include] : file.includes) rooms.insert(first_folder(include.name));
  return rooms;
}

/// What breaks the rules of a file's includes and namespaces.
/// @param own_header  of a .cpp: the .h of the same name, which may include on its behalf
void check_file(const SourceFile& file, const SourceFile* own_header,
                std::vector<Violation>& found) {
  const std::string room = first_folder(file.name);
  for (const auto& [line, include] : file.includes) {
    std::string rule = broken_rule(file.name, include);
    if (!rule.empty()) {
      found.push_back({file.name, line, "includes " + include.name, std::move(rule)});
    }
  }
  std::set<std::string> included = included_rooms(file);
  if (own_header != nullptr) included.merge(included_rooms(*own_header));
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    for (const std::string& named : rooms_named(file.lines[i])) {
      const int line = static_cast<int>(i) + 1;
      if (!may_use(room, named)) {
        found.push_back({file.name, line, "uses " + named + "::",
                         room + " -> " + named + " is not in the dependency order"});
      } else if (named != room && !included.contains(named)) {
        found.push_back(
            {file.name, line, "uses " + named + "::",
             "no header of " + named + "/ is included, here or in the header of the same name"});
        included.insert(named);  // once per file
      }
    }
  }
}

}  // namespace

const std::vector<std::string>& room_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [room, targets] : edges()) all.push_back(room);
    return all;
  }();
  return names;
}

std::vector<Violation> find_violations(const fs::path& root, int* files_read) {
  const std::vector<SourceFile> sources = read_sources(root);
  if (files_read != nullptr) *files_read = static_cast<int>(sources.size());
  std::map<std::string, const SourceFile*> by_name;
  for (const SourceFile& source : sources) by_name.emplace(source.name, &source);

  std::vector<Violation> found;
  for (const SourceFile& source : sources) {
    const fs::path header = fs::path(source.name).replace_extension(".h");
    const auto own = by_name.find(header.generic_string());
    check_file(source, own == by_name.end() ? nullptr : own->second, found);
  }
  return found;
}

std::map<std::string, std::set<std::string>> users_of_core(const fs::path& root) {
  std::map<std::string, std::set<std::string>> users;
  const std::vector<SourceFile> sources = read_sources(root);
  for (const SourceFile& source : sources) {
    if (source.name.starts_with("core/") && source.name.ends_with(".h")) users[source.name];
  }
  for (const SourceFile& source : sources) {
    if (source.name.starts_with("core/")) continue;
    for (const auto& [line, include] : source.includes) {
      const auto header = users.find(include.name);
      if (header != users.end()) header->second.insert(first_folder(source.name));
    }
  }
  return users;
}

}  // namespace asbench::testing
