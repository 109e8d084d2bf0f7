#include "loaders/outputs/frame_folder_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <set>

#include "core/files.h"
#include "loaders/outputs/picture_size.h"
#include "loaders/splits/common.h"
#include "loaders/video/frame_folder.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamed = 3;      ///< gaps, strays, ... that a finding lists
constexpr std::size_t kDigitRuns = 4;  ///< of a name that are looked at, from its end
constexpr std::size_t kMostDigits = 18;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// A picture's name around one of its numbers: "frame_" 0012 ".png".
struct Numbered {
  std::string name;
  std::string rest;  ///< the name without the number and the ending
  std::string digits;
  std::uint64_t number = 0;
};

/// Reads the run of digits that is `which`-th from the end of the stem.
std::optional<Numbered> numbered(const fs::path& file, std::size_t which) {
  const std::string stem = file.stem().string();
  std::size_t end = stem.size();
  for (std::size_t run = 0;; ++run) {
    while (end > 0 && !is_digit(stem[end - 1])) --end;
    if (end == 0) return std::nullopt;
    std::size_t begin = end;
    while (begin > 0 && is_digit(stem[begin - 1])) --begin;
    if (run < which) {
      end = begin;
      continue;
    }
    if (end - begin > kMostDigits) return std::nullopt;
    Numbered result{file.filename().string(), stem.substr(0, begin) + "#" + stem.substr(end),
                    stem.substr(begin, end - begin), 0};
    std::from_chars(stem.data() + begin, stem.data() + end, result.number);
    return result;
  }
}

/// The frames of the most common name with different numbers, in order of their numbers.
std::vector<Numbered> main_series(const std::vector<fs::path>& pictures) {
  std::vector<Numbered> best;
  std::size_t best_numbers = 0;
  for (std::size_t which = 0; which < kDigitRuns; ++which) {
    std::map<std::string, std::vector<Numbered>> series;
    for (const fs::path& picture : pictures) {
      if (auto parts = numbered(picture, which)) series[parts->rest].push_back(std::move(*parts));
    }
    for (auto& [rest, members] : series) {
      std::set<std::uint64_t> numbers;
      for (const Numbered& member : members) numbers.insert(member.number);
      if (numbers.size() <= best_numbers) continue;
      best_numbers = numbers.size();
      best = std::move(members);
    }
  }
  std::stable_sort(best.begin(), best.end(),
                   [](const Numbered& a, const Numbered& b) { return a.number < b.number; });
  return best;
}

/// "a, b and 4 others".
std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < std::min(items.size(), kNamed); ++i)
    text += (i == 0 ? "" : ", ") + items[i];
  if (items.size() > kNamed) text += fmt::format(" and {} others", items.size() - kNamed);
  return text;
}

class Check {
 public:
  Check(const ShotKey& shot, const fs::path& folder) : shot_(shot), folder_(folder) {}

  Findings run() {
    std::vector<fs::path> pictures;
    std::vector<std::string> others;
    for (const auto& [path, kind] : list_folder(folder_)) {
      const std::string name = path.filename().string();
      if (name.starts_with('.')) continue;
      if (kind == FileKind::file && has_picture_ending(path))
        pictures.push_back(path);
      else
        others.push_back(kind == FileKind::folder ? name + "/" : name);
    }
    if (pictures.empty()) return {};
    std::sort(pictures.begin(), pictures.end(), [](const fs::path& a, const fs::path& b) {
      return natural_less(a.filename().string(), b.filename().string());
    });
    if (!others.empty()) {
      findings_.push_back(
          {"stray_file", shot_.story, shot_.shot, told("no frames, left out: " + listed(others))});
    }
    look_at_names(pictures);
    look_at_formats(pictures);
    look_at_sizes(pictures);
    return std::move(findings_);
  }

 private:
  std::string told(const std::string& what) const {
    return fmt::format("{}: {}", folder_.string(), what);
  }

