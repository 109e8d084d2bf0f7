#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "models/weights/safetensors.h"

namespace asbench::baselines {

/// Writes tensors of any device as one safetensors file. float32, float64, int64 and uint8; other
/// floating-point types as float32.
void write_tensors(const std::filesystem::path& path,
                   const std::map<std::string, at::Tensor>& tensors);

/// A file of tensors whose names, types and numbers of axes are known beforehand. One thread.
class TensorReader {
 public:
  /// @throws BadInput: what SafetensorsFile::open() refuses.
  explicit TensorReader(const std::filesystem::path& path);

  [[nodiscard]] bool has(std::string_view name) const { return file_.find(name).has_value(); }
  /// @returns a copy
  /// @throws BadInput naming file and tensor when it is missing, of another type or number of axes,
  ///         empty or, of floating-point values, not finite.
  [[nodiscard]] at::Tensor take(const std::string& name, models::DType type, std::size_t axes);
  /// The same, undefined where the file has none.
  [[nodiscard]] at::Tensor take_if_there(const std::string& name, models::DType type,
                                         std::size_t axes);
  /// To be called when everything that may be there was taken.
  /// @throws BadInput naming the tensors that were not.
  void finish() const;
  /// @throws BadInput: "<file>: <tensor> …"
  [[noreturn]] void refuse(std::string_view what) const;

 private:
  models::SafetensorsFile file_;
  std::set<std::string> known_;
};

}  // namespace asbench::baselines
