#include "models/layers/runtime.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <new>
#include <string_view>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/nearest_name.h"
#include "core/threads.h"
#include "models/kernels/cpu_kernels.h"
#include "models/kernels/matrix_product.h"
#include "models/layers/device_errors.h"

namespace asbench::models {
namespace {

struct PrecisionName {
  Precision precision;
  std::string_view option;
  std::string_view dtype;
};

constexpr std::array<PrecisionName, 3> kPrecisions = {{{Precision::fp32, "fp32", "float32"},
                                                       {Precision::tf32, "tf32", "tf32"},
                                                       {Precision::bf16, "bf16", "bfloat16"}}};

/// The number of "cuda" or "cuda:N"; nothing for another text.
std::optional<int> gpu_number(std::string_view text) {
  constexpr std::string_view kPrefix = "cuda:";
  constexpr int kMost = 127;
  if (text == "cuda") return 0;
  if (!text.starts_with(kPrefix)) return std::nullopt;
  int index = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + kPrefix.size(), end, index);
  if (error != std::errc() || stop != end || index < 0 || index > kMost) return std::nullopt;
  return index;
}

}  // namespace

Precision parse_precision(std::string_view text) {
  for (const auto& known : kPrecisions) {
    if (text == known.option) return known.precision;
  }
  std::vector<std::string> names;
  for (const auto& known : kPrecisions) names.emplace_back(known.option);
  throw UsageError(fmt::format("--precision {}: no such precision.{} Choose from: {}.", text,
                               did_you_mean(text, names), fmt::join(names, ", ")));
}

std::string_view dtype_name(Precision precision) {
  return kPrecisions[static_cast<std::size_t>(precision)].dtype;
}

Precision precision_of_dtype(std::string_view dtype) {
  for (const auto& known : kPrecisions) {
    if (dtype == known.dtype) return known.precision;
  }
  throw BadInput(fmt::format("dtype {}: expected float32, tf32 or bfloat16", dtype));
}

void configure_runtime(int threads, Precision precision) {
  if (threads < 0) {
    throw UsageError(
        fmt::format("--threads {}: must be a positive number, or 0 for all cores", threads));
  }
  // Here, so that a wrong choice is told before anything is loaded.
  static_cast<void>(product_kernels());
  static_cast<void>(cpu_kernels());
  if (threads == 0) threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  require_threads(static_cast<unsigned>(threads));
  at::set_num_threads(threads);
  at::globalContext().setAllowTF32CuBLAS(precision == Precision::tf32);
  at::globalContext().setAllowTF32CuDNN(precision == Precision::tf32);
}

int thread_count() {
  return at::get_num_threads();
}

c10::Device parse_device(std::string_view text) {
  if (text == "cpu") return c10::kCPU;
  if (text == "auto") return load_cuda() ? c10::Device(c10::kCPU) : c10::Device(c10::kCUDA, 0);
  const auto index = gpu_number(text);
  if (!index) {
    const std::vector<std::string> names = {"cpu", "cuda", "auto"};
    throw UsageError(fmt::format("--device {}: not a device; use cpu, cuda, cuda:N or auto.{}",
                                 text, did_you_mean(text, names)));
  }
  if (const auto reason = load_cuda()) {
    throw BadInput(fmt::format(
        "--device {}: CUDA can't be used: {}\n  --device cpu works everywhere; --device auto takes "
        "a GPU where there is one.",
        text, *reason));
  }
  const int count = at::detail::getCUDAHooks().getNumGPUs();
  if (*index >= count) {
    throw BadInput(fmt::format("--device {}: there {} numbered from 0", text,
                               count == 1 ? "is 1 GPU," : fmt::format("are {} GPUs,", count)));
  }
  return {c10::kCUDA, static_cast<c10::DeviceIndex>(*index)};
}

void synchronize(c10::Device device) {
  if (device.is_cpu()) return;
  c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
}

void rethrow_torch_error(std::string_view where) {
  try {
    throw;
  } catch (const c10::Error& error) {
    const std::string what = error.what_without_backtrace();
    if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
        says_out_of_device_memory(what)) {
      throw DeviceOutOfMemory(
          fmt::format("{}: the GPU's memory is used up\n  `nvidia-smi` shows who else uses it; try "
                      "another GPU (--device cuda:N), --device cpu, or less at a time: a smaller "
                      "--batch, of `generate` --offload stage and --tile on.",
                      where));
    }
    if (const auto explained = explain_device_error(what))
      throw BadInput(fmt::format("{}: {}", where, *explained));
    // The words of c10's allocator for the CPU.
    if (what.find("can't allocate memory") != std::string::npos) throw std::bad_alloc();
    throw InternalError(fmt::format("{}: {}", where, what));
  }
}

}  // namespace asbench::models
