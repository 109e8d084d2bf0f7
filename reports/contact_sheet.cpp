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
#include "reports/file_names.h"
#include "reports/leaderboard/mark_controls.h"
#include "reports/page/encoder_view.h"

namespace asbench::reports {
namespace {

constexpr int kWidth = 144, kHeight = 96, kGap = 6;  ///< of one picture
constexpr int kCaptionWidth = 420;
constexpr int kHead = 34;
const cv::Scalar kPaper(250, 248, 246, 255);  // blue, green, red, unused
constexpr Colour kInk{27, 37, 48}, kMuted{90, 102, 114}, kAccent{44, 111, 178};

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
  cv::cvtColor(small, small, cv::COLOR_BGR2BGRA);
  small.copyTo(sheet(cv::Rect(x + (kWidth - small.cols) / 2, y + (kHeight - small.rows) / 2,
                              small.cols, small.rows)));
}

/// One sheet while it is drawn. Text and pictures share its pixels: blue, green, red, unused.
class Sheet {
 public:
  Sheet(int rows, int columns, TextSetter& text)
      : text_x_(kGap + columns * (kWidth + kGap) + kGap),
        pixels_(kHead + rows * (kHeight + kGap) + kGap, text_x_ + kCaptionWidth, CV_8UC4, kPaper),
        text_(text) {}

  [[nodiscard]] int text_x() const { return text_x_; }
  [[nodiscard]] int text_width() const { return kCaptionWidth - kGap; }
  [[nodiscard]] int width() const { return pixels_.cols; }

  /// @param column  0: the reference's
  void put(const cv::Mat& picture, int column, int y) {
    if (!picture.empty()) place(pixels_, picture, kGap + column * (kWidth + kGap), y);
  }
  void write(const std::string& text, int x, int y, const TextStyle& style) {
    const auto stride = pixels_.step[0];
    const PixelRows rows{{pixels_.data, stride * static_cast<std::size_t>(pixels_.rows)},
                         pixels_.cols,
                         pixels_.rows,
                         stride};
    text_.draw(rows, text, x, y, style);
  }
  [[nodiscard]] std::string png() const {
    cv::Mat bgr;
    cv::cvtColor(pixels_, bgr, cv::COLOR_BGRA2BGR);
    std::vector<unsigned char> bytes;
    cv::imencode(".png", bgr, bytes);
    return {bytes.begin(), bytes.end()};
  }

 private:
  int text_x_;
  cv::Mat pixels_;
  TextSetter& text_;
};

std::string sheet_png(const document::Result& result, const std::string& heading,
                      const std::string& metric, const std::vector<ShotPlace>& shots,
                      const Pictures& pictures, TextSetter& text) {
  std::size_t most_frames = 1;
  for (const auto& place : shots)
    most_frames = std::max(most_frames, std::min<std::size_t>(place.shot->frames.size(), 8));
  Sheet sheet(static_cast<int>(shots.size()), static_cast<int>(most_frames) + 1, text);
  const auto line = [](double size, const Colour& colour, int width, int lines = 1) {
    return TextStyle{
        .size = size, .colour = colour, .width = static_cast<double>(width), .lines = lines};
  };
  sheet.write(fmt::format("{}: {} (reference | frames | caption)", result.system, heading), kGap, 7,
              line(15.0, kInk, sheet.width() - 2 * kGap));
  const auto* found = result.find_metric(metric);
  const std::string backdrop = found == nullptr ? "" : backdrop_of(result, *found);
  int y = kHead;
  for (const auto& row : shots) {
    const auto references = result.pictures_of(*row.story);
    if (!references.empty())
      sheet.put(decoded(pictures, reference_picture_name(pictures, references.front(), backdrop)),
                0, y);
    for (std::size_t i = 0; i < std::min(row.shot->frames.size(), most_frames); ++i)
      sheet.put(decoded(pictures, frame_picture_name(*row.shot, i)), static_cast<int>(i) + 1, y);
    const int width = sheet.text_width();
    sheet.write(fmt::format("{} {:.3f}", metric, row.value), sheet.text_x(), y + 1,
                line(13.0, kAccent, width));
    sheet.write(fmt::format("{}, shot {}", row.story->id, row.shot->number), sheet.text_x(), y + 19,
                line(11.5, kMuted, width));
    sheet.write(row.shot->caption, sheet.text_x(), y + 37, line(12.5, kInk, width, 4));
    y += kHeight + kGap;
  }
  return sheet.png();
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

}  // namespace

std::vector<ContactSheet> contact_sheets(const document::Result& result, const Pictures& pictures,
                                         TextSetter& text, const ContactSheetOptions& options) {
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
      sheets.push_back({name, sheet_png(result, heading, metric, shots, pictures, text)});
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
                                                        const Pictures& pictures, TextSetter& text,
                                                        const ContactSheetOptions& options) {
  std::vector<std::filesystem::path> written;
  std::set<std::string> names;
  for (const auto& result : results) {
    std::string name = file_name_of(result.system);
    for (int i = 2; !names.insert(name).second; ++i)
      name = fmt::format("{}-{}", file_name_of(result.system), i);
    for (const auto& sheet : contact_sheets(result, pictures, text, options)) {
      written.push_back(folder / fmt::format("{}-{}.png", name, sheet.name));
      staged.write(written.back(), sheet.png);
    }
  }
  return written;
}

std::vector<std::filesystem::path> write_contact_sheets(const std::filesystem::path& folder,
                                                        std::span<const document::Result> results,
                                                        const Pictures& pictures, TextSetter& text,
                                                        const ContactSheetOptions& options) {
  StagedFiles staged;
  auto written = stage_contact_sheets(staged, folder, results, pictures, text, options);
  staged.commit();
  return written;
}

}  // namespace asbench::reports
