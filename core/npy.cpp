#include "core/npy.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/json.h"

namespace asbench {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kLongestHeader = 65536;  // NumPy's own are about a hundred bytes

[[noreturn]] void refuse(std::string_view where, const std::string& cause) {
  throw BadInput(
      fmt::format("{}: {}.\n  A matrix of features is a .npy file with two axes [samples, "
                  "features] of float16, float32 or float64, as "
                  "numpy.save writes it.",
                  where, cause));
}

/// Printable ASCII of a hostile string, cut.
std::string shown(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, 60)) result += c >= ' ' && c < 127 ? c : '?';
  return result;
}

/// Reads the header's dictionary from left to right. The grammar is the three entries that NumPy
/// writes, in any order.
class Dictionary {
 public:
  Dictionary(std::string_view text, std::string_view where) : rest_(text), where_(where) {}

  void parse() {
    expect('{');
    while (!take('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr" && !descr_) {
        descr_ = quoted();
      } else if (key == "fortran_order" && !fortran_order_) {
        fortran_order_ = boolean();
      } else if (key == "shape" && !shape_) {
        shape_ = tuple();
      } else {
        refuse(where_, fmt::format("its header has an unknown or repeated entry '{}'", shown(key)));
      }
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (!rest_.empty()) refuse(where_, "its header has text after the dictionary");
    if (!descr_ || !fortran_order_ || !shape_)
      refuse(where_, "its header lacks one of descr, fortran_order, shape");
  }

  [[nodiscard]] std::string_view descr() const { return *descr_; }
  [[nodiscard]] bool fortran_order() const { return *fortran_order_; }
  [[nodiscard]] const std::vector<std::uint64_t>& shape() const { return *shape_; }

 private:
  void skip_space() {
    const auto end = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
  }
  bool take(char wanted) {
    skip_space();
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted))
      refuse(where_, fmt::format("its header has no '{}' before \"{}\"", wanted, shown(rest_)));
  }
  std::string_view quoted() {
    skip_space();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    if (quote == '[') refuse(where_, "it holds records (a structured type)");
    const auto end = quote == '\'' || quote == '"' ? rest_.find(quote, 1) : std::string_view::npos;
    if (end == std::string_view::npos)
      refuse(where_, fmt::format("its header has no quoted text before \"{}\"", shown(rest_)));
    const auto text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }
  bool boolean() {
    skip_space();
    for (const auto& [word, value] :
         {std::pair<std::string_view, bool>("True", true), {"False", false}}) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return value;
    }
    refuse(where_, fmt::format("fortran_order is neither True nor False: \"{}\"", shown(rest_)));
  }
  std::vector<std::uint64_t> tuple() {
    expect('(');
    std::vector<std::uint64_t> sizes;
    while (!take(')')) {
      std::uint64_t size = 0;
      skip_space();
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
      if (error != std::errc())
        refuse(where_, fmt::format("its shape has no whole number before \"{}\"", shown(rest_)));
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      sizes.push_back(size);
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return sizes;
  }

  std::string_view rest_;
  std::string_view where_;
  std::optional<std::string_view> descr_;
  std::optional<bool> fortran_order_;
  std::optional<std::vector<std::uint64_t>> shape_;
};

std::uint64_t little_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

std::uint64_t load(const std::byte* at, int size, bool big_endian) {
  std::uint64_t value = 0;
  for (int i = 0; i < size; ++i)
    value |= std::to_integer<std::uint64_t>(at[big_endian ? size - 1 - i : i]) << (8 * i);
  return value;
}

