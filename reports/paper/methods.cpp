#include "reports/paper/methods.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <set>

#include "core/error.h"
#include "core/nearest_name.h"
#include "core/words.h"
#include "document/signature.h"
#include "reports/leaderboard/ranking.h"
#include "reports/leaderboard/words.h"
#include "reports/paper/bibliography.h"
#include "reports/paper/by_value.h"
#include "reports/tables/escape_text.h"
#include "reports/tables/latex_note.h"

namespace asbench::reports {
namespace {

constexpr std::size_t kHashDigits = 16;  ///< of a SHA-256: the documents have all 64
constexpr int kFewIps = 10;  ///< below, intervals are too narrow (docs/design/metrics.md 9.2)

using Results = std::vector<const document::Result*>;
using Sentences = std::vector<MethodsSentence>;

std::string setting(const document::Result& result, const std::string& name) {
  const auto found = result.settings.find(name);
  if (found == result.settings.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string short_hash(const std::string& sha256) {
  return sha256.size() > kHashDigits ? sha256.substr(0, kHashDigits) + "..." : sha256;
}

/// "midpoint:5" in words.
std::string frames_in_words(const std::string& rule) {
  const auto colon = rule.find(':');
  const std::string kind = rule.substr(0, colon);
  const std::string count = colon == std::string::npos ? std::string() : rule.substr(colon + 1);
  if (kind == "midpoint")
    return fmt::format("the middle frame of each of {} equal parts of a shot ({})", count, rule);
  if (kind == "ends")
    return fmt::format("{} frames at equal steps from the first of a shot to its last ({})", count,
                       rule);
  if (kind == "stride")
    return fmt::format("{} frames of a shot at equal steps from its first ({})", count, rule);
  if (kind == "window")
    return fmt::format("{} contiguous frames in the middle of a shot ({})", count, rule);
  if (kind == "all") return "every frame of a shot";
  return fmt::format("frames by the rule {}", rule);
}

void add_program(const Results& results, Sentences& sentences) {
  const std::string version = by_value(results, [](const document::Result& result) {
    const auto& made = result.provenance;
    return fmt::format("{} (commit {}{})", made.version, made.commit.substr(0, 12),
                       made.dirty ? ", with changes" : "");
  });
  const std::string protocol =
      by_value(results, [](const document::Result& result) { return result.protocol; });
  sentences.push_back(
      {fmt::format("We evaluate {} with AnimeShooter-Bench {} under the protocol {}",
                   counted(static_cast<std::int64_t>(results.size()), "system", "systems"), version,
                   protocol),
       {"asbench"}});
}

void add_data(const Results& results, Sentences& sentences) {
  sentences.push_back({"The data are " + by_value(results, [](const document::Result& result) {
                         const auto& split = result.split;
                         return fmt::format("{} with {} and {} (SHA-256 {})", split.name,
                                            stories_of_ips(split.stories, split.ips),
                                            counted(split.shots, "shot", "shots"),
                                            short_hash(split.sha256));
                       })});
  sentences.push_back({"We sample " + by_value(results, [](const document::Result& result) {
                         return frames_in_words(setting(result, "frames"));
                       })});
  const std::string background = by_value(
      results, [](const document::Result& result) { return setting(result, "background"); });
  if (!background.empty())
    sentences.back().text += ", and composite transparent references on " + background;
}

/// The encoders of one role, by what each run used.
void add_encoders(const Results& results, Sentences& sentences) {
  std::vector<std::string> roles;
  for (const auto* result : results) {
    for (const auto& [role, weights] : result->provenance.weights) {
      if (std::find(roles.begin(), roles.end(), role) == roles.end()) roles.push_back(role);
    }
  }
  for (const auto& role : roles) {
    std::set<std::string> cites;
    const std::string used = by_value(results, [&](const document::Result& result) {
      const auto found = result.provenance.weights.find(role);
      if (found == result.provenance.weights.end()) return std::string("none");
      const auto& weights = found->second;
      for (auto& key : works_of_encoder(result, weights.id)) cites.insert(std::move(key));
      return fmt::format("{} (weights' SHA-256 {}{})", weights.id, short_hash(weights.sha256),
                         weights.revision
                             ? fmt::format(", revision {}", weights.revision->substr(0, 12))
                             : std::string());
    });
    sentences.push_back(
        {fmt::format("The encoder {} is {}", role, used), {cites.begin(), cites.end()}});
  }
}

/// What the results say about a metric, by the first of them that describes it.
const document::ResultMetric* metric_of(const Results& results, const std::string& id) {
  const document::ResultMetric* any = nullptr;
  for (const auto* result : results) {
    const auto* metric = result->find_metric(id);
    if (metric != nullptr && !metric->description.title.empty()) return metric;
    if (any == nullptr) any = metric;
  }
  return any;
}

void add_metrics(const Results& results, const std::vector<std::string>& metrics,
                 Sentences& sentences) {
  const std::pair<document::MetricKind, std::string_view> kinds[] = {
      {document::MetricKind::headline, "The metrics are "},
      {document::MetricKind::control, "They are read beside the controls "},
      {document::MetricKind::set, "Over all clips of a system together, we report "}};
  for (const auto& [kind, words] : kinds) {
    std::vector<std::string> names;
    std::set<std::string> cites;
    for (const auto& id : metrics) {
      const auto& description = metric_of(results, id)->description;
      if (description.kind != kind) continue;
      names.push_back(description.title.empty() ? id
                                                : fmt::format("{} ({})", description.title, id));
      cites.insert(description.cites.begin(), description.cites.end());
    }
    if (names.empty()) continue;
    sentences.push_back({fmt::format("{}{}", words, listed(names)), {cites.begin(), cites.end()}});
  }
}

/// "frame>shot>story>system" -> the metrics that are averaged so.
void add_means(const Results& results, const std::vector<std::string>& metrics,
               Sentences& sentences) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_levels;
  bool harmeanp = false;
  for (const auto& id : metrics) {
    const auto* metric = metric_of(results, id);
    harmeanp = harmeanp || metric->has_harmeanp;
    const std::string levels = document::Signature::parse(metric->signature).aggregation;
    if (levels.find('>') == std::string::npos) continue;
    auto found = std::find_if(by_levels.begin(), by_levels.end(),
                              [&](const auto& known) { return known.first == levels; });
    if (found == by_levels.end()) found = by_levels.insert(found, {levels, {}});
    found->second.push_back(id);
  }
  std::vector<std::string> parts;
  for (const auto& [levels, ids] : by_levels) {
    const std::string words = replaced(levels, ">", ", then ");
    parts.push_back(by_levels.size() == 1 ? words : fmt::format("{} for {}", words, listed(ids)));
  }
  if (!parts.empty())
    sentences.push_back(
        {fmt::format("Values are unweighted means level by level: {}", fmt::join(parts, "; "))});
  if (harmeanp)
    sentences.push_back({"HarMeanP is the harmonic mean of a story's shots times its worst shot"});
}

void add_missing(const Results& results, Sentences& sentences) {
  sentences.push_back(
      {"Missing or damaged shots " + by_value(results, [](const document::Result& result) {
         const std::string& policy = result.coverage.policy;
         if (policy == "zero") return std::string("count as failures (policy zero)");
         if (policy == "exclude") return std::string("are left out (policy exclude)");
         return fmt::format("end a run (policy {})", policy);
       })});
  const bool whole = std::all_of(results.begin(), results.end(), [](const auto* result) {
    return result->coverage.scored_shots == result->coverage.expected_shots;
  });
  sentences.back().text +=
      whole ? std::string("; every shot of every system was scored")
            : "; scored are " + by_value(results, [](const document::Result& result) {
                return fmt::format("{} of {} shots", result.coverage.scored_shots,
                                   result.coverage.expected_shots);
              });
}

void add_uncertainty(const Results& results, const std::vector<std::string>& metrics,
                     Sentences& sentences) {
  bool of_stories = false, of_sets = false;
  for (const auto& id : metrics) {
    const auto* metric = metric_of(results, id);
    if (!metric->ci95) continue;
    (metric->description.kind == document::MetricKind::set ? of_sets : of_stories) = true;
  }
  if (of_stories) {
    std::string text =
        "Intervals are " + by_value(results, [](const document::Result& result) {
          const Json confidence = result.settings.value("confidence", Json::object());
          if (!confidence.contains("replicates") || !confidence.contains("seed"))
            return std::string("95 % intervals of a bootstrap over whole IPs");
          return fmt::format(
              "95 % intervals of a bootstrap over whole IPs ({} replicates, seed {})",
              confidence.at("replicates").dump(), confidence.at("seed").dump());
        });
    const bool few = std::any_of(results.begin(), results.end(),
                                 [](const auto* result) { return result->split.ips < kFewIps; });
    sentences.push_back(
        {text + (few ? fmt::format("; below {} IPs they are too narrow", kFewIps) : "")});
  }
  if (of_sets)
    sentences.push_back(
        {"Intervals of metrics of all clips together are delete-one-IP jackknife intervals"});
  sentences.push_back(
      {"In tables, a value whose interval reaches the best one is marked as such. Where two "
       "systems "
       "are tested against each other (asbench compare), the test flips the signs of whole IPs and "
       "is corrected for the number of metrics by Holm's method"});
}

void add_controls(const Results& results, const std::vector<std::string>& metrics,
                  Sentences& sentences) {
  std::vector<std::string> guarded, controls;
  const auto add = [](std::vector<std::string>& list, const std::string& name) {
    if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
  };
  for (const auto& id : metrics) {
    for (const auto& control : metric_of(results, id)->description.controls) {
      add(guarded, id);
      add(controls, control);
    }
  }
  if (!guarded.empty())
    sentences.push_back(
        {fmt::format("A system is marked in {} only where the controls of the metric are within "
                     "their limits ({})",
                     listed(guarded), listed(controls))});
}

void add_conditions(const Results& results, Sentences& sentences) {
  sentences.push_back(
      {"Videos were decoded by " +
       by_value(results, [](const auto& result) { return result.provenance.decoder; }) +
       ", and encoders ran on " + by_value(results, [](const auto& result) {
         std::vector<std::string> libraries;
         for (const auto& [name, version] : result.provenance.libraries.items())
           libraries.push_back(
               name + " " +
               (version.is_string() ? version.template get<std::string>() : version.dump()));
         return libraries.empty()
                    ? result.provenance.device
                    : fmt::format("{} with {}", result.provenance.device, listed(libraries));
       })});
  const std::string deviations = by_value(results, [](const document::Result& result) {
    return result.overrides.empty() ? std::string("none")
                                    : fmt::format("{}", fmt::join(result.overrides, "; "));
  });
  sentences.push_back({"Deviations from the protocol: " + deviations});
  for (const auto* result : results) {
    if (!result->note.empty())
      sentences.push_back({fmt::format("Of {}: {}", result->system, result->note)});
  }
  std::set<std::string> demo;
  for (const auto* result : results)
    demo.insert(result->demo_encoders.begin(), result->demo_encoders.end());
  if (!demo.empty())
    sentences.push_back({fmt::format(
        "{} come with the program and judge no real system: these numbers are for the demo and "
        "tests only",
        listed({demo.begin(), demo.end()}))});
}

void add_published(std::span<const document::Result> results, Sentences& sentences) {
  std::vector<std::string> systems;
  std::set<std::string> cites;
  for (const auto& result : results) {
    if (result.kind != document::ResultKind::reported) continue;
    systems.push_back(result.system);
    for (const auto& metric : result.metrics)
      cites.insert(metric.description.cites.begin(), metric.description.cites.end());
  }
  if (!systems.empty())
    sentences.push_back({fmt::format("The numbers of {} are {}", listed(systems), kReportedLabel),
                         {cites.begin(), cites.end()}});
}

std::vector<std::string> chosen_metrics(std::span<const document::Result> results,
                                        const Results& measured,
                                        const std::vector<std::string>& asked) {
  if (asked.empty()) {
    std::vector<std::string> ids;
    for (const auto* result : measured) {
      for (const auto& metric : result->metrics) {
        const bool shown = metric.description.leaderboard || metric.description.title.empty() ||
                           metric.description.kind == document::MetricKind::set;
        if (shown && std::find(ids.begin(), ids.end(), metric.id) == ids.end())
          ids.push_back(metric.id);
      }
    }
    return ids;
  }
  std::vector<std::string> known;
  for (const auto& result : results) {
    for (const auto& metric : result.metrics) known.push_back(metric.id);
  }
  std::vector<std::string> ids;
  for (const auto& id : asked) {
    if (std::find(known.begin(), known.end(), id) == known.end())
      throw UsageError(
          fmt::format("--metrics: no document has a metric '{}'.{}", id, did_you_mean(id, known)));
    if (metric_of(measured, id) != nullptr) ids.push_back(id);
  }
  return ids;
}

std::string citation_of(const std::vector<std::string>& keys, TextFormat format) {
  if (keys.empty()) return {};
  std::vector<std::string> names;
  for (const auto& key : keys) {
    const Work* work = find_work(key);
    if (work == nullptr) continue;
    names.push_back(format == TextFormat::plain ? work->short_name : key);
  }
  if (names.empty()) return {};
  switch (format) {
    case TextFormat::plain:
      return fmt::format(" [{}]", fmt::join(names, "; "));
    case TextFormat::markdown:
      return fmt::format(" [@{}]", fmt::join(names, "; @"));
    case TextFormat::latex:
      return fmt::format("~\\cite{{{}}}", fmt::join(names, ","));
  }
  return {};
}

}  // namespace

TextFormat text_format(std::string_view name) {
  const std::vector<std::string> names = {"text", "markdown", "latex"};
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw UsageError(fmt::format("--methods={}: unknown format.{} Choose from: {}", name,
                                 did_you_mean(name, names), fmt::join(names, ", ")));
  return static_cast<TextFormat>(found - names.begin());
}

std::vector<MethodsSentence> methods_sentences(std::span<const document::Result> results,
                                               const std::vector<std::string>& asked) {
  Results measured;
  for (const auto& result : results) {
    if (result.kind != document::ResultKind::reported) measured.push_back(&result);
  }
  if (measured.empty())
    throw BadInput(
        "No document is of a measured system, so how the numbers were made is not known\n  Give "
        "result documents of `asbench score`.");
  const auto metrics = chosen_metrics(results, measured, asked);
  Sentences sentences;
  add_program(measured, sentences);
  add_data(measured, sentences);
  add_encoders(measured, sentences);
  add_metrics(measured, metrics, sentences);
  add_means(measured, metrics, sentences);
  add_missing(measured, sentences);
  add_uncertainty(measured, metrics, sentences);
  add_controls(measured, metrics, sentences);
  add_conditions(measured, sentences);
  add_published(results, sentences);
  return sentences;
}

std::string methods_paragraph(std::span<const document::Result> results,
                              const std::vector<std::string>& metrics, TextFormat format) {
  std::string paragraph;
  for (const auto& sentence : methods_sentences(results, metrics)) {
    const std::string text = format == TextFormat::plain      ? terminal_text(sentence.text)
                             : format == TextFormat::markdown ? markdown_text(sentence.text)
                                                              : latex_note(sentence.text);
    paragraph += (paragraph.empty() ? "" : " ") + text + citation_of(sentence.cites, format) + ".";
  }
  return paragraph + "\n";
}

}  // namespace asbench::reports
