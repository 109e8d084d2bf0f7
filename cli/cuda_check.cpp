// What --version asks about the GPU, as a function of the engine module (cli/modules.h).
#include "cli/cuda_check.h"

#include "cli/errors.h"
#include "core/error.h"
#include "models/layers/runtime.h"

namespace asbench::cli {

extern "C" __attribute__((visibility("default"))) int asbench_run_cuda_check(
    const CudaCheck* check) {
  return run_guarded("--version", [&] {
    *check->problem = models::load_cuda().value_or("");
    if (check->problem->empty()) *check->device = models::describe_device({c10::kCUDA, 0});
    return kExitDone;
  });
}

}  // namespace asbench::cli
