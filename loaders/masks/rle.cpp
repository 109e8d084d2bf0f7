#include "loaders/masks/rle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

namespace asbench::loaders {
namespace {

// The compressed form: characters are groups of five bits.
constexpr int kFirstCharacter = 48;
constexpr int kLastCharacter = 111;
constexpr unsigned kDataBits = 5;
constexpr unsigned kDataMask = 0x1F;
constexpr unsigned kSignBit = 0x10;
constexpr unsigned kMoreBit = 0x20;
/// A run, or the difference of two, takes six groups at most: 2^26 pixels and a sign.
constexpr unsigned kMostGroups = 7;

void require_size(std::int64_t height, std::int64_t width) {
  if (height >= 1 && width >= 1 && height <= kMaxMaskSide && width <= kMaxMaskSide &&
      height * width <= kMaxMaskPixels)
    return;
  throw BadRunLengths(fmt::format("impossible mask size {}x{} (sides 1 to {}, at most {} pixels)",
                                  width, height, kMaxMaskSide, kMaxMaskPixels));
}

/// Takes run after run and holds them to the size.
class RunTaker {
 public:
  RunTaker(int height, int width) {
    require_size(height, width);
    made_.height = height;
    made_.width = width;
  }
  void reserve(std::size_t runs) { made_.runs.reserve(runs); }

  void take(std::int64_t run) {
    if (run < 0) {
      throw BadRunLengths(
          fmt::format("run {} is {}; runs are 0 or more", made_.runs.size() + 1, run));
    }
    sum_ += run;
    if (sum_ > made_.pixels()) {
      throw BadRunLengths(fmt::format("the first {} runs have more than the {} pixels of {}x{}",
                                      made_.runs.size() + 1, made_.pixels(), made_.width,
                                      made_.height));
    }
    made_.runs.push_back(static_cast<std::uint32_t>(run));
  }
  /// The run two places earlier, which the compressed form refers to.
  [[nodiscard]] std::int64_t two_before() const { return made_.runs[made_.runs.size() - 2]; }
  [[nodiscard]] bool refers_back() const { return made_.runs.size() > 2; }

  [[nodiscard]] RunLengths finish() {
    if (sum_ != made_.pixels()) {
      throw BadRunLengths(fmt::format("the runs have {} pixels; {}x{} are {}", sum_, made_.width,
                                      made_.height, made_.pixels()));
    }
    return std::move(made_);
  }

