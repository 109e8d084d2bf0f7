#include "evaluation/inputs.h"

#include <fmt/format.h>

#include "core/error.h"
#include "features/extractor.h"

namespace asbench::evaluation {
namespace {

constexpr std::size_t kListed = 5;

std::string subset_name(const loaders::Selection& selection, const loaders::Split& part,
                        const loaders::Split& whole) {
  if (loaders::is_whole(selection)) return {};
  std::string name =
      fmt::format("{}of{}#{}", part.stories.size(), whole.stories.size(), part.sha256.substr(0, 8));
  if (selection.subset) name += fmt::format(":seed={}", selection.seed);
  return name;
}

/// Files that are numbered differently from the split are no missing shots: whatever --missing
/// says, the right ones are there, and only their layout is wrong.
void refuse_other_numbering(const Findings& findings) {
  std::string list;
  std::size_t count = 0;
  for (const Finding& finding : findings) {
    if (finding.kind != "zero_based_numbering" && finding.kind != "one_based_numbering") continue;
    if (++count <= kListed) list += fmt::format("\n  {}: {}", finding.story, finding.detail);
  }
  if (count == 0) return;
  if (count > kListed)
    list += fmt::format("\n  ... and {} more (asbench inspect lists all)", count - kListed);
  throw BadInput(fmt::format("The outputs number {} differently from the split:{}",
                             count == 1 ? "one story" : fmt::format("{} stories", count), list));
}

}  // namespace

Inputs read_inputs(const std::filesystem::path& split_path,
                   const std::optional<std::string>& format, const loaders::Selection& selection,
                   const std::filesystem::path& outputs_path, const std::string& layout) {
  const auto whole = loaders::read_split(split_path, format);
  Inputs inputs{loaders::select(whole, selection), {}, {}};
  inputs.outputs = loaders::restrict_to(
      loaders::find_outputs(whole, outputs_path, {.layout = layout}), inputs.split);
  refuse_other_numbering(inputs.outputs.findings);
  inputs.subset = subset_name(selection, inputs.split, whole);
  return inputs;
}

Probe probe_inputs(const Inputs& inputs, const features::FeatureStore& store) {
  return probe(inputs.split, inputs.outputs,
               [&](const std::string& content) { return features::was_decoded(content, store); });
}

}  // namespace asbench::evaluation
