#include "evaluation/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/interrupt.h"
#include "document/finding_kinds.h"
#include "loaders/findings.h"
#include "loaders/video/clip_reader.h"

namespace asbench::evaluation {
namespace {

constexpr std::size_t kListed = 20;

/// What is known before any clip is opened: the findings of split and outputs, and which shots have
/// no file.
Coverage expected(const loaders::Split& split, const loaders::Outputs& outputs) {
  Coverage coverage;
  coverage.expected_shots = static_cast<int>(split.shot_count());
  coverage.findings = split.findings;
  coverage.findings.insert(coverage.findings.end(), outputs.findings.begin(),
                           outputs.findings.end());
  for (const auto& story : split.stories) {
    for (const auto& shot : story.shots) {
      const loaders::ShotKey key{story.id, shot.number};
      if (!outputs.shots.contains(key)) coverage.missing.insert(key);
    }
  }
  return coverage;
}

features::KnownClip look_at(
    const loaders::ShotSource& source,
    const std::function<bool(const std::string&)>& decoded_before,
    const features::ClipSource& clips,
    std::map<std::string, std::optional<features::ClipOutcome::Broken>>& verdicts) {
  features::KnownClip known;
  try {
    known.content_sha256 = clips.content_sha256(source);
    const auto [verdict, is_new] = verdicts.emplace(known.content_sha256, std::nullopt);
    if (is_new && !decoded_before(known.content_sha256)) {
      try {
        clips.check(source);
      } catch (const loaders::BrokenVideo& broken) {
        verdict->second = {broken.kind(), broken.cause()};
      }
    }
    known.broken = verdict->second;
  } catch (const loaders::BrokenVideo& broken) {
    known.broken = {broken.kind(), broken.cause()};
  }
  return known;
}

}  // namespace

Probe probe(const loaders::Split& split, const loaders::Outputs& outputs,
            const std::function<bool(const std::string&)>& decoded_before,
            const features::ClipSource& clips) {
  Probe probe{expected(split, outputs), {}};
  // By content: equal files are opened once.
  std::map<std::string, std::optional<features::ClipOutcome::Broken>> verdicts;
  for (const auto& [key, source] : outputs.shots) {
    if (interrupted())
      throw Error(
          "interrupted while checking the videos, before anything was encoded. Run the same "
          "command to start again.");
    auto known = probe.known.find(source);
    if (!known) {
      std::string stamp = features::KnownClips::stamp_of(source);
      known = look_at(source, decoded_before, clips, verdicts);
      probe.known.add(source, *known, std::move(stamp));
    }
    if (!known->broken) continue;
    probe.coverage.missing.insert(key);
    probe.coverage.findings.push_back(loaders::broken_finding(
        key, loaders::BrokenVideo(source.path, known->broken->cause, known->broken->kind)));
  }
  return probe;
}

Coverage cover(const loaders::Split& split, const loaders::Outputs& outputs,
               const std::map<loaders::ShotKey, std::size_t>& clips,
               std::span<const features::ClipOutcome> outcomes, const loaders::FrameRule& rule) {
  Coverage coverage = expected(split, outputs);
  std::map<loaders::ShotKey, std::string> digests;
  std::map<loaders::ShotKey, loaders::StreamFacts> colours;
  for (const auto& [key, source] : outputs.shots) {
    const auto& outcome = outcomes[clips.at(key)];
    if (outcome.broken) {
      coverage.missing.insert(key);
      coverage.findings.push_back(loaders::broken_finding(
          key, loaders::BrokenVideo(source.path, outcome.broken->cause, outcome.broken->kind)));
      continue;
    }
    digests[key] = outcome.sample_digest;
    loaders::DecodedClip counts;
    counts.frame_count = outcome.frame_count;
    counts.declared_frames = outcome.declared_frames;
    counts.facts = outcome.facts;
    colours[key] = outcome.facts;
    const auto findings = loaders::clip_findings(key, counts, std::span(&rule, 1));
    coverage.findings.insert(coverage.findings.end(), findings.begin(), findings.end());
  }
  for (const Findings& of_all :
       {loaders::colour_findings(colours), loaders::duplicate_findings(digests)}) {
    coverage.findings.insert(coverage.findings.end(), of_all.begin(), of_all.end());
  }
  return coverage;
}

void require_complete(const Coverage& coverage) {
  if (coverage.missing.empty()) return;
  std::string list;
  std::size_t listed = 0;
  for (const auto& key : coverage.missing) {
    if (listed++ == kListed) {
      list += fmt::format("\n  ... and {} more (asbench inspect lists all)",
                          coverage.missing.size() - kListed);
      break;
    }
    const auto why = std::find_if(coverage.findings.begin(), coverage.findings.end(),
                                  [&](const Finding& finding) {
                                    return finding.story == key.story && finding.shot == key.shot &&
                                           document::is_blocking(finding.kind);
                                  });
    list += fmt::format(
        "\n  {} shot {}: {}", key.story, key.shot,
        why == coverage.findings.end() ? "missing" : fmt::format("{}: {}", why->kind, why->detail));
  }
  throw BadInput(
      fmt::format("{} of {} shots are missing or broken:{}\n  Complete the outputs, or choose "
                  "how to count these shots: --missing zero "
                  "(they count as failures) or --missing exclude (they are left out).",
                  coverage.missing.size(), coverage.expected_shots, list));
}

}  // namespace asbench::evaluation
