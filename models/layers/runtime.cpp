#include "models/layers/runtime.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <string_view>
#include <thread>

#include "core/error.h"
#include "core/nearest_name.h"
#include "core/threads.h"

namespace asbench::models {

void configure_runtime(int threads) {
  if (threads < 0) {
    throw UsageError(
        fmt::format("--threads {}: must be a positive number, or 0 for all cores", threads));
  }
  if (threads == 0) threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  require_threads(static_cast<unsigned>(threads));
  at::set_num_threads(threads);
  at::globalContext().setAllowTF32CuBLAS(false);
  at::globalContext().setAllowTF32CuDNN(false);
}

int thread_count() {
  return at::get_num_threads();
}

c10::Device parse_device(std::string_view text) {
  if (text == "cpu") return c10::kCPU;
  if (text == "auto") return load_cuda() ? c10::Device(c10::kCPU) : c10::Device(c10::kCUDA, 0);
  int index = 0;
  if (text != "cuda") {
    constexpr std::string_view kPrefix = "cuda:";
    const char* const end = text.data() + text.size();
    const bool prefixed = text.starts_with(kPrefix);
    const auto parsed = prefixed ? std::from_chars(text.data() + kPrefix.size(), end, index)
                                 : std::from_chars_result{text.data(), std::errc::invalid_argument};
    if (parsed.ec != std::errc() || parsed.ptr != end || index < 0 || index > 127) {
      const std::vector<std::string> names = {"cpu", "cuda", "auto"};
      throw UsageError(fmt::format("--device {}: not a device; use cpu, cuda, cuda:N or auto.{}",
                                   text, did_you_mean(text, names)));
    }
  }
  if (const auto reason = load_cuda()) {
    throw BadInput(fmt::format(
        "--device {}: CUDA can't be used: {}\n  --device cpu works everywhere; --device auto takes "
        "a GPU where there is one.",
        text, *reason));
  }
  const int count = at::detail::getCUDAHooks().getNumGPUs();
  if (index >= count) {
    throw BadInput(fmt::format("--device {}: there {} numbered from 0", text,
                               count == 1 ? "is 1 GPU," : fmt::format("are {} GPUs,", count)));
  }
  return {c10::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

void rethrow_torch_error(std::string_view where) {
  try {
    throw;
  } catch (const c10::OutOfMemoryError& error) {
    throw BadInput(fmt::format("{}: out of memory; try a smaller --batch\n  {}", where,
                               error.what_without_backtrace()));
  } catch (const c10::Error& error) {
    // The words of c10's allocator for the CPU.
    if (std::string_view(error.what()).find("can't allocate memory") != std::string_view::npos)
      throw std::bad_alloc();
    throw InternalError(fmt::format("{}: {}", where, error.what_without_backtrace()));
  }
}

}  // namespace asbench::models
