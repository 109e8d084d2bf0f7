#include "evaluation/inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "document/finding_kinds.h"
#include "evaluation/plan.h"
#include "features/extractor.h"
#include "loaders/findings.h"
#include "metrics/catalogue.h"
#include "metrics/need.h"

namespace asbench::evaluation {
namespace {

constexpr std::size_t kListed = 5;

std::string subset_name(const loaders::Selection& selection, const loaders::Split& part,
                        const loaders::Split& whole) {
  if (loaders::is_whole(selection)) return {};
  std::string name = fmt::format("{}of{}#{}", part.stories.size() + part.lost.size(),
                                 whole.whole_count(), part.sha256.substr(0, 8));
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

/// The causes, one a line.
std::string causes_in(const Findings& findings) {
  std::string causes;
  for (const Finding& finding : findings) {
    if (document::is_blocking(finding.kind))
      causes += fmt::format("\n  {}: {}", finding.kind, finding.detail);
  }
  return causes;
}

/// No story of the split could be read, nor counted: no policy has anything to score.
[[noreturn]] void refuse_without_stories(const loaders::Split& split) {
  throw BadInput(
      fmt::format("split {}: no story can be read, and nothing says how many there are:{}",
                  split.name, causes_in(split.findings)));
}

}  // namespace

Inputs read_inputs(const std::filesystem::path& split_path,
                   const std::optional<std::string>& format, const loaders::Selection& selection,
                   const loaders::SourceRules& source, const std::filesystem::path& outputs_path,
                   const loaders::OutputOptions& layout, std::string_view background) {
  auto whole = loaders::read_split(split_path, format, selection, source);
  if (whole.whole_count() == 0) refuse_without_stories(whole);
  Inputs inputs{loaders::select(whole, selection), {}, {}};
  if (inputs.split.stories.empty() && inputs.split.lost.empty())
    refuse_without_stories(inputs.split);
  inputs.outputs =
      loaders::restrict_to(loaders::find_all_outputs(whole, outputs_path, layout), inputs.split);
  refuse_other_numbering(inputs.outputs.findings);
  inputs.subset = subset_name(selection, inputs.split, whole);
  inputs.whole = std::make_shared<const loaders::Split>(std::move(whole));
  const Findings references = loaders::keep_usable_references(inputs.split, background);
  inputs.split.findings.insert(inputs.split.findings.end(), references.begin(), references.end());
  return inputs;
}

void leave_out_prologues(Inputs& inputs) {
  if (loaders::leave_out_prologues(inputs.split) == 0) return;
  inputs.outputs = loaders::restrict_to(inputs.outputs, inputs.split);
  if (inputs.split.stories.empty()) {
    throw BadInput(
        fmt::format("split {}: every shot is marked as a prologue or an epilogue, and the protocol "
                    "leaves these "
                    "out.\n  A protocol file with \"prologue\": \"include\" scores them.",
                    inputs.split.name));
  }
}

document::InputNeeds needs_of(const Protocol& protocol) {
  using metrics::Modality;
  const auto needs = protocol.catalogue.needs_of(protocol.metrics);
  return {.references = needs.has(Modality::references) ||
                        needs.has(Modality::mirrored_references) || needs.has(Modality::gallery),
          .captions = needs.has(Modality::caption)};
}

void find_missing_captions(loaders::Split& split, const Protocol& protocol) {
  if (protocol.text == "narrative") return;
  std::erase_if(split.findings,
                [](const Finding& finding) { return finding.kind == "missing_caption"; });
  for (const auto& story : split.stories) {
    for (const auto& shot : story.shots) {
      if (caption_of(shot, protocol.text)) continue;
      split.findings.push_back({"missing_caption", story.id, shot.number,
                                fmt::format("no caption for text={}", protocol.text)});
    }
  }
}

void count_lost_as_failures(Inputs& inputs) {
  if (!inputs.split.uncounted_ips.empty()) {
    throw BadInput(fmt::format(
        "--missing zero counts lost stories as failures, but nothing says how many stories {} "
        "{}:{}\n  Mend the split, or leave its lost stories out with --missing exclude.",
        fmt::join(inputs.split.uncounted_ips, ", "),
        inputs.split.uncounted_ips.size() == 1 ? "has" : "have", causes_in(inputs.split.findings)));
  }
  if (!inputs.split.lost.empty()) inputs.split = loaders::with_lost_stories(inputs.split);
}

Probe probe_inputs(const Inputs& inputs, const features::FeatureStore& store, Progress* progress,
                   const features::ClipSource& clips) {
  return probe(
      inputs.split, inputs.outputs,
      [&](const std::string& content) { return features::was_decoded(content, store); }, clips,
      progress);
}

}  // namespace asbench::evaluation
