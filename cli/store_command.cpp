// `asbench store`, as a function of the engine module (cli/modules.h).
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "cli/errors.h"
#include "cli/store_options.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "core/print.h"
#include "core/words.h"
#include "features/store.h"
#include "features/store_maintenance.h"

namespace asbench::cli {
namespace {

std::filesystem::path store_folder(const StoreOptions& options) {
  return options.cache ? std::filesystem::path(*options.cache) : features::default_store_folder();
}

std::string size_of(std::uint64_t bytes) {
  return size_in_words(static_cast<std::size_t>(bytes));
}

std::string entries_of(std::uint64_t number) {
  return counted(static_cast<std::int64_t>(number), "entry", "entries");
}

std::string files_of(std::uint64_t number) {
  return counted(static_cast<std::int64_t>(number), "file", "files");
}

Json to_json(const features::StoreStatistics& found) {
  Json json = {{"schema", "asbench/store-stats@1"},
               {"loose_entries", found.loose_entries},
               {"loose_bytes", found.loose_bytes},
               {"packs", found.packs},
               {"packed_entries", found.packed_entries},
               {"packed_bytes", found.packed_bytes},
               {"set_aside", found.set_aside},
               {"set_aside_bytes", found.set_aside_bytes},
               {"shard_records", found.records},
               {"first_use", nullptr},
               {"users", found.users}};
  if (found.first_use != 0)
    json["first_use"] = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(found.first_use));
  return json;
}

int print_statistics(const StoreOptions& options) {
  const auto found = features::store_statistics(store_folder(options));
  if (options.json) {
    print_prepared(stdout, json_for_terminal(to_json(found), 1) + "\n");
    return kExitDone;
  }
  print_safe(stdout, "{}\n", store_folder(options).string());
  print_safe(stdout, "  single files  {}, {}\n", entries_of(found.loose_entries),
             size_of(found.loose_bytes));
  print_safe(stdout, "  packs         {}, with {}, {}\n",
             counted(static_cast<std::int64_t>(found.packs), "pack", "packs"),
             entries_of(found.packed_entries), size_of(found.packed_bytes));
  print_safe(stdout, "  set aside     {}, {}\n", files_of(found.set_aside),
             size_of(found.set_aside_bytes));
  print_safe(stdout, "  shards        {} that are done\n",
             counted(static_cast<std::int64_t>(found.records), "record", "records"));
  if (found.first_use != 0)
    print_safe(stdout, "  unused since  {} UTC at the longest\n",
               fmt::format("{:%Y-%m-%d}", fmt::gmtime(found.first_use)));
  for (const auto& user : found.users) print_safe(stdout, "  in use by     {}\n", user);
  return kExitDone;
}

int verify(const StoreOptions& options) {
  const auto report = features::verify_store(store_folder(options));
  print_safe(stdout, "{} read, {}\n", entries_of(report.entries), size_of(report.bytes));
  for (const auto& [path, what] : report.damaged)
    print_safe(stdout, "  {}: {}\n", path.string(), what);
  if (report.damaged.empty()) {
    print_safe(stdout, "{}\n", "everything is sound");
    return kExitDone;
  }
  print_safe(stdout, "{} set aside in {}; what they held is computed again when it is needed\n",
             files_of(report.damaged.size()), (store_folder(options) / "set-aside").string());
  if (report.rescued > 0)
    print_safe(stdout, "{} of damaged packs were sound and are files of their own now\n",
               entries_of(report.rescued));
  return kExitFailure;
}

int pack(const StoreOptions& options) {
  const auto report = features::pack_store(store_folder(options));
  print_safe(stdout, "{} written with {}, {}\n",
             counted(static_cast<std::int64_t>(report.packs), "pack", "packs"),
             entries_of(report.packed), size_of(report.bytes));
  print_safe(stdout, "{} of entries in packs removed\n", files_of(report.removed));
  if (report.kept > 0)
    print_safe(stdout,
               "{} of entries in packs stay, because other processes use the store: call this "
               "again when they have ended\n",
               files_of(report.kept));
  if (report.damaged > 0)
    print_safe(stdout, "{} damaged: `asbench store verify` sets them aside\n",
               entries_of(report.damaged));
  return kExitDone;
}

int prune(const StoreOptions& options) {
  const auto report =
      features::prune_store(store_folder(options), options.older_than_seconds, options.dry_run);
  print_safe(stdout, "{}{}, {}, {} among them; {} of shards\n",
             options.dry_run ? "would remove " : "removed ", entries_of(report.entries),
             size_of(report.bytes),
             counted(static_cast<std::int64_t>(report.packs), "whole pack", "whole packs"),
             counted(static_cast<std::int64_t>(report.records), "record", "records"));
  if (report.held_back)
    print_safe(stdout, "{}\n",
               "kept more than --older-than says: running processes use the store (asbench store "
               "stats lists them)");
  return kExitDone;
}

int run_store(const StoreOptions& options) {
  install_interrupt_handlers();
  if (options.action == "stats") return print_statistics(options);
  if (options.action == "verify") return verify(options);
  if (options.action == "pack") return pack(options);
  return prune(options);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int asbench_run_store(
    const StoreOptions* options) {
  return run_guarded("store", [&] { return run_store(*options); });
}

}  // namespace asbench::cli
