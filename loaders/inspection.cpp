#include "loaders/inspection.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <utility>

#include "core/interrupt.h"
#include "core/threads.h"
#include "loaders/findings.h"

namespace asbench::loaders {
namespace {

/// What is kept of a shot when its frames are freed.
struct Seen {
  std::variant<DecodedClip, BrokenVideo> outcome;
  std::string digest;
  std::optional<AudioFacts> audio;
};

/// Shots that are decoded together: all ranges of one video, or one shot.
using Job = std::vector<ShotKey>;

std::vector<Job> make_jobs(const Outputs& outputs) {
  std::vector<Job> jobs;
  std::map<std::filesystem::path, std::size_t> by_video;
  for (const auto& [key, source] : outputs.shots) {
    if (source.is_cut()) {
      const auto [at, is_new] = by_video.emplace(source.path, jobs.size());
      if (!is_new) {
        jobs[at->second].push_back(key);
        continue;
      }
    }
    jobs.push_back({key});
  }
  return jobs;
}

std::vector<DecodeOutcome> decode(const std::vector<ShotSource>& sources,
                                  const std::vector<FrameRule>& rules) {
  if (sources.front().is_cut()) return decode_ranges(sources, rules);
  std::vector<DecodeOutcome> outcomes;
  try {
    outcomes.emplace_back(decode_clip(sources.front(), rules));
  } catch (const BrokenVideo& broken) {
    outcomes.emplace_back(broken);
  }
  return outcomes;
}

/// Once for all ranges of a video; nothing when none of them decodes.
std::optional<AudioFacts> sound_of(const ShotSource& source,
                                   const std::vector<DecodeOutcome>& outcomes) {
  const bool decodes = std::any_of(outcomes.begin(), outcomes.end(), [](const auto& outcome) {
    return std::holds_alternative<DecodedClip>(outcome);
  });
  if (!decodes || source.kind == ShotSource::Kind::frame_folder) return std::nullopt;
  return audio_facts(source.path);
}

/// Takes jobs until there are none; its results go into a map under a lock.
class Workers {
 public:
  Workers(const Outputs& outputs, const InspectionOptions& options)
      : outputs_(outputs), options_(options), jobs_(make_jobs(outputs)) {}

  std::map<ShotKey, Seen> run() {
    const auto wanted = static_cast<std::size_t>(std::max(options_.threads, 1));
    run_on_threads(
        static_cast<unsigned>(std::min(wanted, std::max<std::size_t>(jobs_.size(), 1))),
        [this] { work(); }, [this] { next_ = jobs_.size(); });
    if (failure_) std::rethrow_exception(failure_);
    return std::move(seen_);
  }

 private:
  void work() {
    try {
      for (std::size_t i = next_++; i < jobs_.size() && !interrupted(); i = next_++)
        do_job(jobs_[i]);
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      next_ = jobs_.size();
    }
  }

  void do_job(const Job& job) {
    std::vector<ShotSource> sources;
    for (const ShotKey& key : job) sources.push_back(outputs_.shots.at(key));
    auto outcomes = decode(sources, options_.rules);
    const auto audio = sound_of(sources.front(), outcomes);
    for (std::size_t i = 0; i < job.size(); ++i) {
      Seen seen{std::move(outcomes[i]), {}, {}};
      if (auto* clip = std::get_if<DecodedClip>(&seen.outcome)) {
        seen.audio = audio;
        seen.digest = clip_digest(*clip);
        clip->frames.clear();
      }
      {
        const std::scoped_lock lock(mutex_);
        seen_.emplace(job[i], std::move(seen));
      }
      if (options_.on_shot) options_.on_shot();
    }
  }

  const Outputs& outputs_;
  const InspectionOptions& options_;
  const std::vector<Job> jobs_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::map<ShotKey, Seen> seen_;
  std::exception_ptr failure_;
};

}  // namespace

Inspection inspect_outputs(const Split& split, const Outputs& outputs,
                           const InspectionOptions& options) {
  silence_decoders();
  const auto seen = Workers(outputs, options).run();
  Inspection inspection;
  inspection.findings = outputs.findings;
  std::map<ShotKey, std::string> absent;
  std::map<std::string, std::string> absent_stories;
  for (const Finding& finding : outputs.findings) {
    if (finding.shot)
      absent[{finding.story, *finding.shot}] = finding.detail;
    else
      absent_stories[finding.story] = finding.detail;
  }
  std::map<ShotKey, std::string> digests;
  std::map<ShotKey, StreamFacts> colours;
  std::map<ShotKey, ClipFormat> formats;
  for (const Story& story : split.stories) {
    for (const Shot& shot : story.shots) {
      ShotReport report;
      report.key = {story.id, shot.number};
      const auto at = seen.find(report.key);
      if (at == seen.end()) {
        const auto why = absent.find(report.key);
        report.cause = why != absent.end() ? why->second : absent_stories[story.id];
        inspection.shots.push_back(std::move(report));
        continue;
      }
      report.source = outputs.shots.at(report.key);
      if (const auto* broken = std::get_if<BrokenVideo>(&at->second.outcome)) {
        report.cause = broken->cause();
        inspection.findings.push_back(broken_finding(report.key, *broken));
      } else {
        const auto& clip = std::get<DecodedClip>(at->second.outcome);
        if (report.source->is_cut()) {
          report.source->begin_frame = clip.begin_frame;
          report.source->end_frame = clip.begin_frame + clip.frame_count;
        }
        report.frame_count = clip.frame_count;
        report.declared_frames = clip.declared_frames;
        report.fps = clip.fps;
        report.width = clip.width;
        report.height = clip.height;
        report.audio = at->second.audio;
        report.facts = clip.facts;
        colours[report.key] = clip.facts;
        formats[report.key] = {clip.fps, clip.width, clip.height};
        digests[report.key] = at->second.digest;
        const Findings found = clip_findings(report.key, clip, options.rules);
        inspection.findings.insert(inspection.findings.end(), found.begin(), found.end());
      }
      inspection.shots.push_back(std::move(report));
    }
  }
  Findings duplicates = duplicate_findings(digests);
  order_as_split(duplicates, 0, split);
  for (const Findings& of_all : {colour_findings(colours), format_findings(formats), duplicates}) {
    inspection.findings.insert(inspection.findings.end(), of_all.begin(), of_all.end());
  }
  return inspection;
}

}  // namespace asbench::loaders