/// IEEE 754 binary16; exact.
double half_to_double(std::uint64_t bits) {
  const int exponent = static_cast<int>(bits >> 10 & 0x1F);
  const auto fraction = static_cast<double>(bits & 0x3FF);
  double value = 0.0;
  if (exponent == 0x1F) {
    value = fraction == 0.0 ? std::numeric_limits<double>::infinity()
                            : std::numeric_limits<double>::quiet_NaN();
  } else {
    value =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024.0 + fraction, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

double widen(std::uint64_t bits, int size) {
  if (size == 2) return half_to_double(bits);
  if (size == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return std::bit_cast<double>(bits);
}

std::span<const std::byte> map_file(const std::filesystem::path& path) {
  const InputFile file(path);
  const auto size = static_cast<std::size_t>(file.size());
  if (size == 0) refuse(path.string(), "it is empty");
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
  if (memory == MAP_FAILED) throw SystemFault("can't be mapped into memory", path, errno);
  return {static_cast<const std::byte*>(memory), size};
}

}  // namespace

NpyHeader parse_npy_header(std::span<const std::byte> file, std::string_view where) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with(kMagic) || text.size() < kMagic.size() + 4)
    refuse(where, "it does not begin like a .npy file");
  const int version = static_cast<unsigned char>(text[kMagic.size()]);
  if (version < 1 || version > 3)
    refuse(where, fmt::format("its format version is {}; known versions are 1 to 3", version));
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  const std::size_t begin = kMagic.size() + 2 + length_bytes;
  if (text.size() < begin) refuse(where, "it ends within its header");
  const auto length =
      static_cast<std::size_t>(little_endian(file.subspan(kMagic.size() + 2, length_bytes)));
  if (length > kLongestHeader) refuse(where, fmt::format("its header claims {} bytes", length));
  if (length > text.size() - begin) refuse(where, "it ends within its header");

  Dictionary dictionary(text.substr(begin, length), where);
  dictionary.parse();
  NpyHeader header;
  header.data_offset = begin + length;
  header.fortran_order = dictionary.fortran_order();
  const std::string_view type = dictionary.descr();
  const bool is_float =
      type.size() == 3 && (type[0] == '<' || type[0] == '>' || type[0] == '=') && type[1] == 'f';
  if (!is_float || (type[2] != '2' && type[2] != '4' && type[2] != '8')) {
    refuse(where,
           fmt::format("it holds values of type '{}'{}", shown(type),
                       type.ends_with('O') ? ", Python objects, which are never loaded" : ""));
  }
  header.bytes_per_value = type[2] - '0';
  header.big_endian = type[0] == '>';

  const auto& shape = dictionary.shape();
  if (shape.size() != 2)
    refuse(where, fmt::format("it has {} {}", shape.size(), shape.size() == 1 ? "axis" : "axes"));
  constexpr std::uint64_t kMost = std::numeric_limits<int>::max();
  if (shape[0] > kMost || shape[1] > kMost)
    refuse(where,
           fmt::format("its shape is [{}, {}]; neither may exceed {}", shape[0], shape[1], kMost));
  header.rows = static_cast<int>(shape[0]);
  header.cols = static_cast<int>(shape[1]);
  const std::uint64_t values = shape[0] * shape[1];  // below 2^62
  const std::uint64_t there = file.size() - header.data_offset;
  const auto size = static_cast<std::uint64_t>(header.bytes_per_value);
  if (there % size != 0 || there / size != values) {
    refuse(where,
           fmt::format("its shape [{}, {}] needs {} values of {} bytes, but there are {} bytes",
                       shape[0], shape[1], values, size, there));
  }
  return header;
}

NpyMatrix::NpyMatrix(const std::filesystem::path& path) : file_(map_file(path)) {
  try {
    header_ = parse_npy_header(file_, path.string());
  } catch (...) {
    ::munmap(const_cast<std::byte*>(file_.data()), file_.size());
    throw;
  }
}

NpyMatrix::NpyMatrix(NpyMatrix&& other) noexcept
    : file_(std::exchange(other.file_, {})), header_(other.header_) {}

NpyMatrix::~NpyMatrix() {
  if (!file_.empty()) ::munmap(const_cast<std::byte*>(file_.data()), file_.size());
}

std::vector<double> NpyMatrix::values() const {
  const auto rows = static_cast<std::size_t>(header_.rows),
             cols = static_cast<std::size_t>(header_.cols);
  const auto size = static_cast<std::size_t>(header_.bytes_per_value);
  const std::byte* at = file_.data() + header_.data_offset;
  if (size == sizeof(float) && !header_.big_endian && !header_.fortran_order) {
    // What encoders write: several times faster than value by value, and without writing zeros
    // first.
    std::vector<double> widened;
    widened.reserve(rows * cols);
    std::array<double, 512> piece{};
    for (std::size_t done = 0; done < rows * cols;) {
      const std::size_t count = std::min(piece.size(), rows * cols - done);
      for (std::size_t i = 0; i < count; ++i) {
        float value = 0.0F;
        std::memcpy(&value, at + (done + i) * sizeof(value), sizeof(value));
        piece[i] = static_cast<double>(value);
      }
      widened.insert(widened.end(), piece.begin(),
                     piece.begin() + static_cast<std::ptrdiff_t>(count));
      done += count;
    }
    return widened;
  }
  std::vector<double> result(rows * cols);
  for (std::size_t i = 0; i < result.size(); ++i, at += size) {
    const std::size_t to = header_.fortran_order ? i % rows * cols + i / rows : i;
    result[to] =
        widen(load(at, header_.bytes_per_value, header_.big_endian), header_.bytes_per_value);
  }
  return result;
}

void write_npy(const std::filesystem::path& path, int rows, int cols,
               std::span<const float> values) {
  if (values.size() != static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols)) {
    throw InternalError(
        fmt::format("{} values do not make a [{}, {}] matrix", values.size(), rows, cols));
  }
  constexpr std::size_t kPreamble = 10;  // magic, version, length of the header
  std::string header =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows, cols);
  // The data begin at a multiple of 64 bytes; the header ends in a line break.
  while ((kPreamble + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xFF);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  write_file_atomically(path, bytes);
}

}  // namespace asbench