 private:
  RunLengths made_;
  std::int64_t sum_ = 0;
};

/// A size of JSON as a number that fits, else 0: what require_size() then refuses.
int side_of(const Json& side) {
  if (!side.is_number_integer()) return 0;
  const auto value = side.get<std::int64_t>();
  return value >= 1 && value <= kMaxMaskSide ? static_cast<int>(value) : 0;
}

}  // namespace

std::int64_t Mask::area() const {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

std::int64_t RunLengths::area() const {
  std::int64_t sum = 0;
  for (std::size_t i = 1; i < runs.size(); i += 2) sum += runs[i];
  return sum;
}

bool is_mask_placeholder(std::string_view counts) {
  return std::any_of(counts.begin(), counts.end(), [](char c) {
    return c == ' ' || static_cast<unsigned char>(c) > kLastCharacter;
  });
}

RunLengths parse_compressed_runs(int height, int width, std::string_view counts) {
  RunTaker taker(height, width);
  for (std::size_t at = 0; at < counts.size();) {
    std::uint64_t bits = 0;
    unsigned shift = 0;
    unsigned group = kMoreBit;
    while ((group & kMoreBit) != 0) {
      if (at == counts.size() || shift == kDataBits * kMostGroups) {
        throw BadRunLengths(
            at == counts.size()
                ? "the text ends inside a number"
                : fmt::format("a number before character {} is too large for any mask", at + 1));
      }
      const int code = static_cast<unsigned char>(counts[at]);
      if (code < kFirstCharacter || code > kLastCharacter) {
        throw BadRunLengths(fmt::format("character {} has the code {}; expected {} to {}", at + 1,
                                        code, kFirstCharacter, kLastCharacter));
      }
      ++at;
      group = static_cast<unsigned>(code - kFirstCharacter);
      bits |= std::uint64_t{group & kDataMask} << shift;
      shift += kDataBits;
    }
    auto value = static_cast<std::int64_t>(bits);
    if ((group & kSignBit) != 0) value -= std::int64_t{1} << shift;
    taker.take(taker.refers_back() ? value + taker.two_before() : value);
  }
  return taker.finish();
}

RunLengths parse_plain_runs(int height, int width, std::span<const std::int64_t> counts) {
  RunTaker taker(height, width);
  taker.reserve(counts.size());
  for (const std::int64_t run : counts) taker.take(run);
  return taker.finish();
}

RunLengths parse_json_runs(const Json& mask) {
  if (!mask.is_object() || !mask.contains("size") || !mask.contains("counts"))
    throw BadRunLengths("expected {\"size\": [height, width], \"counts\": text or list}");
  const Json& size = mask.at("size");
  if (!size.is_array() || size.size() != 2) throw BadRunLengths("the size is not [height, width]");
  const int height = side_of(size[0]);
  const int width = side_of(size[1]);
  require_size(height, width);
  const Json& counts = mask.at("counts");
  if (counts.is_string()) {
    const auto& text = counts.get_ref<const std::string&>();
    if (is_mask_placeholder(text))
      throw BadRunLengths("the counts are a text in the place of a mask");
    return parse_compressed_runs(height, width, text);
  }
  if (!counts.is_array()) throw BadRunLengths("the counts are neither a text nor a list");
  RunTaker taker(height, width);
  taker.reserve(counts.size());
  for (const Json& run : counts) {
    if (!run.is_number_integer()) throw BadRunLengths("a run of the list is not a whole number");
    // A whole number beyond 63 bits comes back as one below 0, which is refused.
    taker.take(run.get<std::int64_t>());
  }
  return taker.finish();
}

std::string compressed_runs(const RunLengths& runs) {
  std::string text;
  for (std::size_t i = 0; i < runs.runs.size(); ++i) {
    std::int64_t value = runs.runs[i];
    if (i > 2) value -= runs.runs[i - 2];
    while (true) {
      const auto data = static_cast<unsigned>(value) & kDataMask;
      value >>= kDataBits;  // towards minus infinity, so that the sign stays
      const bool more = (data & kSignBit) != 0 ? value != -1 : value != 0;
      text += static_cast<char>(kFirstCharacter + static_cast<int>(more ? data | kMoreBit : data));
      if (!more) break;
    }
  }
  return text;
}

Json runs_to_json(const RunLengths& runs) {
  return {{"size", {runs.height, runs.width}}, {"counts", compressed_runs(runs)}};
}

/// Note [Rows out of columns]
/// Runs go down the columns, pictures along the rows. Filling columns would touch a new cache line
/// for every pixel. So only the places are marked where a column changes its value, counted from 0
/// above its first row, and each row is then the row above, changed where it is marked: one pass
/// over the mask along its rows.
Mask decode_runs(const RunLengths& runs) {
  require_size(runs.height, runs.width);
  Mask mask;
  mask.height = runs.height;
  mask.width = runs.width;
  const auto width = static_cast<std::size_t>(runs.width);
  const auto height = static_cast<std::size_t>(runs.height);
  mask.values.resize(width * height);
  std::uint8_t* const values = mask.values.data();
  std::size_t begin = 0;  // of the run, counted down the columns
  bool is_subject = false;
  for (const std::uint32_t run : runs.runs) {
    const std::size_t end = begin + run;
    if (end > width * height) throw InternalError("run lengths beyond the mask");
    if (is_subject && run > 0) {
      const std::size_t first = begin / height;
      const std::size_t last = (end - 1) / height;
      values[begin % height * width + first] ^= 1;
      for (std::size_t column = first + 1; column <= last; ++column) values[column] ^= 1;
      const std::size_t row = end - last * height;
      if (row < height) values[row * width + last] ^= 1;
    }
    begin = end;
    is_subject = !is_subject;
  }
  if (begin != width * height) throw InternalError("run lengths short of the mask");
  for (std::size_t y = 1; y < height; ++y) {
    const std::uint8_t* const above = values + (y - 1) * width;
    std::uint8_t* const here = values + y * width;
    for (std::size_t x = 0; x < width; ++x) here[x] ^= above[x];
  }
  return mask;
}

RunLengths encode_mask(const Mask& mask) {
  require_size(mask.height, mask.width);
  const auto width = static_cast<std::size_t>(mask.width);
  const auto height = static_cast<std::size_t>(mask.height);
  if (mask.values.size() != width * height ||
      std::any_of(mask.values.begin(), mask.values.end(), [](auto value) { return value > 1; }))
    throw InternalError("a mask that is not height * width zeros and ones");
  // By column, the rows in which it changes; found along the rows, as Note [Rows out of columns].
  std::vector<std::vector<std::uint32_t>> changes(width);
  const std::vector<std::uint8_t> nothing(width, 0);
  for (std::size_t y = 0; y < height; ++y) {
    const std::uint8_t* const here = mask.values.data() + y * width;
    const std::uint8_t* const above = y == 0 ? nothing.data() : here - width;
    if (std::memcmp(here, above, width) == 0) continue;
    for (std::size_t x = 0; x < width; ++x) {
      if (here[x] != above[x]) changes[x].push_back(static_cast<std::uint32_t>(y));
    }
  }
  RunLengths made{mask.height, mask.width, {}};
  std::uint64_t begin = 0;  // of the run that is open, counted down the columns
  bool is_subject = false;
  const auto turn_at = [&](std::uint64_t place) {
    made.runs.push_back(static_cast<std::uint32_t>(place - begin));
    begin = place;
    is_subject = !is_subject;
  };
  for (std::size_t x = 0; x < width; ++x) {
    const std::uint64_t top = static_cast<std::uint64_t>(x) * height;
    // A column's changes are counted from 0 above it.
    const bool starts_as_subject = !changes[x].empty() && changes[x].front() == 0;
    if (starts_as_subject != is_subject) turn_at(top);
    for (const std::uint32_t y : changes[x]) {
      if (y > 0) turn_at(top + y);
    }
  }
  turn_at(static_cast<std::uint64_t>(width) * height);
  return made;
}

}  // namespace asbench::loaders
