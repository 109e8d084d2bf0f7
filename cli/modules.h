#pragma once

namespace asbench::cli {

/// The commands that need OpenCV, LibTorch, FAISS or BLAS live in shared modules beside the program
/// (../lib), which are loaded when one of them is called, so `asbench metrics list` starts in
/// milliseconds. Each module exports one function per command, `extern "C" int
/// asbench_run_<command>(const Options*)`, which returns an exit code and never throws.
enum class Module {
  media,    ///< OpenCV: inspect, generate (drawn and copied shots), report, agree
  numbers,  ///< FAISS and BLAS: distribution
  network,  ///< libcurl: weights
  engine,   ///< OpenCV and LibTorch: demo, generate (networks), score, encode, plan, status, store,
            ///< features, boxes, component
};

/// Loads the module (once) and finds a function in it. @throws Error with the loader's own words.
[[nodiscard]] void* module_function(Module module, const char* name);

/// Calls `name` in the module with the command's options.
template <typename Options>
int run_in_module(Module module, const char* name, const Options& options) {
  return reinterpret_cast<int (*)(const Options*)>(module_function(module, name))(&options);
}

}  // namespace asbench::cli
