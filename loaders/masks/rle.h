#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"

namespace asbench::loaders {

/// Largest mask that is taken for one: beyond it, a size is damaged or hostile. Decoded it takes
/// 64 MiB.
inline constexpr int kMaxMaskSide = 16384;
inline constexpr std::int64_t kMaxMaskPixels = 1L << 26;

/// A mask: 1 where the subject is, else 0. Rows top to bottom without padding. Owns its values.
struct Mask {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> values;  ///< [height, width], 0 or 1

  [[nodiscard]] bool empty() const { return values.empty(); }
  [[nodiscard]] const std::uint8_t* row(int y) const {
    return values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
  [[nodiscard]] std::uint8_t* row(int y) {
    return values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
  /// Pixels of the subject.
  [[nodiscard]] std::int64_t area() const;
  bool operator==(const Mask&) const = default;
};

/// A mask as run lengths, as COCO defines them: down the columns, left to right, in turn 0 and 1,
/// beginning with 0. A value of this type is sound: runs add up to height * width.
struct RunLengths {
  int height = 0;
  int width = 0;
  std::vector<std::uint32_t> runs;

  [[nodiscard]] std::int64_t pixels() const { return static_cast<std::int64_t>(height) * width; }
  /// Pixels of the subject; nothing is decoded.
  [[nodiscard]] std::int64_t area() const;
  bool operator==(const RunLengths&) const = default;
};

/// Run lengths that are none: finding `bad_rle` where an annotation has them.
class BadRunLengths : public BadInput {
 public:
  using BadInput::BadInput;
};

/// Whether `counts` is no mask at all but a text in the place of one ("placeholder in case the file
/// is too large"): it has a space or a character beyond those of the compressed form.
[[nodiscard]] bool is_mask_placeholder(std::string_view counts);

/// Run lengths from COCO's compressed text (docs/design/dataset.md 4). Memory: four bytes for each
/// character of the text, whatever the size says.
/// @throws BadRunLengths: a size out of range, a character outside 48 to 111, a number that never
///   ends or is below 0, runs that do not add up to height * width.
[[nodiscard]] RunLengths parse_compressed_runs(int height, int width, std::string_view counts);

/// The same from plain numbers. @throws BadRunLengths.
[[nodiscard]] RunLengths parse_plain_runs(int height, int width,
                                          std::span<const std::int64_t> counts);

/// The same from JSON: {"size": [height, width], "counts": text or list}. @throws BadRunLengths
/// also for JSON of another shape.
[[nodiscard]] RunLengths parse_json_runs(const Json& mask);

/// COCO's compressed text, as pycocotools writes it.
[[nodiscard]] std::string compressed_runs(const RunLengths& runs);

/// {"size": [height, width], "counts": text}.
[[nodiscard]] Json runs_to_json(const RunLengths& runs);

/// The mask that the runs stand for. Cost: 0.1 ms for 1280 x 720. @throws InternalError when the
/// runs are not sound.
[[nodiscard]] Mask decode_runs(const RunLengths& runs);

/// The run lengths of a mask, as pycocotools gives them: no run of length 0 but for the first.
/// @throws InternalError when the values are not height * width zeros and ones.
[[nodiscard]] RunLengths encode_mask(const Mask& mask);

}  // namespace asbench::loaders
