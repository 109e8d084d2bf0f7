#include "tests/models/cogvideox/vae_golden.h"

#include <ATen/ATen.h>

#include "models/weights/safetensors.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/support/paths.h"

namespace asbench::models {

VaeGolden read_vae_golden() {
  const auto folder = testing::source_folder() / "tests" / "golden" / "cogvideox_vae";
  const auto file = folder / "expected.safetensors";
  const auto metadata = SafetensorsFile::open(file).metadata();
  return {open_checkpoint(folder.string(), {}), read_tensors(file),
          std::stod(metadata.at("fp32_fp64_distance")), metadata.at("script_sha256")};
}

double VaeGolden::distance(const std::string& name, const at::Tensor& value) const {
  const at::Tensor& wanted = at(name);
  const auto step = expected.find(name + ":step");
  if (step == expected.end()) return state_distance(value, wanted);
  const at::Tensor thinned =
      value.flatten().slice(0, 0, std::nullopt, step->second.item<std::int64_t>());
  TORCH_CHECK(thinned.sizes() == wanted.sizes(), name, ": ", value.sizes(), " is not the shape");
  return state_distance(thinned, wanted.flatten());
}

at::Tensor wave(at::IntArrayRef shape, double step) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return at::arange(count, at::kDouble)
      .mul_(997 * step)
      .frac_()
      .mul_(3.4)
      .sub_(1.7)
      .to(at::kFloat)
      .reshape(shape);
}

}  // namespace asbench::models
