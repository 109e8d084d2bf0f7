#include "models/lora/lora.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "models/layers/linear.h"
#include "models/lora/adapter_config.h"
#include "models/weights/safetensors.h"

namespace asbench::models {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kDown = ".lora_A.weight";
constexpr std::string_view kUp = ".lora_B.weight";
constexpr std::string_view kAlpha = ".alpha";
constexpr const char* kPeftConfig = "adapter_config.json";
constexpr const char* kPeftWeights = "adapter_model.safetensors";
constexpr const char* kDiffusersWeights = "pytorch_lora_weights.safetensors";
constexpr const char* kMetadata = "lora_adapter_metadata";  // diffusers' name
constexpr JsonLimits kConfigLimits{
    .max_bytes = std::size_t{16} << 20, .max_depth = 32, .kind = "the description of an adapter"};

/// The tensors of one adapted module, as they are in the file.
struct Module {
  bool down = false, up = false, alpha = false;
};

/// A file's tensors by module.
class AdapterFile {
 public:
  AdapterFile(const fs::path& path, const std::string& prefix)
      : path_(path), prefix_(prefix), weights_(open(path)) {
    for (const std::string& name : weights_.names()) sort_in(name);
    if (modules_.empty()) refuse("it holds no tensors");
    for (const auto& [module, parts] : modules_) {
      if (!parts.down) refuse(fmt::format("{}{}{} is missing", prefix_, module, kDown));
      if (!parts.up) refuse(fmt::format("{}{}{} is missing", prefix_, module, kUp));
    }
  }

  [[nodiscard]] const std::map<std::string, Module>& modules() const { return modules_; }

  [[noreturn]] void refuse(std::string_view what) const {
    throw BadInput(fmt::format("LoRA {}: {}", path_.string(), what));
  }

  /// A and B; the scale is left at 1.
  [[nodiscard]] LowRankUpdate take(const std::string& module) {
    const std::string down = prefix_ + module + std::string(kDown);
    const std::string up = prefix_ + module + std::string(kUp);
    const auto a = weights_.shape(down).value();
    const auto b = weights_.shape(up).value();
    if (a.size() != 2 || b.size() != 2 || a[0] != b[1] || a[0] < 1) {
      refuse(fmt::format("{} is [{}] and {} is [{}]; [rank, in] and [out, rank] are needed", down,
                         fmt::join(a, ", "), up, fmt::join(b, ", ")));
    }
    return {weights_.take(down, a), weights_.take(up, b)};
  }

  [[nodiscard]] double take_alpha(const std::string& module) {
    const std::string name = prefix_ + module + std::string(kAlpha);
    const auto shape = weights_.shape(name).value();
    const at::Tensor value = weights_.take(name, shape);
    if (value.numel() != 1) refuse(fmt::format("{} is not one number", name));
    return value.item<double>();
  }

  /// That every tensor was floating-point.
  void finish() const { weights_.finish(); }

 private:
  static StateDict open(const fs::path& path) {
    Checkpoint file;
    file.id = path.string();
    file.weight_files = {path};
    return StateDict::load(file, ReadMode::copied);
  }

  void sort_in(const std::string& name) {
    if (name.find("lora_magnitude_vector") != std::string::npos ||
        name.find("dora_scale") != std::string::npos) {
      refuse(fmt::format("{}: DoRA is not supported", name));
    }
    const auto module_before = [&](std::string_view ending) -> Module* {
      if (!name.starts_with(prefix_) || !name.ends_with(ending) ||
          name.size() <= prefix_.size() + ending.size()) {
        return nullptr;
      }
      return &modules_[name.substr(prefix_.size(), name.size() - prefix_.size() - ending.size())];
    };
    if (Module* const of_down = module_before(kDown)) {
      of_down->down = true;
    } else if (Module* const of_up = module_before(kUp)) {
      of_up->up = true;
    } else if (Module* const of_alpha = module_before(kAlpha)) {
      of_alpha->alpha = true;
    } else {
      refuse(fmt::format("unexpected tensor {}; {}MODULE{}, {} and {} are known", name, prefix_,
                         kDown, kUp, kAlpha));
    }
  }

