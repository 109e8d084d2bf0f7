#include "models/samplers/noise_file.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "core/error.h"

namespace asbench::models {

NoiseFile NoiseFile::open(const std::filesystem::path& path) {
  return NoiseFile(SafetensorsFile::open(path));
}

at::Tensor NoiseFile::take(std::string_view story, std::int64_t shot, at::IntArrayRef sizes) const {
  const std::string name = fmt::format("{}/{}", story, shot);
  const auto refuse = [&](const std::string& what) {
    return BadInput(fmt::format("{}: {}", file_.path().string(), what));
  };
  const auto view = file_.find(name);
  if (!view) {
    throw refuse(
        fmt::format("has no tensor {}; the noise of every shot must be there, named "
                    "<story>/<shot>, shots counted from 1",
                    name));
  }
  const std::vector<std::int64_t> wanted(sizes.begin() + 1, sizes.end());
  if (view->dtype != DType::f32 || view->shape != wanted) {
    throw refuse(fmt::format("the tensor {} is {} [{}]; needed is F32 [{}]", name,
                             dtype_name(view->dtype), fmt::join(view->shape, ", "),
                             fmt::join(wanted, ", ")));
  }
  at::Tensor noise = at::empty(sizes, at::kFloat);
  if (!view->bytes.empty()) {
    std::memcpy(noise.mutable_data_ptr<float>(), view->bytes.data(), view->bytes.size());
  }
  if (!at::isfinite(noise).all().item<bool>()) {
    throw refuse(fmt::format("the tensor {} holds values that are not finite", name));
  }
  return noise;
}

}  // namespace asbench::models
