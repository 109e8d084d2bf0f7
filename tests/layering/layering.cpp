#include "tests/layering/layering.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <optional>
#include <string_view>

namespace asbench::testing {
namespace fs = std::filesystem;
namespace {

/// The arrows of the picture: from a room to those that it may include. cli knows everybody.
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
    return include.quoted ? "quoted includes are written from the root and name a room" : "";
  }
  const auto& allowed = edges().at(from);
  if (to == from || std::find(allowed.begin(), allowed.end(), to) != allowed.end()) return {};
  return from + " -> " + to + " is no edge of the architecture";
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
  std::vector<fs::path> sources;
  for (const std::string& room : room_names()) {
    if (!fs::is_directory(root / room)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      const fs::path ending = entry.path().extension();
      if (entry.is_regular_file() && (ending == ".h" || ending == ".cpp")) {
        sources.push_back(entry.path());
      }
    }
  }
  std::sort(sources.begin(), sources.end());
  if (files_read != nullptr) *files_read = static_cast<int>(sources.size());

  std::vector<Violation> found;
  for (const fs::path& source : sources) {
    const std::string file = source.lexically_relative(root).generic_string();
    std::ifstream stream(source);
    std::string line;
    for (int number = 1; std::getline(stream, line); ++number) {
      const auto include = parse_include(line);
      if (!include) continue;
      std::string rule = broken_rule(file, *include);
      if (!rule.empty()) found.push_back({file, number, include->name, std::move(rule)});
    }
  }
  return found;
}

}  // namespace asbench::testing