  void look_at_names(const std::vector<fs::path>& pictures) {
    if (pictures.size() < 2) return;
    const auto series = main_series(pictures);
    if (series.size() * 2 <= pictures.size()) {
      findings_.push_back(
          {"frame_numbers", shot_.story, shot_.shot,
           told("the names of the frames have no common numbering; they are taken in natural order "
                "of their names, from " +
                pictures.front().filename().string() + " on")});
      return;
    }
    std::set<std::string> in_series;
    for (const Numbered& frame : series) in_series.insert(frame.name);
    std::vector<std::string> strays;
    for (const fs::path& picture : pictures) {
      if (!in_series.contains(picture.filename().string()))
        strays.push_back(picture.filename().string());
    }
    if (!strays.empty()) {
      findings_.push_back(
          {"stray_file", shot_.story, shot_.shot,
           told(fmt::format("the names don't fit the frames {} to {}, but they are "
                            "taken as frames: {}",
                            series.front().name, series.back().name, listed(strays)))});
    }
    look_at_numbers(series);
  }

  void look_at_numbers(const std::vector<Numbered>& series) {
    std::uint64_t step = UINT64_MAX;
    std::vector<std::string> repeats;
    for (std::size_t i = 1; i < series.size(); ++i) {
      const std::uint64_t difference = series[i].number - series[i - 1].number;
      if (difference > 0) {
        step = std::min(step, difference);
      } else if (fs::path(series[i].name).extension() == fs::path(series[i - 1].name).extension()) {
        repeats.push_back(fmt::format("{} and {}", series[i - 1].name, series[i].name));
      }
    }
    std::vector<std::string> gaps;
    std::uint64_t lost = 0;
    for (std::size_t i = 1; i < series.size() && step < UINT64_MAX; ++i) {
      const std::uint64_t missing = (series[i].number - series[i - 1].number) / step;
      if (missing < 2) continue;
      lost += missing - 1;
      gaps.push_back(fmt::format("between {} and {}", series[i - 1].name, series[i].name));
    }
    std::string what;
    if (!gaps.empty()) {
      what = fmt::format("a gap in the numbers: {} {} missing, {}", lost,
                         lost == 1 ? "frame is" : "frames are", listed(gaps));
    } else if (step > 1 && step < UINT64_MAX) {
      what = fmt::format("the numbers skip: they go up in steps of {}, from {} to {}", step,
                         series.front().name, series.back().name);
    }
    if (!repeats.empty()) {
      what += fmt::format("{}a number occurs twice: {}", what.empty() ? "" : "; ", listed(repeats));
    }
    if (!what.empty()) findings_.push_back({"frame_numbers", shot_.story, shot_.shot, told(what)});
  }

  void look_at_formats(const std::vector<fs::path>& pictures) {
    std::map<std::string, int> formats;
    for (const fs::path& picture : pictures) {
      std::string ending = picture.extension().string();
      std::transform(ending.begin(), ending.end(), ending.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
      ++formats[ending == ".jpeg" ? ".jpg" : ending];
    }
    if (formats.size() < 2) return;
    std::string text;
    for (const auto& [ending, count] : formats)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, ending);
    findings_.push_back({"mixed_frames", shot_.story, shot_.shot,
                         told(fmt::format("frames of several formats: {}; all {} are taken", text,
                                          pictures.size()))});
  }

  void look_at_sizes(const std::vector<fs::path>& pictures) {
    std::optional<std::pair<long, long>> first;
    for (const fs::path& picture : pictures) {
      const auto size = picture_size(picture);
      if (!size) continue;
      if (!first) first = size;
      // Lying down and upright: an orientation tag may make them one size; decoding tells.
      if (size == first || *size == std::pair(first->second, first->first)) continue;
      findings_.push_back(
          {"mixed_frame_sizes", shot_.story, shot_.shot,
           told(fmt::format("{} has {}x{} pixels, {} has {}x{}",
                            pictures.front().filename().string(), first->first, first->second,
                            picture.filename().string(), size->first, size->second))});
      return;
    }
  }

  const ShotKey& shot_;
  const fs::path& folder_;
  Findings findings_;
};

}  // namespace

Findings frame_folder_findings(const ShotKey& shot, const fs::path& folder) {
  return Check(shot, folder).run();
}

void check_frame_folders(Outputs& outputs) {
  std::vector<ShotKey> broken;
  for (const auto& [key, source] : outputs.shots) {
    if (source.kind != ShotSource::Kind::frame_folder) continue;
    for (Finding& finding : frame_folder_findings(key, source.path)) {
      if (finding.kind == "mixed_frame_sizes") broken.push_back(key);
      outputs.findings.push_back(std::move(finding));
    }
  }
  for (const ShotKey& key : broken) outputs.shots.erase(key);
}

}  // namespace asbench::loaders
