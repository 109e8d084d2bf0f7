#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>

namespace asbench::models {

/// Largest difference relative to the largest value of `expected`: what the project promises for
/// every state and result of the transformer (docs/design/animeshootergen.md 10). The goldens' own
/// distance between float32 and double is a tenth of it or less.
inline constexpr double kStateTolerance = 1e-5;
/// Entries of tables, which are sines and cosines.
inline constexpr double kTableTolerance = 1e-6;

/// The folder tests/golden/`name`.
[[nodiscard]] std::filesystem::path golden_folder(const std::string& name);

/// A file of float32 tensors that a script of tests/golden has written.
class GeneratorGolden {
 public:
  /// @param file  below tests/golden, "cogvideox_transformer/base/expected.safetensors"
  explicit GeneratorGolden(const std::string& file);

  [[nodiscard]] const at::Tensor& at(const std::string& name) const { return tensors_.at(name); }
  [[nodiscard]] bool has(const std::string& name) const { return tensors_.contains(name); }
  [[nodiscard]] const std::map<std::string, at::Tensor>& tensors() const { return tensors_; }
  [[nodiscard]] const std::string& metadata(const std::string& field) const {
    return metadata_.at(field);
  }

 private:
  std::map<std::string, at::Tensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

/// @returns the largest difference, relative to the largest value of `expected`.
[[nodiscard]] double relative_distance(const at::Tensor& value, const at::Tensor& expected);

/// That the scripts are those that wrote the file. @param script  below tests/golden
void expect_written_by(const GeneratorGolden& golden, const std::string& script);

/// Every tensor of a safetensors file into another one, as given by `stored`; for sharded copies
/// and copies of another type, and to leave tensors out or add some.
using StoredTensors = std::map<std::string, at::Tensor>;
[[nodiscard]] StoredTensors read_stored(const std::filesystem::path& file);
void write_stored(const std::filesystem::path& file, const StoredTensors& tensors,
                  const std::map<std::string, std::string>& metadata = {});

}  // namespace asbench::models
