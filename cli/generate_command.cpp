// generate, as a function of the media module (cli/modules.h).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <string>
#include <vector>

#include "baselines/generate.h"
#include "cli/errors.h"
#include "cli/generate_options.h"
#include "cli/selection.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "core/print.h"
#include "core/words.h"
#include "document/finding_kinds.h"
#include "loaders/selection.h"

namespace asbench::cli {
namespace {

baselines::ClipFormat format_of(const GenerateOptions& options) {
  baselines::ClipFormat format;
  format.frames = options.frames;
  format.frames_per_second = options.frames_per_second;
  const char* const end = options.size.data() + options.size.size();
  const auto width = std::from_chars(options.size.data(), end, format.width);
  const auto height = width.ptr < end && *width.ptr == 'x'
                          ? std::from_chars(width.ptr + 1, end, format.height)
                          : width;
  const auto fits = [](int side) { return side >= 16 && side <= 8192 && side % 2 == 0; };
  if (width.ec != std::errc() || height.ec != std::errc() || height.ptr != end ||
      !fits(format.width) || !fits(format.height)) {
    throw UsageError(
        fmt::format("--size {}: expected WIDTHxHEIGHT, both even and from 16 to 8192, e.g. 720x480",
                    options.size));
  }
  return format;
}

/// Videos of a split that lost something would look complete.
void require_whole(const loaders::Split& split) {
  constexpr std::size_t kListed = 20;
  std::vector<std::string> causes;
  for (const Finding& finding : split.findings) {
    if (!document::is_blocking(finding.kind)) continue;
    causes.push_back(fmt::format("  {}{}: {}", finding.story.empty() ? "" : finding.story + ": ",
                                 finding.kind, finding.detail));
  }
  if (causes.empty()) return;
  const std::size_t count = causes.size();
  if (count > kListed) {
    causes.resize(kListed);
    causes.push_back(fmt::format("  ... and {} more (asbench inspect lists all)", count - kListed));
  }
  throw BadInput(fmt::format(
      "the split is not complete, so videos would be missing or wrong:\n{}\n  Mend the split, or "
      "choose what is whole: --ips, --stories.",
      fmt::join(causes, "\n")));
}

int run_generate(const GenerateOptions& options) {
  install_interrupt_handlers();
  const loaders::Selection selection{
      .ips = options.ips, .stories = options.stories, .limit = options.limit};
  const loaders::Split split = loaders::read_split(
      options.split.path, options.split.format, selection, source_rules_of(options.split.source));
  const loaders::Split part = loaders::select(split, selection);
  require_whole(part);
  std::optional<loaders::Outputs> source;
  if (options.source)
    source = loaders::find_outputs(split, *options.source, {.layout = options.source_layout});
  baselines::GenerateRequest request;
  request.baseline = options.baseline;
  request.inputs = {.split = &split,
                    .part = &part,
                    .source = source ? &*source : nullptr,
                    .format = format_of(options),
                    .seed = options.seed};
  request.source_name = options.source.value_or("");
  request.out = options.out;
  request.threads = options.threads;
  if (options.quiet) request.progress = Progress::Style::quiet;
  const auto report = baselines::generate(request);
  if (report.written + report.kept == 0) {
    throw BadInput(
        fmt::format("{}: no video was written: the chosen stories have no shots (--split, --ips, "
                    "--stories).",
                    options.out));
  }
  if (options.json) {
    const Json done = {{"baseline", options.baseline},
                       {"out", options.out},
                       {"written", report.written},
                       {"kept", report.kept}};
    print_prepared(stdout, json_for_terminal(done, 1) + "\n");
    return kExitDone;
  }
  print_safe(stdout,
             "{}: {} written to {}{}\nScore them with: asbench score --split {} --outputs {} --out "
             "{}.json\n",
             options.baseline, counted(report.written, "shot", "shots"), options.out,
             report.kept > 0 ? fmt::format(" ({} already there)", report.kept) : "",
             options.split.path, options.out, options.baseline);
  return kExitDone;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int asbench_run_generate(
    const GenerateOptions* options) {
  return run_guarded("generate", [&] { return run_generate(*options); });
}

}  // namespace asbench::cli
