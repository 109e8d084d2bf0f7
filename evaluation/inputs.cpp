#include "evaluation/inputs.h"

#include <fmt/format.h>

#include "features/extractor.h"

namespace asbench::evaluation {
namespace {

std::string subset_name(const loaders::Selection& selection, const loaders::Split& part,
                        const loaders::Split& whole) {
  if (loaders::is_whole(selection)) return {};
  std::string name =
      fmt::format("{}of{}#{}", part.stories.size(), whole.stories.size(), part.sha256.substr(0, 8));
  if (selection.subset) name += fmt::format(":seed={}", selection.seed);
  return name;
}

}  // namespace

Inputs read_inputs(const std::filesystem::path& split_path,
                   const std::optional<std::string>& format, const loaders::Selection& selection,
                   const std::filesystem::path& outputs_path, const std::string& layout) {
  const auto whole = loaders::read_split(split_path, format);
  Inputs inputs{loaders::select(whole, selection), {}, {}};
  inputs.outputs = loaders::restrict_to(
      loaders::find_outputs(whole, outputs_path, {.layout = layout}), inputs.split);
  inputs.subset = subset_name(selection, inputs.split, whole);
  return inputs;
}

Probe probe_inputs(const Inputs& inputs, const features::FeatureStore& store) {
  return probe(inputs.split, inputs.outputs,
               [&](const std::string& content) { return features::was_decoded(content, store); });
}

}  // namespace asbench::evaluation
