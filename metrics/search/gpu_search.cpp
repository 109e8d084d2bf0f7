#include "metrics/search/gpu_search.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "metrics/search/gpu_plugin.h"

namespace asbench::metrics {
namespace {

constexpr const char* kFile = "/libasbench_faiss_gpu.so";
constexpr const char* kVariable = "ASBENCH_FAISS_GPU";

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

/// Beside the module that this code is part of, then in the folder lib beside that one's.
std::vector<std::string> usual_places() {
  Dl_info info;
  const auto* here = reinterpret_cast<const void*>(&GpuSearch::of_this_process);
  if (dladdr(here, &info) == 0 || info.dli_fname == nullptr) return {};
  const std::string folder = parent_of(info.dli_fname);
  return {folder + kFile, folder + "/../lib" + kFile};
}

std::string plugin_of_this_process() {
  if (const char* named = std::getenv(kVariable)) return named;
  for (auto& place : usual_places()) {
    if (access(place.c_str(), F_OK) == 0) return place;
  }
  return {};
}

}  // namespace

const GpuSearch& GpuSearch::of_this_process() {
  static const GpuSearch search(plugin_of_this_process());
  return search;
}

GpuSearch::GpuSearch(const std::string& plugin) {
  if (plugin.empty()) {
    reason_ = "FAISS's part for GPUs is not installed (`./bootstrap.sh cuda` builds it)";
    return;
  }
  // Local: neither FAISS's nor CUDA's names may meet those of the program. Never closed: CUDA's
  // runtime does not bear it.
  void* const library = dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const cause = dlerror();
    reason_ = fmt::format("{} can't be opened: {}", plugin,
                          cause != nullptr ? cause : "the system names no cause");
    return;
  }
  const auto entry = reinterpret_cast<AsbenchFaissGpuEntry>(dlsym(library, "asbench_faiss_gpu"));
  const AsbenchFaissGpu* const found = entry == nullptr ? nullptr : entry();
  if (found == nullptr || found->abi != ASBENCH_FAISS_GPU_ABI) {
    reason_ = fmt::format(
        "{} is of another version of asbench (`./bootstrap.sh cuda` builds the one that fits)",
        plugin);
    return;
  }
  plugin_ = found;
}

std::optional<std::string> GpuSearch::why_not(int gpu) const {
  if (plugin_ == nullptr) return reason_;
  std::array<char, 256> cause{};
  const int count = plugin_->count(cause.data(), cause.size());
  if (count == 0)
    return fmt::format("no GPU or driver answers{}{}", cause[0] == 0 ? "" : ": ", cause.data());
  if (gpu < 0 || gpu >= count)
    return fmt::format("there is no GPU {}: {} answer{}, counted from 0", gpu, count,
                       count == 1 ? "s" : "");
  return std::nullopt;
}

std::string GpuSearch::faiss_version() const {
  return plugin_ == nullptr ? std::string() : plugin_->faiss_version;
}

std::string GpuSearch::gpu_name(int gpu) const {
  std::array<char, 256> name{};
  const bool known = plugin_ != nullptr && plugin_->name(gpu, name.data(), name.size());
  return known ? name.data() : std::string();
}

int GpuSearch::largest_k() const {
  return plugin_ == nullptr ? 0 : plugin_->largest_k;
}

}  // namespace asbench::metrics
