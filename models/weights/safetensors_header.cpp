#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "models/weights/safetensors.h"

namespace asbench::models {
namespace {

/// Reads the header without building a JSON tree: every limit is checked as the text goes by.
///
/// Levels: 1 the header, 2 a tensor's entry or `__metadata__`, 3 the arrays `shape` and
/// `data_offsets`. The format has no deeper levels.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderReader(SafetensorsHeader& header) : header_(header) {}

  std::string problem;

  bool null() override { return unexpected("null"); }
  bool boolean(bool) override { return unexpected("a truth value"); }
  bool number_integer(number_integer_t value) override {
    return unexpected(fmt::format("the number {}", value));
  }
  bool number_float(number_float_t, const string_t& text) override {
    return unexpected(fmt::format("the number {}", text));
  }
  bool binary(binary_t&) override { return unexpected("binary data"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (level_ != 3) return unexpected(fmt::format("the number {}", value));
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return fail(fmt::format("{} in {} is out of range", value, field_));
    }
    numbers_.push_back(static_cast<std::int64_t>(value));
    const std::size_t limit = field_ == "shape" ? kMaxRank : 2;
    if (numbers_.size() <= limit) return true;
    return fail(field_ == "shape" ? fmt::format("more than {} axes", kMaxRank)
                                  : std::string("data_offsets has more than two numbers"));
  }

  bool string(string_t& text) override {
    if (level_ == 2 && in_metadata_) {
      header_.metadata[field_] = text;
      return true;
    }
    if (level_ != 2 || field_ != "dtype") return unexpected("a text");
    const auto dtype = parse_dtype(text);
    if (!dtype) {
      return fail(
          fmt::format("the type {:?} is not supported (F64, F32, F16, BF16, I64, I32, I16, I8, U8 "
                      "and BOOL are)",
                      text.substr(0, 40)));
    }
    entry_.dtype = *dtype;
    return true;
  }

  bool start_object(std::size_t) override {
    if (level_ >= 2) return unexpected("an object");
    ++level_;
    if (level_ == 2) {
      in_metadata_ = name_ == "__metadata__";
      entry_ = {};
      seen_.clear();
    }
    return true;
  }

  bool end_object() override {
    if (level_-- == 2 && !in_metadata_) {
      for (const char* const field : {"dtype", "shape", "data_offsets"}) {
        if (!seen_.contains(field)) return fail(fmt::format("{} is missing", field));
      }
      header_.entries.emplace(name_, entry_);
    }
    return true;
  }

  bool start_array(std::size_t) override {
    if (level_ != 2 || in_metadata_ || (field_ != "shape" && field_ != "data_offsets")) {
      return unexpected("an array");
    }
    ++level_;
    numbers_.clear();
    return true;
  }

  bool end_array() override {
    --level_;
    if (field_ == "shape") {
      entry_.shape = numbers_;
      return true;
    }
    if (numbers_.size() != 2) return fail("data_offsets needs two numbers");
    if (numbers_[1] < numbers_[0]) return fail("data_offsets ends before it begins");
    entry_.begin = static_cast<std::size_t>(numbers_[0]);
    entry_.end = static_cast<std::size_t>(numbers_[1]);
    return true;
  }

  bool key(string_t& text) override {
    if (text.size() > kMaxNameBytes) {
      problem = fmt::format("a name of {} bytes; {} are allowed", text.size(), kMaxNameBytes);
      return false;
    }
    if (level_ == 1) {
      name_ = text;
      field_.clear();
      if (!names_.insert(text).second) return fail("occurs twice");
      if (header_.entries.size() < kMaxTensors || text == "__metadata__") return true;
      problem = fmt::format("more than {} tensors", kMaxTensors);
      return false;
    }
    field_ = text;
    if (!seen_.insert(text).second) return fail(fmt::format("{:?} occurs twice", text));
    if (in_metadata_ || text == "dtype" || text == "shape" || text == "data_offsets") return true;
    return fail(fmt::format("unknown field {:?}", text));
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    problem = fmt::format("not valid UTF-8 JSON near byte {}", position);
    return false;
  }

