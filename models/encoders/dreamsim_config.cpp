#include "models/encoders/dreamsim_config.h"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "models/encoders/config_reader.h"
#include "models/encoders/vision_tower.h"

namespace asbench::models {
namespace {

/// More than any published variant has, few enough that no broken file asks for the memory of all.
constexpr std::size_t kMostBranches = 16;

std::array<double, 3> channels(const ConfigReader& reader, const char* field) {
  const Json* const value = reader.find(field);
  std::array<double, 3> numbers{};
  bool usable = value != nullptr && value->is_array() && value->size() == numbers.size();
  for (std::size_t c = 0; usable && c < numbers.size(); ++c) {
    usable = (*value)[c].is_number() && std::isfinite((*value)[c].get<float>());
    if (usable) numbers[c] = (*value)[c].get<double>();
  }
  if (!usable) reader.refuse(field, "three numbers are needed, for red, green and blue");
  return numbers;
}

DreamSimBranch parse_branch(const ConfigReader& reader, std::int64_t image_size) {
  DreamSimBranch branch;
  VisionConfig& vision = branch.vision;
  vision.family = VisionFamily::vit;
  vision.blocks = parse_blocks(reader, {768, 3072, 12, 12, "gelu", 1e-6});
  vision.image_size = image_size;
  vision.patch_size = reader.side("patch_size", 16);
  if (vision.patch_size > image_size || image_size % vision.patch_size != 0) {
    reader.refuse("patch_size", fmt::format("it must divide image_size, {}", image_size));
  }
  const std::string feature = reader.text("feat_type", "");
  if (feature == "embedding") {
    vision.projection = reader.size("projection_dim", 512);
  } else if (feature != "cls") {
    reader.refuse("feat_type", "supported are \"cls\" and \"embedding\"");
  } else if (reader.find("projection_dim") != nullptr) {
    reader.refuse("projection_dim", "only branches whose feat_type is \"embedding\" have one");
  }
  branch.pre_norm = reader.flag("pre_norm", false);
  branch.mean = channels(reader, "image_mean");
  branch.std = channels(reader, "image_std");
  for (const double deviation : branch.std) {
    // In float32, where the division happens.
    if (!(static_cast<float>(deviation) > 0.0F)) {
      reader.refuse("image_std", "numbers above 0 are needed");
    }
  }
  return branch;
}

}  // namespace

std::int64_t DreamSimConfig::dim() const {
  std::int64_t sum = 0;
  for (const DreamSimBranch& branch : branches) sum += branch.vision.dim();
  return sum;
}

std::int64_t DreamSimConfig::layers() const {
  std::int64_t sum = 0;
  for (const DreamSimBranch& branch : branches) sum += branch.vision.blocks.layers;
  return sum;
}

bool is_dreamsim(const Json& config) {
  return config.is_object() && config.contains("model_type") &&
         config.at("model_type") == "dreamsim";
}

DreamSimConfig parse_dreamsim_config(const Json& config, std::string_view id) {
  const std::string file = fmt::format("config.json of {}", id);
  const ConfigReader root(config, file);
  DreamSimConfig result;
  result.image_size = root.side("image_size", 224);
  const Json* const branches = root.find("branches");
  if (branches == nullptr || !branches->is_array() || branches->empty() ||
      branches->size() > kMostBranches) {
    root.refuse("branches", fmt::format("a list of 1 to {} networks is needed", kMostBranches));
  }
  for (std::size_t i = 0; i < branches->size(); ++i) {
    const ConfigReader reader((*branches)[i], file, fmt::format("branches[{}].", i));
    result.branches.push_back(parse_branch(reader, result.image_size));
  }
  return result;
}

double flops_per_image(const DreamSimConfig& config) {
  double sum = 0.0;
  for (const DreamSimBranch& branch : config.branches) {
    sum += flops_per_image(branch.vision, config.image_size, config.image_size);
  }
  return sum;
}

}  // namespace asbench::models
