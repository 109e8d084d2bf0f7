#include "evaluation/coverage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/words.h"
#include "document/finding_kinds.h"
#include "loaders/findings.h"
#include "loaders/video/clip_reader.h"

namespace asbench::evaluation {
namespace {

constexpr std::size_t kListed = 20;  // of a kind

/// What is known before any clip is opened: the findings of split and outputs, and which shots have
/// no file.
Coverage expected(const loaders::Split& split, const loaders::Outputs& outputs) {
  Coverage coverage;
  for (const auto& lost : split.lost) coverage.left_out_shots += lost.shots;
  coverage.expected_shots = static_cast<int>(split.shot_count()) + coverage.left_out_shots;
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

/// "fox/0 shot 2: ", "fox/0: " or nothing.
std::string where_of(const Finding& finding) {
  if (finding.story.empty()) return {};
  if (!finding.shot) return finding.story + ": ";
  return fmt::format("{} shot {}: ", finding.story, *finding.shot);
}

std::string counted_shots(const Coverage& coverage) {
  return counted(coverage.expected_shots, "shot", "shots");
}

/// Lines of a list, the first ones of each kind, in the order of first occurrence.
class Causes {
 public:
  void add(const std::string& kind, std::string line) {
    auto found = std::find_if(kinds_.begin(), kinds_.end(),
                              [&](const auto& entry) { return entry.first == kind; });
    if (found == kinds_.end()) found = kinds_.insert(kinds_.end(), {kind, {}});
    found->second.push_back(std::move(line));
  }
  [[nodiscard]] bool empty() const { return kinds_.empty(); }
  [[nodiscard]] std::string list() const {
    std::string text;
    for (const auto& [kind, lines] : kinds_) {
      for (std::size_t i = 0; i < std::min(lines.size(), kListed); ++i) text += "\n  " + lines[i];
      if (lines.size() > kListed) {
        text +=
            fmt::format("\n  ... and {} more (asbench inspect lists all)", lines.size() - kListed);
      }
    }
    return text;
  }

 private:
  std::vector<std::pair<std::string, std::vector<std::string>>> kinds_;
};

}  // namespace

Probe probe(const loaders::Split& split, const loaders::Outputs& outputs,
            const std::function<bool(const std::string&)>& decoded_before,
            const features::ClipSource& clips, Progress* progress) {
  Probe probe{expected(split, outputs), {}};
  const std::size_t of_shots = probe.coverage.findings.size();
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
    if (progress != nullptr) progress->advance();
    if (!known->broken) continue;
    probe.coverage.missing.insert(key);
    probe.coverage.findings.push_back(loaders::broken_finding(
        key, loaders::BrokenVideo(source.path, known->broken->cause, known->broken->kind)));
  }
  loaders::order_as_split(probe.coverage.findings, of_shots, split);
  return probe;
}

Coverage cover(const loaders::Split& split, const loaders::Outputs& outputs,
               const std::map<loaders::ShotKey, std::size_t>& clips,
               std::span<const features::ClipOutcome> outcomes, const loaders::FrameRule& rule) {
  Coverage coverage = expected(split, outputs);
  const std::size_t of_shots = coverage.findings.size();
  std::map<loaders::ShotKey, std::string> digests;
  std::map<loaders::ShotKey, loaders::StreamFacts> colours;
  std::map<loaders::ShotKey, loaders::ClipFormat> formats;
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
    formats[key] = {outcome.fps, outcome.width, outcome.height};
    const auto findings = loaders::clip_findings(key, counts, std::span(&rule, 1));
    coverage.findings.insert(coverage.findings.end(), findings.begin(), findings.end());
  }
  loaders::order_as_split(coverage.findings, of_shots, split);
  Findings duplicates = loaders::duplicate_findings(digests);
  loaders::order_as_split(duplicates, 0, split);
  for (const Findings& of_all :
       {loaders::colour_findings(colours), loaders::format_findings(formats), duplicates}) {
    coverage.findings.insert(coverage.findings.end(), of_all.begin(), of_all.end());
  }
  return coverage;
}

Findings blocking_findings(const Coverage& coverage) {
  Findings blocking;
  for (const Finding& finding : coverage.findings) {
    if (document::is_blocking(finding.kind, coverage.needs)) blocking.push_back(finding);
  }
  return blocking;
}

void require_complete(const Coverage& coverage, std::string_view advice) {
  Causes causes;
  std::set<loaders::ShotKey> explained;
  int others = 0;
  for (const Finding& finding : blocking_findings(coverage)) {
    const bool about_missing_shot =
        finding.shot && coverage.missing.contains({finding.story, *finding.shot});
    if (about_missing_shot && !explained.insert({finding.story, *finding.shot}).second) continue;
    if (!about_missing_shot) ++others;
    causes.add(finding.kind,
               fmt::format("{}{}: {}", where_of(finding), finding.kind, finding.detail));
  }
  for (const auto& key : coverage.missing) {
    if (!explained.contains(key))
      causes.add("missing_shot", fmt::format("{} shot {}: missing", key.story, key.shot));
  }
  if (causes.empty()) return;
  std::vector<std::string> what;
  if (others > 0)
    what.push_back(fmt::format("{} of the split {} missing or unusable",
                               others == 1 ? "one part" : fmt::format("{} parts", others),
                               others == 1 ? "is" : "are"));
  if (const auto shots = coverage.missing.size(); shots > 0)
    what.push_back(fmt::format("{} of {} {} missing or broken", shots, counted_shots(coverage),
                               shots == 1 ? "is" : "are"));
  throw BadInput(fmt::format("{}:{}\n  {}", fmt::join(what, ", and "), causes.list(), advice));
}

}  // namespace asbench::evaluation