 private:
  bool fail(std::string_view what) {
    problem = fmt::format("tensor {:?}: {}", name_, what);
    return false;
  }
  bool unexpected(std::string_view what) {
    if (level_ == 0) {
      problem = fmt::format("{} where an object was expected", what);
      return false;
    }
    const std::string_view expected = level_ == 1         ? "an object"
                                      : in_metadata_      ? "a text"
                                      : field_ == "dtype" ? "the name of a type"
                                      : level_ == 2       ? "an array"
                                                          : "an unsigned integer";
    const std::string place = field_.empty() ? "" : fmt::format(" in {:?}", field_);
    return fail(fmt::format("{} where {} was expected{}", what, expected, place));
  }

  SafetensorsHeader& header_;
  int level_ = 0;
  bool in_metadata_ = false;
  std::string name_;
  std::string field_;
  SafetensorsEntry entry_;
  std::vector<std::int64_t> numbers_;
  std::set<std::string> names_;
  std::set<std::string> seen_;
};

/// The intervals must tile the data exactly, whatever order the header lists them in.
void check_intervals(const SafetensorsHeader& header, std::size_t data_size,
                     std::string_view where) {
  struct Interval {
    std::size_t begin;
    std::size_t end;
    const std::string* name;
  };
  std::vector<Interval> intervals;
  intervals.reserve(header.entries.size());
  for (const auto& [name, entry] : header.entries) {
    const auto bytes = dense_bytes(entry.dtype, entry.shape);
    if (!bytes) {
      throw BadInput(fmt::format("{}: tensor {:?}: the size of its shape [{}] overflows", where,
                                 name, fmt::join(entry.shape, ", ")));
    }
    if (*bytes != entry.end - entry.begin) {
      throw BadInput(fmt::format(
          "{}: tensor {:?}: {} [{}] takes {} bytes, its data_offsets span {}", where, name,
          dtype_name(entry.dtype), fmt::join(entry.shape, ", "), *bytes, entry.end - entry.begin));
    }
    intervals.push_back({entry.begin, entry.end, &name});
  }
  std::sort(intervals.begin(), intervals.end(), [](const Interval& a, const Interval& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::size_t cursor = 0;
  for (const Interval& interval : intervals) {
    if (interval.begin != cursor) {
      throw BadInput(
          fmt::format("{}: tensor {:?} begins at byte {} of the data, expected {}: "
                      "{}",
                      where, *interval.name, interval.begin, cursor,
                      interval.begin > cursor ? "there is a hole" : "tensors overlap"));
    }
    cursor = interval.end;
  }
  if (cursor != data_size) {
    throw BadInput(fmt::format("{}: the header describes {} bytes of data, the file has {}{}",
                               where, cursor, data_size,
                               cursor > data_size ? ": it was cut off; fetch it again" : ""));
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::span<const std::byte> file,
                                           std::string_view where) {
  constexpr std::size_t kPrefix = 8;
  if (file.size() < kPrefix) {
    throw BadInput(fmt::format(
        "{}: not a safetensors file: it has {} bytes, and the length of the header alone "
        "takes 8",
        where, file.size()));
  }
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kPrefix; ++i) {
    length |= std::to_integer<std::uint64_t>(file[i]) << (8 * i);
  }
  if (length > kMaxHeaderBytes || length > file.size() - kPrefix) {
    throw BadInput(fmt::format(
        "{}: not a safetensors file, or cut off: its header would be {} bytes long; the "
        "file has {}, and the limit is {}",
        where, length, file.size(), kMaxHeaderBytes));
  }
  std::string_view text(reinterpret_cast<const char*>(file.data()) + kPrefix,
                        static_cast<std::size_t>(length));
  while (text.ends_with(' ')) text.remove_suffix(1);
  // A NUL would end the JSON reader's input early and hide what follows it.
  if (!text.starts_with('{') || !text.ends_with('}') || text.find('\0') != std::string_view::npos) {
    throw BadInput(
        fmt::format("{}: safetensors header: must be one JSON object, followed "
                    "only by spaces",
                    where));
  }
  SafetensorsHeader header;
  header.data_offset = kPrefix + static_cast<std::size_t>(length);
  HeaderReader reader(header);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &reader)) {
    throw BadInput(fmt::format("{}: safetensors header: {}", where, reader.problem));
  }
  check_intervals(header, file.size() - header.data_offset, where);
  return header;
}

}  // namespace asbench::models
