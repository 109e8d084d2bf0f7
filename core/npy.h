#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace asbench {

/// Writes a [rows, cols] float32 matrix as a NumPy .npy file (format 1.0, C order), under a
/// temporary name first. values.size() == rows * cols. @throws BadInput when it can't be written.
void write_npy(const std::filesystem::path& path, int rows, int cols,
               std::span<const float> values);

/// The header of a .npy file: where the data begin and how they are stored.
struct NpyHeader {
  int bytes_per_value = 4;  ///< 2, 4, 8: float16, float32, float64
  bool big_endian = false;
  bool fortran_order = false;  ///< column by column, not row by row
  int rows = 0;
  int cols = 0;
  std::size_t data_offset = 0;
};

/// Reads the header (formats 1.0 to 3.0 of numpy/lib/format.py) of a matrix of floats and checks it
/// against the file's size. The dictionary is parsed as what NumPy writes, never evaluated.
/// @param file   the whole file
/// @param where  what to call it in messages
/// @throws BadInput for anything else: not a .npy file, a type that is not a float (objects can run
/// code when Python loads them), not two axes,
///         more than 2^31 - 1 rows or columns, fewer or more data than the shape says.
[[nodiscard]] NpyHeader parse_npy_header(std::span<const std::byte> file, std::string_view where);

/// A [rows, cols] matrix in a .npy file, memory-mapped: only the parts that are used are read.
/// float16, float32 and float64 of either byte order, C or Fortran order; values are widened to
/// double exactly. Reading is thread-safe.
class NpyMatrix {
 public:
  /// @throws BadInput naming the file when it can't be opened, or for a header that
  /// parse_npy_header() refuses.
  explicit NpyMatrix(const std::filesystem::path& path);
  ~NpyMatrix();
  NpyMatrix(NpyMatrix&& other) noexcept;
  NpyMatrix& operator=(NpyMatrix&&) = delete;

  [[nodiscard]] int rows() const { return header_.rows; }
  [[nodiscard]] int cols() const { return header_.cols; }
  [[nodiscard]] const NpyHeader& header() const { return header_; }

  /// All values, row-major.
  [[nodiscard]] std::vector<double> values() const;

 private:
  std::span<const std::byte> file_;  ///< the mapping; owned
  NpyHeader header_;
};

}  // namespace asbench
