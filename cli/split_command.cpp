// split make, as a function of the media module (cli/modules.h).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "cli/errors.h"
#include "cli/split_options.h"
#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "core/print.h"
#include "core/words.h"
#include "loaders/make_split.h"

namespace asbench::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kIpsShown = 20;
constexpr std::size_t kCaptionColumns = 70;
constexpr std::size_t kNameColumns = 24;

std::string joined(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// What is known of one IP's stories.
struct IpCounts {
  std::int64_t stories = 0;
  std::size_t shots = 0;
  std::set<std::size_t> shots_a_story;
};

std::map<std::string, IpCounts> count_by_ip(const loaders::Split& split) {
  std::map<std::string, IpCounts> counts;
  for (const auto& story : split.stories) {
    IpCounts& ip = counts[story.ip];
    ++ip.stories;
    ip.shots += story.shots.size();
    ip.shots_a_story.insert(story.shots.size());
  }
  return counts;
}

std::string shots_of(const IpCounts& ip) {
  const std::size_t least = *ip.shots_a_story.begin();
  const std::size_t most = *ip.shots_a_story.rbegin();
  return fmt::format("{} ({}{} a story)",
                     counted(static_cast<std::int64_t>(ip.shots), "shot", "shots"), least,
                     least == most ? "" : fmt::format(" to {}", most));
}

std::string references_of(const loaders::Ip& ip) {
  if (ip.references.empty()) return "no reference";
  std::vector<std::string> files;
  for (const auto& file : ip.references) files.push_back(file.lexically_normal().string());
  return joined(files);
}

void print_ips(const loaders::Split& split) {
  const auto counts = count_by_ip(split);
  std::size_t shown = 0;
  for (const auto& ip : split.ips) {
    if (shown++ == kIpsShown) {
      print_safe(stdout, "            ... and {} more\n", split.ips.size() - kIpsShown);
      break;
    }
    const IpCounts& of_ip = counts.at(ip.id);
    print_prepared(
        stdout,
        fmt::format(
            "            {}  {}, {}  {}\n",
            align_left(excerpt(ip.name.empty() ? ip.id : fmt::format("{} ({})", ip.id, ip.name),
                               kNameColumns),
                       12),
            counted(of_ip.stories, "story", "stories"), shots_of(of_ip),
            terminal_text(references_of(ip))));
  }
}

void print_first_story(const loaders::Split& split) {
  const auto& story = split.stories.front();
  print_safe(stdout, "first       story {} of IP {}\n", story.id, story.ip);
  for (const auto& shot : story.shots) {
    print_prepared(stdout, fmt::format("            {:>3}  {}\n", shot.number,
                                       excerpt(shot.caption.value_or(""), kCaptionColumns)));
  }
}

void print_understood(const SplitMakeOptions& options, const loaders::MadeSplit& made) {
  const loaders::Split& split = made.split;
  std::int64_t references = 0;
  for (const auto& ip : split.ips) references += static_cast<std::int64_t>(ip.references.size());
  print_safe(stdout, "prompts     {}: {}\n", options.from, made.form);
  if (!made.used.empty()) print_safe(stdout, "read        {}\n", joined(made.used));
  if (!made.not_used.empty()) print_safe(stdout, "not read    {}\n", joined(made.not_used));
  print_safe(stdout, "understood  {}, {}, {}, {}\n",
             counted(static_cast<std::int64_t>(split.ips.size()), "IP", "IPs"),
             counted(static_cast<std::int64_t>(split.stories.size()), "story", "stories"),
             counted(static_cast<std::int64_t>(split.shot_count()), "shot", "shots"),
             counted(references, "reference", "references"));
  print_ips(split);
  print_first_story(split);
  for (const std::string& note : made.notes) print_safe(stdout, "note        {}\n", note);
  for (const Finding& finding : split.findings)
    print_safe(stdout, "note        {}: {}\n", finding.kind, finding.detail);
}

/// Checked before anything is shown as done: a file of other content stays.
/// @returns true when the file has these bytes already.
bool require_replaceable(const std::string& out, const std::string& bytes, bool force) {
  if (!output_target(out).is_file() || !is_file(out)) return false;
  if (read_text_file(out) == bytes) return true;
  if (force) return false;
  throw UsageError(fmt::format(
      "--out {}: the file is there and has other content.\n  Write to another file, or replace it "
      "with --force.",
      out));
}

/// As write_json_file() writes it.
std::string text_of(const Json& manifest) {
  return manifest.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void require_folder(const std::string& out) {
  if (is_folder(out))
    throw UsageError(fmt::format("--out {}: this is a folder; name a file to write", out));
  const fs::path folder = fs::absolute(out).parent_path();
  if (!is_folder(folder)) {
    throw UsageError(
        fmt::format("--out {}: no such folder: {}. Create it first.", out, folder.string()));
  }
}

int run_split_make(const SplitMakeOptions& options) {
  if (options.out) require_folder(*options.out);
  loaders::PromptSource source{.prompts = options.from,
                               .references = {},
                               .name = options.name,
                               .without_references = options.without_references};
  if (options.references) source.references = *options.references;
  const loaders::MadeSplit made = loaders::make_split(source);
  if (options.out && output_target(*options.out).is_stdout()) {
    write_json_file(*options.out, loaders::split_to_manifest(made.split, fs::current_path()));
    return kExitDone;  // stdout has the manifest, and nothing else
  }
  print_understood(options, made);
  if (!options.out) {
    print_safe(stdout, "nothing is written: --out FILE writes the split\n");
    return kExitDone;
  }
  const std::string manifest =
      text_of(loaders::split_to_manifest(made.split, fs::absolute(*options.out).parent_path()));
  const bool is_there = require_replaceable(*options.out, manifest, options.force);
  if (!is_there) write_file_atomically(*options.out, manifest);
  print_safe(stdout, "{}  {}\n", is_there ? "unchanged " : "written   ", *options.out);
  print_safe(stdout, "next: asbench score --split {} --outputs YOUR-VIDEOS --out result.json\n",
             *options.out);
  return kExitDone;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int asbench_run_split_make(
    const SplitMakeOptions* options) {
  return run_guarded("split make", [&] { return run_split_make(*options); });
}

}  // namespace asbench::cli