  fs::path path_;
  std::string prefix_;
  StateDict weights_;
  std::map<std::string, Module> modules_;
};

/// What diffusers tells of the adapter of `component`; nothing when it tells nothing.
std::optional<AdapterConfig> config_in_metadata(const fs::path& path, std::string_view component) {
  const auto metadata = SafetensorsFile::open(path, ReadMode::copied).metadata();
  for (const auto& [field, value] : metadata) {
    if (field != kMetadata && field.find("alpha") != std::string::npos) {
      throw BadInput(fmt::format("LoRA {}: metadata field {} is {}; alpha is read from {} alone",
                                 path.string(), field, value, kMetadata));
    }
  }
  const auto found = metadata.find(kMetadata);
  if (found == metadata.end()) return std::nullopt;
  const std::string where = fmt::format("LoRA {}: {}", path.string(), kMetadata);
  const Json all = parse_json(found->second, where, kConfigLimits);
  if (!all.is_object()) throw BadInput(fmt::format("{}: an object is needed", where));
  Json own = Json::object();
  const std::string prefix = std::string(component) + ".";
  for (const auto& [field, value] : all.items()) {
    if (field.starts_with(prefix)) own[field.substr(prefix.size())] = value;
  }
  if (own.empty()) throw BadInput(fmt::format("{}: it has no fields {}*", where, prefix));
  return parse_adapter_config(own, where);
}

/// alpha / rank (or alpha / sqrt(rank)) for each module of a file.
using ScaleOf = std::function<double(const std::string& module, std::int64_t rank)>;

ScaleOf scales_by_config(AdapterFile& file, AdapterConfig config) {
  return [&file, config = std::move(config)](const std::string& module, std::int64_t rank) {
    if (!config.is_target(module))
      file.refuse(fmt::format("{} is not among the target_modules that it states", module));
    if (rank != config.rank) {
      file.refuse(fmt::format("{} has rank {}, but r is {}", module, rank, config.rank));
    }
    return config.scale();
  };
}

/// Where the file itself has alphas or none.
ScaleOf scales_by_file(AdapterFile& file) {
  std::size_t with_alpha = 0;
  for (const auto& [module, parts] : file.modules()) with_alpha += parts.alpha ? 1U : 0U;
  if (with_alpha == file.modules().size()) {
    return [&file](const std::string& module, std::int64_t rank) {
      return file.take_alpha(module) / static_cast<double>(rank);
    };
  }
  if (with_alpha != 0)
    file.refuse(fmt::format("{} of its {} modules have an alpha; all or none must", with_alpha,
                            file.modules().size()));
  return [&file, first = std::optional<std::int64_t>()](const std::string& module,
                                                        std::int64_t rank) mutable {
    if (first.value_or(rank) != rank) {
      file.refuse(
          fmt::format("{} has rank {}, another has {}, and there is no alpha: what to "
                      "scale them by is not known",
                      module, rank, *first));
    }
    first = rank;
    return 1.0;
  };
}

Lora collect(const fs::path& path, AdapterFile& file, const ScaleOf& scale_of, double scale) {
  Lora lora;
  lora.path = path;
  for (const auto& [module, parts] : file.modules()) {
    LowRankUpdate update = file.take(module);
    update.scale = scale * scale_of(module, update.down.size(0));
    lora.updates.emplace(module + ".weight", std::move(update));
  }
  file.finish();
  return lora;
}

bool any_alpha(const AdapterFile& file) {
  for (const auto& [module, parts] : file.modules()) {
    if (parts.alpha) return true;
  }
  return false;
}

Lora read_peft_folder(const fs::path& folder, double scale) {
  const fs::path config = folder / kPeftConfig;
  const fs::path weights = folder / kPeftWeights;
  AdapterFile file(weights, "base_model.model.");
  if (any_alpha(file)) file.refuse(fmt::format("it has alphas beside those of {}", kPeftConfig));
  const ScaleOf scale_of = scales_by_config(
      file, parse_adapter_config(read_json_file(config, kConfigLimits), config.string()));
  return collect(weights, file, scale_of, scale);
}

Lora read_diffusers_file(const fs::path& path, std::string_view component, double scale) {
  AdapterFile file(path, std::string(component) + ".");
  auto told = config_in_metadata(path, component);
  if (told && any_alpha(file))
    file.refuse(fmt::format("it has alphas beside those of its {}", kMetadata));
  const ScaleOf scale_of = told ? scales_by_config(file, *std::move(told)) : scales_by_file(file);
  return collect(path, file, scale_of, scale);
}

/// W + scale * (B A).
at::Tensor merged(const at::Tensor& weight, const LowRankUpdate& update) {
  // The products of the networks themselves: the same bits whatever the number of threads.
  Linear down;
  down.weight = update.down.t();
  move_to(down, c10::Device(c10::kCPU));
  at::Tensor change = at::empty(weight.sizes(), at::kFloat);
  product_into(change, update.up, down);
  return weight + change.mul_(update.scale);
}

}  // namespace

Lora read_lora(const fs::path& path, std::string_view component, double scale) {
  if (!(scale >= 0.0)) throw BadInput(fmt::format("LoRA {}: a scale of {}", path.string(), scale));
  if (!is_folder(path)) return read_diffusers_file(path, component, scale);
  if (is_file(path / kPeftConfig)) return read_peft_folder(path, scale);
  if (is_file(path / kDiffusersWeights))
    return read_diffusers_file(path / kDiffusersWeights, component, scale);
  throw BadInput(fmt::format("LoRA {}: the folder has neither {} nor {}", path.string(),
                             kPeftConfig, kDiffusersWeights));
}

void merge_lora(StateDict& weights, const Lora& lora) {
  std::vector<std::string> problems;
  for (const auto& [key, update] : lora.updates) {
    const auto shape = weights.shape(key);
    const std::vector<std::int64_t> needed = {update.up.size(0), update.down.size(1)};
    if (!shape) {
      problems.push_back(fmt::format("{}: there is no such weight", key));
    } else if (*shape != needed) {
      problems.push_back(fmt::format("{} is [{}], and the update is [{}]", key,
                                     fmt::join(*shape, ", "), fmt::join(needed, ", ")));
    }
  }
  if (!problems.empty()) {
    constexpr std::size_t kMost = 20;
    const std::size_t count = problems.size();
    if (count > kMost) problems.resize(kMost);
    throw BadInput(fmt::format("LoRA {}: {} of its {} targets do not fit the network:\n  {}{}",
                               lora.path.string(), count, lora.updates.size(),
                               fmt::join(problems, "\n  "), count > kMost ? "\n  ..." : ""));
  }
  for (const auto& [key, update] : lora.updates) {
    if (update.scale == 0.0) continue;
    weights.amend(key, [update](const at::Tensor& stored) { return merged(stored, update); });
  }
}

}  // namespace asbench::models
