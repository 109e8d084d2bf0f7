#include "cli/known_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "baselines/catalogue.h"
#include "core/config_files.h"
#include "core/json.h"
#include "metrics/catalogue.h"
#include "metrics/settings.h"
#include "models/preprocess/clip_profile.h"
#include "models/preprocess/profile.h"
#include "models/weights/catalogue.h"

namespace asbench::cli {
namespace {

/// "demo" of "protocols/demo.json".
std::vector<std::string> names_in(std::string_view folder) {
  constexpr std::string_view kEnding = ".json";
  std::vector<std::string> names;
  for (const auto& file : config_file_names(folder))
    names.push_back(file.substr(folder.size(), file.size() - folder.size() - kEnding.size()));
  return names;
}

/// Roles of whole clips take video networks, those of predicted frames interpolation networks, the
/// others encoders of pictures.
bool takes(const std::string& role, metrics::Modality modality) {
  const auto& metrics = metrics::built_in_metrics().all();
  return std::any_of(metrics.begin(), metrics.end(), [&](const metrics::Metric& metric) {
    return metric.needs.has(role, modality);
  });
}
bool takes_clips(const std::string& role) {
  return takes(role, metrics::Modality::clip);
}
bool takes_pairs(const std::string& role) {
  return takes(role, metrics::Modality::predicted_frames);
}

}  // namespace

std::vector<std::string> protocol_names() {
  return names_in("protocols/");
}

std::vector<std::string> gate_names() {
  return names_in("gates/");
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const auto& metric : metrics::built_in_metrics().all()) names.push_back(metric.id);
  return names;
}

std::vector<std::string> baseline_names() {
  std::vector<std::string> names;
  for (const auto& info : baselines::list_baselines()) names.push_back(info.name);
  return names;
}

std::vector<std::string> encoder_names() {
  std::vector<std::string> names;
  for (const auto& entry : models::Catalogue::shipped().entries()) names.push_back(entry.id);
  names.insert(names.end(), {"asbench/mini-clip", "asbench/mini-dino"});
  return names;
}

std::vector<std::string> role_encoders() {
  std::vector<std::string> pairs;
  for (const auto& role : metrics::built_in_metrics().roles()) {
    if (takes_clips(role) || takes_pairs(role)) {
      pairs.push_back(role + "=");
      continue;
    }
    for (const auto& id : encoder_names()) pairs.push_back(fmt::format("{}={}", role, id));
  }
  return pairs;
}

std::vector<std::string> role_profiles() {
  std::vector<std::string> pairs;
  for (const auto& role : metrics::built_in_metrics().roles()) {
    if (takes_pairs(role)) continue;  // frames go into such a network as they are
    auto profiles = takes_clips(role) ? models::clip_profile_names() : profile_names();
    if (takes_clips(role)) profiles.emplace_back("hf");
    for (const auto& profile : profiles) pairs.push_back(fmt::format("{}={}", role, profile));
  }
  return pairs;
}

std::vector<std::string> profile_names() {
  return models::profile_names();
}

std::vector<std::string> background_names() {
  constexpr std::string_view kSchema = "schemas/protocol.schema.json";
  const Json schema = parse_json(config_file(kSchema).value(), kSchema);
  return schema.at("properties").at("background").at("enum").get<std::vector<std::string>>();
}

std::vector<std::string> missing_policies() {
  return {"fail", "zero", "exclude"};
}

std::vector<std::string> layout_names() {
  return {"auto", "default", "default-avi", "animeshootergen-demo", "cuts", "source"};
}

std::vector<std::string> shot_parts() {
  return {"whole", "extra"};
}

std::vector<std::string> reference_choices() {
  return {"largest", "all", "first"};
}

std::vector<std::string> split_forms() {
  return {"demo", "test-set", "manifest", "annotations"};
}

std::vector<std::string> fvd_variant_names() {
  return {"stylegan-v", "cmv", "cd-i3d", "cd-videomae"};
}

std::vector<std::string> frame_rules() {
  return {"midpoint:", "ends:", "stride:", "window:", "all"};
}

std::vector<std::string> device_names() {
  return {"cpu", "cuda", "cuda:", "auto"};
}

std::vector<std::string> distribution_metric_names() {
  return {"frechet", "kernel", "jedi", "precision", "recall", "density", "coverage", "kid"};
}

}  // namespace asbench::cli
