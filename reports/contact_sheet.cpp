// The one file of reports/ that draws pixels: a small library of its own (asbench::contact_sheets),
// so that the others need no OpenCV.
#include "reports/contact_sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <set>

#include "core/error.h"
#include "core/json.h"
#include "document/pictures.h"
#include "reports/leaderboard/mark_controls.h"

namespace asbench::reports {
namespace {

constexpr int kWidth = 144, kHeight = 96, kGap = 6;  ///< of one picture
constexpr int kTextWidth = 420;
constexpr int kHead = 34;
const cv::Scalar kPaper(250, 248, 246), kInk(48, 37, 27), kMuted(114, 102, 90),
    kAccent(178, 111, 44);

struct ShotPlace {
  double value = 0.0;
  const document::ResultStory* story = nullptr;
  const document::ResultShot* shot = nullptr;
};

std::vector<ShotPlace> shots_by(const document::Result& result, const std::string& metric) {
  std::vector<ShotPlace> places;
  for (const auto& story : result.stories) {
    const auto found = story.metrics.find(metric);
    if (found == story.metrics.end() || found->second.shots.size() != story.shots.size()) continue;
    for (std::size_t i = 0; i < story.shots.size(); ++i) {
      const auto& value = found->second.shots[i].value;
      if (value && !story.shots[i].sha256.empty())
        places.push_back({*value, &story, &story.shots[i]});
    }
  }
  std::stable_sort(places.begin(), places.end(),
                   [](const ShotPlace& a, const ShotPlace& b) { return a.value < b.value; });
  return places;
}

/// Nothing for a picture that isn't there or isn't sound.
cv::Mat decoded(const Pictures& pictures, const std::string& name) {
  const auto bytes = pictures.find(name);
  if (!bytes) return {};
  try {
    return cv::imdecode(std::vector<unsigned char>(bytes->begin(), bytes->end()), cv::IMREAD_COLOR);
  } catch (const cv::Exception&) {
    return {};
  }
}

/// Puts the picture into its place at (x, y), centred, whole.
void place(cv::Mat& sheet, const cv::Mat& picture, int x, int y) {
  cv::rectangle(sheet, cv::Rect(x, y, kWidth, kHeight), cv::Scalar(0, 0, 0), cv::FILLED);
  const double scale = std::min(double{kWidth} / picture.cols, double{kHeight} / picture.rows);
  cv::Mat small;
  cv::resize(picture, small,
             cv::Size(std::clamp(static_cast<int>(picture.cols * scale), 1, kWidth),
                      std::clamp(static_cast<int>(picture.rows * scale), 1, kHeight)),
             0, 0, cv::INTER_AREA);
  small.copyTo(sheet(cv::Rect(x + (kWidth - small.cols) / 2, y + (kHeight - small.rows) / 2,
                              small.cols, small.rows)));
}

/// OpenCV's own letters are ASCII; every other character becomes one '?'.
std::string drawable(std::string_view text) {
  std::string ascii;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80)
      ascii += byte < 0x20 || byte == 0x7F ? ' ' : c;
    else if (byte >= 0xC0)
      ascii += '?';
  }
  return ascii;
}

void write(cv::Mat& sheet, const std::string& text, int x, int y, double size,
           const cv::Scalar& colour) {
  cv::putText(sheet, drawable(text), cv::Point(x, y), cv::FONT_HERSHEY_DUPLEX, size, colour, 1,
              cv::LINE_AA);
}

/// Breaks at spaces; what doesn't fit into `most` lines ends in "...".
std::vector<std::string> wrapped(const std::string& text, std::size_t width, std::size_t most) {
  std::vector<std::string> lines(1);
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, std::min(end - at, width));
    at += std::max<std::size_t>(word.size(), 1);
    if (at < text.size() && text[at] == ' ') ++at;
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) {
      if (lines.size() == most) {
        lines.back() += " ...";
        return lines;
      }
      lines.emplace_back();
    }
    lines.back() += (lines.back().empty() ? "" : " ") + word;
  }
  return lines;
}

