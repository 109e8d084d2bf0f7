#include "loaders/masks/box_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "core/hash.h"
#include "loaders/splits/find_file.h"
#include "loaders/text_file.h"

namespace asbench::loaders {
namespace {

constexpr std::size_t kLargestFile = 256ULL << 20;

/// [begin, end) of the pixels between two places, within 0 and `size`.
std::pair<int, int> span_of(double from, double length, int size) {
  const double most = size;
  const double begin = std::clamp(std::floor(from), 0.0, most);
  const double end = std::clamp(std::ceil(from + length), 0.0, most);
  return {static_cast<int>(begin), static_cast<int>(end)};
}

std::vector<BoxRow> read_rows(const std::filesystem::path& file) {
  const Text text = read_text(file, kLargestFile);
  return lower_case(file.extension().string()) == ".json"
             ? parse_box_json(text.utf8, file.string())
             : parse_box_table(text.utf8, file.string());
}

}  // namespace

std::optional<PixelBox> pixels_of(const DetectedBox& box, int frame_width, int frame_height) {
  if (box.width <= 0.0 || box.height <= 0.0) return std::nullopt;
  const auto [left, right] = span_of(box.x, box.width, frame_width);
  const auto [top, bottom] = span_of(box.y, box.height, frame_height);
  if (right <= left || bottom <= top) return std::nullopt;
  return PixelBox{left, top, right - left, bottom - top};
}

BoxSource::BoxSource(const std::filesystem::path& file, SubjectRoster roster)
    : roster_(std::move(roster)) {
  const std::vector<BoxRow> rows = read_rows(file);
  take(rows);
  if (shots_.empty()) {
    throw BadInput(fmt::format(
        "--boxes {}: no box for a shot of the split.{}\n  `asbench boxes template` writes the rows "
        "that are looked for.",
        file.string(), findings_.empty() ? "" : " " + findings_.front().detail));
  }
}

BoxSource::BoxSource(const std::vector<BoxRow>& rows, SubjectRoster roster)
    : roster_(std::move(roster)) {
  take(rows);
}

void BoxSource::take(const std::vector<BoxRow>& rows) {
  std::set<std::tuple<std::string, int, std::string>> strangers;
  for (const BoxRow& row : rows) {
    const SubjectShot* const shot = roster_.find(row.story, row.shot);
    const auto character =
        shot == nullptr ? std::nullopt : SubjectRoster::character_of(*shot, row.character);
    if (!character) {
      if (strangers.emplace(row.story, row.shot, row.character).second)
        findings_.push_back(roster_.stranger(row.where, row.story, row.shot, row.character));
      continue;
    }
    auto& boxes = shots_[{shot->story, shot->shot}][*character][row.frame];
    if (row.box)
      boxes.insert(std::upper_bound(boxes.begin(), boxes.end(), *row.box, std::less<>{}), *row.box);
  }
}

BoxSource::Answer BoxSource::find(const SubjectKey& key, int width, int height) const {
  const auto shot = shots_.find(ShotKey{key.story, key.shot});
  if (shot == shots_.end()) return {};
  Answer answer{SubjectState::undetected, {}};
  const auto character = shot->second.find(key.character);
  if (character == shot->second.end()) return answer;
  const auto boxes = character->second.find(key.frame);
  if (boxes == character->second.end()) return answer;
  for (const DetectedBox& box : boxes->second) {
    const auto pixels = pixels_of(box, width, height);
    if (pixels && pixels->area() > answer.box.area()) answer = {SubjectState::given, *pixels};
  }
  return answer;
}

std::vector<int> BoxSource::frames_of(const std::string& story, int shot) const {
  std::set<int> frames;
  if (const auto there = shots_.find(ShotKey{story, shot}); there != shots_.end()) {
    for (const auto& [character, given] : there->second) {
      for (const auto& [frame, boxes] : given) frames.insert(frame);
    }
  }
  return {frames.begin(), frames.end()};
}

std::string BoxSource::sha256() const {
  Sha256 sum;
  sum.update("boxes");
  for (const auto& [shot, characters] : shots_) {
    for (const auto& [character, frames] : characters) {
      sum.update(fmt::format("\n{}\n{}\n{}\n", shot.story, shot.shot, character));
      for (const auto& [frame, boxes] : frames) {
        sum.update(fmt::format("{}:", frame));
        for (const DetectedBox& box : boxes)
          sum.update(fmt::format("{} {} {} {};", box.x, box.y, box.width, box.height));
      }
    }
  }
  return sum.hex_digest();
}

}  // namespace asbench::loaders
