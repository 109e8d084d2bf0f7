#include "models/layers/device_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace asbench::models {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

struct Known {
  std::string_view sign;  ///< part of the text
  std::string_view meaning;
};

constexpr Known kKnown[] = {
    {"no kernel image is available",
     "the CUDA libraries have no code for this GPU\n  They run on Turing (compute capability 7.5) "
     "and newer; use another GPU, or --device cpu."},
    {"driver version is insufficient",
     "NVIDIA's driver is too old for the CUDA libraries\n  Install version 580 or newer "
     "(docs/gpu.md), or use --device cpu."},
    {"NVIDIA driver on your system is too old",
     "NVIDIA's driver is too old for the CUDA libraries\n  Install version 580 or newer "
     "(docs/gpu.md), or use --device cpu."},
    {"Found no NVIDIA driver",
     "no NVIDIA driver answers\n  `nvidia-smi` should list the GPU; --device cpu works "
     "everywhere."},
    {"invalid device ordinal",
     "there is no GPU of this number\n  `nvidia-smi -L` lists them, numbered from 0; "
     "CUDA_VISIBLE_DEVICES hides some."},
    {"busy or unavailable",
     "another program has the GPU to itself\n  `nvidia-smi` shows who uses it (compute mode "
     "\"exclusive\"); wait, or use another GPU."},
    {"unspecified launch failure",
     "the GPU failed in the middle of a computation\n  Run the same command again; `dmesg | grep "
     "Xid` names a fault of the hardware or the driver. Finished clips are kept."},
    {"CUDA error",
     "the GPU or its driver failed\n  Run the same command again (what is finished is kept); "
     "--device cpu works without it."},
    {"CUBLAS_STATUS",
     "cuBLAS failed\n  Run the same command again (what is finished is kept); --device cpu works "
     "without it."},
    {"cuDNN error",
     "cuDNN failed\n  Run the same command again (what is finished is kept); --device cpu works "
     "without it."},
};

/// "CUDA error: an illegal memory access was encountered", without advice and stack.
std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

bool says_out_of_device_memory(std::string_view what) {
  constexpr std::array<std::string_view, 4> kSigns = {
      "CUDA out of memory", "CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED",
      "CUDNN_STATUS_ALLOC_FAILED"};
  return std::any_of(kSigns.begin(), kSigns.end(),
                     [&](std::string_view sign) { return contains(what, sign); });
}

std::optional<std::string> explain_device_error(std::string_view what) {
  const auto* const known =
      std::find_if(std::begin(kKnown), std::end(kKnown),
                   [&](const Known& candidate) { return contains(what, candidate.sign); });
  if (known == std::end(kKnown)) return std::nullopt;
  return fmt::format("{}\n  ({})", known->meaning, first_line(what));
}

}  // namespace asbench::models
