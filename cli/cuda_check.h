#pragma once

#include <string>

namespace asbench::cli {

/// Answer of the engine module's `asbench_run_cuda_check` (cli/modules.h): whether a tensor can be
/// made on a GPU.
struct CudaCheck {
  std::string* problem;  ///< why none can; empty when one was made. Not owned
  std::string* device;   ///< the GPU, as in provenance. Not owned
};

}  // namespace asbench::cli
