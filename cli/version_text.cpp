#include "cli/version_text.h"

#include <fmt/format.h>

#include "cli/cuda_check.h"
#include "cli/modules.h"
#include "core/error.h"
#include "core/gpu_driver.h"
#include "core/version.h"

namespace asbench::cli {
namespace {

/// Without the remedy on the lines after it, and without a full stop.
std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  if (line.ends_with('.')) line.pop_back();
  return line;
}

/// "yes" only when a tensor was made on a GPU: libraries and a driver that are there may still not
/// work together.
std::string cuda_text() {
  // On machines without a GPU the question ends here, and LibTorch is not loaded for it. Whether it
  // has CUDA libraries is asked where it is loaded: a bundle takes another one than the build did.
  if (const auto driver = read_gpu_driver(ASBENCH_LIBTORCH_CUDA); !driver.problem.empty())
    return fmt::format("no ({})", first_line(driver.problem));
  std::string problem;
  std::string device;
  try {
    const int code =
        run_in_module(Module::engine, "asbench_run_cuda_check", CudaCheck{&problem, &device});
    if (code != kExitDone) problem = "it could not be tried";
  } catch (const Error& error) {
    problem = error.what();
  }
  return problem.empty() ? fmt::format("yes, {}", device)
                         : fmt::format("no ({})", first_line(problem));
}

}  // namespace

std::string version_text() {
  const auto& build = build_info();
  return fmt::format("asbench {}\ncommit {}{}\n{} {}\nLibTorch {}\nOpenCV {}\nFAISS {}\nCUDA {}",
                     build.version, build.commit, build.dirty ? " (with local changes)" : "",
                     build.compiler, build.build_type, ASBENCH_LIBTORCH_VERSION,
                     ASBENCH_OPENCV_VERSION, ASBENCH_FAISS_VERSION, cuda_text());
}

}  // namespace asbench::cli
