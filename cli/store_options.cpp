#include "cli/store_options.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <charconv>
#include <memory>

#include "cli/modules.h"
#include "core/error.h"

namespace asbench::cli {
namespace {

CLI::App* add_action(CLI::App& command, const char* name, const char* what,
                     const std::shared_ptr<StoreOptions>& options, std::function<int()>& chosen) {
  CLI::App* action = command.add_subcommand(name, what);
  action->add_option(
      "--cache", options->cache,
      "folder of the feature store (default: $ASBENCH_CACHE, then ~/.cache/asbench)");
  action->callback([options, name, &chosen] {
    options->action = name;
    chosen = [options] { return run_in_module(Module::engine, "asbench_run_store", *options); };
  });
  return action;
}

}  // namespace

std::int64_t seconds_in(const std::string& text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  const std::string unit(parsed.ptr, end);
  constexpr std::int64_t kHour = 3600;
  const std::int64_t step = unit == "h"   ? kHour
                            : unit == "d" ? 24 * kHour
                            : unit == "w" ? std::int64_t{7} * 24 * kHour
                                          : 0;
  constexpr std::int64_t kMost = 100'000;
  if (parsed.ec != std::errc() || step == 0 || number < 0 || number > kMost) {
    throw UsageError(fmt::format(
        "--older-than {}: expected a number of hours, days or weeks, as 12h, 30d or 8w", text));
  }
  return number * step;
}

void add_store_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<StoreOptions>();
  auto older_than = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("store", "look after the store of extracted features");
  command->require_subcommand(1);
  command->footer(
      "Example:\n  asbench store stats --cache shared-store\n"
      "Any of these may run while other processes use the store.");
  CLI::App* stats =
      add_action(*command, "stats", "say what lies in the store, and who uses it", options, chosen);
  stats->add_flag("--json", options->json, "print it as JSON (asbench/store-stats@1)");
  stats->footer("Example:\n  asbench store stats --cache shared-store");
  add_action(*command, "verify",
             "read every entry and check it; what is damaged is set aside and computed again later",
             options, chosen)
      ->footer(
          "Example:\n  asbench store verify --cache shared-store\n"
          "Exit codes: 0 everything is sound, 2 something was damaged.");
  add_action(*command, "pack",
             "put entries together in large files, for file systems that many small ones slow down",
             options, chosen)
      ->footer(
          "Example:\n  asbench store pack --cache shared-store\n"
          "Packs are never changed. While other processes use the store, the single files stay; "
          "the next call removes them.");
  CLI::App* prune =
      add_action(*command, "prune", "remove what was not used for long", options, chosen);
  prune->footer(
      "Example:\n  asbench store prune --older-than 90d --dry-run --cache shared-store\n"
      "Times of use are kept to the day. What a running process has used stays, whatever its age.");
  prune
      ->add_option("--older-than", *older_than,
                   "remove what was last used longer ago: a number of hours, days or weeks (12h, "
                   "30d, 8w)")
      ->required();
  prune->add_flag("--dry-run", options->dry_run, "only say what would be removed");
  prune->callback([options, older_than, &chosen] {
    options->action = "prune";
    chosen = [options, older_than] {
      options->older_than_seconds = seconds_in(*older_than);
      return run_in_module(Module::engine, "asbench_run_store", *options);
    };
  });
}

}  // namespace asbench::cli
