#include "cli/generate_split.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "cli/blocking_causes.h"
#include "cli/selection.h"
#include "core/error.h"
#include "core/print.h"
#include "core/words.h"
#include "loaders/selection.h"

namespace asbench::cli {
namespace {

/// Videos of a split that lost something would look complete.
void require_whole(const loaders::Split& split) {
  const std::string causes = blocking_causes(split.findings, {});
  if (causes.empty()) return;
  throw BadInput(fmt::format(
      "the split is not complete, so videos would be missing or wrong:{}\n  Mend the split, or "
      "choose what is whole: --ips, --stories.",
      causes));
}

}  // namespace

GenerateSplit read_generate_split(const GenerateOptions& options) {
  const loaders::Selection selection{
      .ips = options.ips, .stories = options.stories, .limit = options.limit};
  loaders::Split whole = loaders::read_split(options.split.path, options.split.format, selection,
                                             source_rules_of(options.split.source));
  loaders::Split part = loaders::select(whole, selection);
  require_whole(part);
  return {std::move(whole), std::move(part)};
}

int tell_generated(const GenerateOptions& options, const baselines::GenerateReport& report) {
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

}  // namespace asbench::cli