std::string sheet_png(const document::Result& result, const std::string& heading,
                      const std::string& metric, const std::vector<ShotPlace>& shots,
                      const Pictures& pictures) {
  std::size_t most_frames = 1;
  for (const auto& place : shots)
    most_frames = std::max(most_frames, std::min<std::size_t>(place.shot->frames.size(), 8));
  const int columns = static_cast<int>(most_frames) + 1;
  const int text_x = kGap + columns * (kWidth + kGap) + kGap;
  const int rows = static_cast<int>(shots.size());
  cv::Mat sheet(kHead + rows * (kHeight + kGap) + kGap, text_x + kTextWidth, CV_8UC3, kPaper);
  write(sheet, fmt::format("{}: {} (reference | frames | caption)", result.system, heading), kGap,
        22, 0.52, kInk);
  int y = kHead;
  for (const auto& row : shots) {
    const auto references = result.references.find(row.story->ip);
    if (references != result.references.end() && !references->second.empty()) {
      if (const cv::Mat picture =
              decoded(pictures, document::reference_picture_name(references->second.front()));
          !picture.empty())
        place(sheet, picture, kGap, y);
    }
    for (std::size_t i = 0; i < std::min(row.shot->frames.size(), most_frames); ++i) {
      const cv::Mat picture = decoded(pictures, frame_picture_name(*row.shot, i));
      if (!picture.empty())
        place(sheet, picture, kGap + (static_cast<int>(i) + 1) * (kWidth + kGap), y);
    }
    write(sheet, fmt::format("{} {:.3f}", metric, row.value), text_x, y + 16, 0.48, kAccent);
    write(sheet, fmt::format("{}, shot {}", row.story->id, row.shot->number), text_x, y + 34, 0.38,
          kMuted);
    int line_y = y + 52;
    for (const auto& line : wrapped(drawable(row.shot->caption), 56, 3)) {
      write(sheet, line, text_x, line_y, 0.4, kInk);
      line_y += 17;
    }
    y += kHeight + kGap;
  }
  std::vector<unsigned char> png;
  cv::imencode(".png", sheet, png);
  return {png.begin(), png.end()};
}

std::string default_metric(const document::Result& result) {
  std::string first;
  for (const auto& metric : result.metrics) {
    if (metric.direction == document::ResultDirection::none || shots_by(result, metric.id).empty())
      continue;
    if (metric.description.leaderboard) return metric.id;
    if (first.empty()) first = metric.id;
  }
  return first;
}

std::string file_name_of(const std::string& system) {
  std::string name;
  for (const char c : system.substr(0, 80)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    name += plain ? c : '-';
  }
  return name.empty() || name.front() == '.' ? "_" + name : name;
}

}  // namespace

std::vector<ContactSheet> contact_sheets(const document::Result& result, const Pictures& pictures,
                                         const ContactSheetOptions& options) {
  std::vector<ContactSheet> sheets;
  const auto add = [&](const std::string& name, const std::string& heading,
                       const std::string& metric, const std::vector<ShotPlace>& ordered) {
    std::vector<ShotPlace> shots;
    for (const auto& place : ordered) {
      if (shots.size() == options.shots) break;
      if (!place.shot->frames.empty() && pictures.find(frame_picture_name(*place.shot, 0)))
        shots.push_back(place);
    }
    if (!shots.empty())
      sheets.push_back({name, sheet_png(result, heading, metric, shots, pictures)});
  };
  const std::string metric = options.metric.empty() ? default_metric(result) : options.metric;
  if (const auto* found = result.find_metric(metric)) {
    auto ordered = shots_by(result, metric);
    if (found->direction == document::ResultDirection::lower)
      std::reverse(ordered.begin(), ordered.end());
    add("worst", fmt::format("worst shots by {}", metric), metric, ordered);
    std::reverse(ordered.begin(), ordered.end());
    add("best", fmt::format("best shots by {}", metric), metric, ordered);
  }
  for (const auto& control : result.metrics) {
    const auto& limit = control.description.withholds_marks;
    if (!limit) continue;
    auto shots = shots_by(result, control.id);
    std::erase_if(shots, [&](const ShotPlace& place) { return !beyond(*limit, place.value); });
    if (limit->above) std::reverse(shots.begin(), shots.end());
    add(file_name_of(control.id),
        fmt::format("shots beyond the limit of {} ({})", control.id, control.description.title),
        control.id, shots);
  }
  return sheets;
}

std::vector<std::filesystem::path> stage_contact_sheets(StagedFiles& staged,
                                                        const std::filesystem::path& folder,
                                                        std::span<const document::Result> results,
                                                        const Pictures& pictures,
                                                        const ContactSheetOptions& options) {
  std::vector<std::filesystem::path> written;
  std::set<std::string> names;
  for (const auto& result : results) {
    std::string name = file_name_of(result.system);
    for (int i = 2; !names.insert(name).second; ++i)
      name = fmt::format("{}-{}", file_name_of(result.system), i);
    for (const auto& sheet : contact_sheets(result, pictures, options)) {
      written.push_back(folder / fmt::format("{}-{}.png", name, sheet.name));
      staged.write(written.back(), sheet.png);
    }
  }
  return written;
}

std::vector<std::filesystem::path> write_contact_sheets(const std::filesystem::path& folder,
                                                        std::span<const document::Result> results,
                                                        const Pictures& pictures,
                                                        const ContactSheetOptions& options) {
  StagedFiles staged;
  auto written = stage_contact_sheets(staged, folder, results, pictures, options);
  staged.commit();
  return written;
}

}  // namespace asbench::reports
