#include "models/encoders/frame_interpolator.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>

#include "core/error.h"
#include "models/encoders/torchscript_network.h"
#include "models/layers/parallel.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

/// AMT halves a frame four times.
constexpr std::int64_t kMultiple = 16;

constexpr std::string_view kForm =
    "It is called network(frame0[1, 3, H, W], frame1[1, 3, H, W], embt[1, 1, 1, 1] = 0.5) with "
    "float32 RGB in [0, 1], H and W multiples of 16, and must return the frame in between, "
    "[1, 3, H, W]. docs/vbench.md shows how AMT-S is saved so.";

/// Rows or columns before and after, to the next multiple: the odd one after.
struct Padding {
  std::int64_t before = 0, after = 0;
  explicit Padding(std::int64_t length) {
    const std::int64_t missing = (kMultiple - length % kMultiple) % kMultiple;
    before = missing / 2;
    after = missing - before;
  }
};

class TorchScriptInterpolator final : public FrameInterpolator {
 public:
  explicit TorchScriptInterpolator(TorchScriptNetwork network) : network_(std::move(network)) {}

  [[nodiscard]] std::vector<double> prediction_errors(
      std::span<const FrameTriple> triples) const override {
    std::vector<double> errors(triples.size());
    const auto count = static_cast<std::int64_t>(triples.size());
    if (!network_.device().is_cpu()) {
      for (std::size_t i = 0; i < triples.size(); ++i) errors[i] = error_of(triples[i]);
      return errors;
    }
    parallel_chunks(count, 1, [&](std::int64_t begin, std::int64_t) {
      const auto i = static_cast<std::size_t>(begin);
      errors[i] = error_of(triples[i]);
    });
    return errors;
  }

  [[nodiscard]] int triples_at_once(int height, int width) const override {
    if (!network_.device().is_cpu()) return 1;
    // What AMT-S needs for a pair: the correlations of all places of an eighth of the size with
    // each other, both ways and in several sizes, and some hundred values a pixel beside them.
    const double pixels = static_cast<double>(height) * static_cast<double>(width);
    const double bytes = 12.0 * (pixels / 64.0) * (pixels / 64.0) + 400.0 * pixels;
    constexpr double kMost = 4.0 * 1024 * 1024 * 1024;
    return static_cast<int>(
        std::clamp(kMost / bytes, 1.0, static_cast<double>(std::max(1, thread_count()))));
  }

  /// @throws BadInput unless it has the calling form.
  void require_form() const {
    const InferenceScope scope;
    constexpr std::int64_t kHeight = 128;
    for (const std::int64_t width : {128, 192}) {
      const at::Tensor frame = at::full({1, 3, kHeight, width}, 0.5, at::kFloat);
      static_cast<void>(predict(frame, frame));
    }
  }

 private:
  /// [1, 3, H, W] float32 in [0, 1] on the device, padded by repeating the border.
  [[nodiscard]] at::Tensor input_of(std::span<const std::uint8_t> bytes,
                                    const FrameTriple& triple) const {
    const Padding rows(triple.height);
    const Padding columns(triple.width);
    const at::Tensor levels = levels_of(bytes, triple).div(255.0);
    return at::replication_pad2d(levels, {columns.before, columns.after, rows.before, rows.after});
  }

  /// [1, 3, H, W] uint8 on the device.
  [[nodiscard]] at::Tensor levels_of(std::span<const std::uint8_t> bytes,
                                     const FrameTriple& triple) const {
    const std::array<std::int64_t, 3> shape{triple.height, triple.width, 3};
    // LibTorch has no tensor of constant bytes; nothing writes into this one.
    return at::from_blob(const_cast<std::uint8_t*>(bytes.data()), shape, at::kByte)
        .to(network_.device())
        .permute({2, 0, 1})
        .unsqueeze(0);
  }

  [[nodiscard]] at::Tensor predict(const at::Tensor& before, const at::Tensor& after) const {
    TorchScriptCall call;
    call.inputs = {before, after, at::full({1, 1, 1, 1}, 0.5, at::kFloat)};
    call.input = fmt::format("pair of frames of [1, 3, {}, {}]", before.size(2), before.size(3));
    call.form = kForm;
    at::Tensor frame = network_.forward(call);
    if (frame.sizes() != before.sizes() || !frame.is_floating_point()) {
      throw BadInput(fmt::format("{} returns {} [{}] for a {}\n  {}", network_.name(),
                                 std::string(frame.dtype().name()),
                                 fmt::join(frame.sizes().vec(), ", "), call.input, kForm));
    }
    return frame.to(at::kFloat);
  }

  [[nodiscard]] double error_of(const FrameTriple& triple) const {
    const InferenceScope scope;
    try {
      const Padding rows(triple.height);
      const Padding columns(triple.width);
      const at::Tensor frame =
          predict(input_of(triple.before, triple), input_of(triple.after, triple))
              .narrow(2, rows.before, triple.height)
              .narrow(3, columns.before, triple.width);
      if (at::isnan(frame).any().item<bool>()) return std::numeric_limits<double>::quiet_NaN();
      // Cut off below the point, not rounded, as VBench's conversion does.
      const at::Tensor predicted = frame.mul(255.0).clamp(0, 255).to(at::kByte).to(at::kInt);
      const at::Tensor real = levels_of(triple.middle, triple).to(at::kInt);
      const auto difference = predicted.sub(real).abs().sum(at::kLong).item<std::int64_t>();
      return static_cast<double>(difference) / static_cast<double>(triple.middle.size());
    } catch (...) {
      rethrow_torch_error(fmt::format("{} on {}", network_.name(), network_.device().str()));
    }
  }

  TorchScriptNetwork network_;
};

}  // namespace

InterpolatorFile open_interpolator_file(std::string_view id, const WeightFolders& folders) {
  constexpr std::string_view kRemedy =
      "Name the path of a network that predicts the frame between two others, saved as "
      "TorchScript. docs/vbench.md shows how AMT-S, VBench's, is saved so.";
  if (!names_torchscript(id)) {
    throw BadInput(fmt::format(
        "{}: an interpolation network is a TorchScript file, NAME.torchscript or NAME.pt\n  {}", id,
        kRemedy));
  }
  auto found = find_torchscript(id, folders, kRemedy);
  return {std::move(found.id), std::move(found.path)};
}

std::string interpolator_preprocessing() {
  return fmt::format("pairs[native,x/255,replicate{}]", kMultiple);
}

std::unique_ptr<FrameInterpolator> load_frame_interpolator(const InterpolatorFile& file,
                                                           const Placement& placement) {
  if (placement.precision == Precision::bf16) {
    throw UsageError(
        fmt::format("--precision bf16: {} is a TorchScript network, which computes in the types "
                    "that it was saved with\n  Use fp32 or tf32.",
                    file.id));
  }
  auto loaded =
      std::make_unique<TorchScriptInterpolator>(TorchScriptNetwork(file.path, placement.device));
  loaded->require_form();
  return loaded;
}

}  // namespace asbench::models
