#include "cli/version_text.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "core/version.h"

namespace asbench::cli {

std::string version_text() {
  const auto& build = build_info();
  const std::filesystem::path cuda_library =
      std::filesystem::path(ASBENCH_LIBTORCH_FOLDER) / "libtorch_cuda.so";
  std::string cuda = "no (this LibTorch is built without CUDA: it has no libtorch_cuda.so)";
  if (std::filesystem::exists(cuda_library)) {
    void* driver = ::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
    cuda = driver != nullptr ? "yes" : "no (no NVIDIA driver found: libcuda.so.1 is missing)";
    if (driver != nullptr) ::dlclose(driver);
  }
  return fmt::format("asbench {}\ncommit {}{}\n{} {}\nLibTorch {}\nOpenCV {}\nFAISS {}\nCUDA {}",
                     build.version, build.commit, build.dirty ? " (with local changes)" : "",
                     build.compiler, build.build_type, ASBENCH_LIBTORCH_VERSION,
                     ASBENCH_OPENCV_VERSION, ASBENCH_FAISS_VERSION, cuda);
}

}  // namespace asbench::cli
