// Tables of boxes, as CSV and as JSON: any bytes must give rows or a BadInput. Rows that were read
// must be usable: numbers in range, boxes finite, pixels within any frame. Links asbench::loaders.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "loaders/masks/box_source.h"
#include "loaders/text_file.h"

namespace {

using namespace asbench;
using namespace asbench::loaders;

void check(const std::vector<BoxRow>& rows) {
  std::vector<SubjectShot> shots;
  for (const BoxRow& row : rows) {
    if (row.story.empty() || row.shot < 1 || row.frame < 0) std::abort();
    if (row.box) {
      const DetectedBox& box = *row.box;
      if (!std::isfinite(box.x) || !std::isfinite(box.y) || !(box.width >= 0.0) ||
          !(box.height >= 0.0))
        std::abort();
      const auto pixels = pixels_of(box, 17, 9);
      if (pixels && (pixels->x < 0 || pixels->y < 0 || pixels->width < 1 || pixels->height < 1 ||
                     pixels->x + pixels->width > 17 || pixels->y + pixels->height > 9))
        std::abort();
    }
    if (shots.size() < 20) shots.push_back({row.story, row.shot, {row.character}});
  }
  const BoxSource boxes(rows, SubjectRoster(shots));
  if (boxes.sha256() != BoxSource(rows, SubjectRoster(shots)).sha256()) std::abort();
  for (const BoxRow& row : rows) {
    const auto answer = boxes.find({row.story, row.shot, row.frame, row.character}, 17, 9);
    if ((answer.state == SubjectState::given) != (answer.box.area() > 0)) std::abort();
  }
}

template <typename Parse>
void attempt(Parse parse) {
  try {
    check(parse());
  } catch (const BadInput&) {
    // the expected answer to most inputs
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  attempt([&] { return parse_box_json(text, "fuzz"); });
  attempt([&] { return parse_box_table(decode_text(text, "fuzz").utf8, "fuzz"); });
  // Most bytes are no header: the same with one, so that rows are reached.
  const std::string table = "story,shot,frame,character,x,y,w,h\n" + std::string(text);
  attempt([&] { return parse_box_table(decode_text(table, "fuzz").utf8, "fuzz"); });
  return 0;
}
