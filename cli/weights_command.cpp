// `asbench weights`, as a function of the network module (cli/modules.h): the only one with
// libcurl.
#include "cli/weights_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "cli/errors.h"
#include "cli/example_encoder.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "core/json.h"
#include "core/print.h"
#include "core/say.h"
#include "models/hub/check.h"
#include "models/hub/fetch.h"
#include "models/weights/catalogue.h"
#include "models/weights/checkpoint.h"
#include "models/weights/pin.h"

namespace asbench::cli {
namespace {

using models::WeightFolders;

constexpr const char* kDefaultEndpoint = "https://huggingface.co";

std::string environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

WeightFolders folders_of(const WeightsOptions& options) {
  return models::default_weight_folders(options.weights);
}

std::string place_of(const std::optional<models::LocalCheckpoint>& local) {
  if (!local) return "not downloaded";
  if (!local->problem.empty()) return local->folder.string() + " (incomplete)";
  return local->folder.string();
}

/// "3d74acf9", or "no": whether weights are pinned, and to which revision.
std::string pin_of(const models::CatalogueEntry& entry) {
  constexpr std::size_t kShortCommit = 8;
  return entry.pinned() ? entry.revision.substr(0, kShortCommit) : "no";
}

Json as_json(const models::CatalogueEntry& entry,
             const std::optional<models::LocalCheckpoint>& local) {
  Json files = Json::array();
  for (const models::CatalogueFile& file : entry.files) {
    files.push_back({{"name", file.name},
                     {"optional", file.optional},
                     {"weights", file.weights},
                     {"fetch", file.fetch},
                     {"revision", entry.revision_of(file)},
                     {"sha256", file.sha256 ? Json(*file.sha256) : Json()},
                     {"bytes", file.bytes ? Json(*file.bytes) : Json()},
                     {"witnesses", file.witnesses},
                     {"pinned", file.pinned()}});
  }
  Json place;
  if (local) {
    place = {{"folder", local->folder.string()},
             {"revision", local->revision ? Json(*local->revision) : Json()},
             {"problem", local->problem.empty() ? Json() : Json(local->problem)}};
  }
  return {{"id", entry.id},
          {"kind", entry.kind},
          {"licence",
           {{"name", entry.licence.name},
            {"url", entry.licence.url},
            {"allows", entry.licence.allows},
            {"model_card", entry.licence.model_card}}},
          {"source", entry.source},
          {"revision", entry.revision},
          {"pinned", entry.pinned()},
          {"files", files},
          {"local", place}};
}

Json as_json(const models::FetchReport& report) {
  Json files = Json::array();
  for (const models::FetchedFile& file : report.files) {
    files.push_back({{"path", file.path.string()},
                     {"sha256", file.sha256},
                     {"bytes", file.bytes},
                     {"kept", file.kept},
                     {"pin", models::to_string(file.pin)}});
  }
  return {{"id", report.id},
          {"revision", report.revision},
          {"revision_override", report.revision_override},
          {"commit", report.commit.empty() ? Json() : Json(report.commit)},
          {"folder", report.folder.string()},
          {"files", files},
          {"absent", report.absent}};
}

Json as_json(const models::CheckReport& report) {
  Json files = Json::array();
  for (const models::CheckedFile& file : report.files) {
    files.push_back(
        {{"path", file.path.string()},
         {"sha256", file.sha256.empty() ? Json() : Json(file.sha256)},
         {"bytes", file.bytes},
         {"compared_with", file.compared_with.empty() ? Json() : Json(file.compared_with)},
         {"pin", models::to_string(file.pin)},
         {"problem", file.problem.empty() ? Json() : Json(file.problem)}});
  }
  return {{"id", report.id},
          {"folder", report.folder.string()},
          {"revision", report.revision ? Json(*report.revision) : Json()},
          {"overridden_revision",
           report.overridden_revision ? Json(*report.overridden_revision) : Json()},
          {"ok", report.ok()},
          {"files", files},
          {"problems", report.problems}};
}

void print_check(const models::CheckReport& report) {
  print_safe(stdout, "{}  {}{}\n", report.id, report.folder.string(),
             report.revision ? "  commit " + *report.revision : "");
  if (report.overridden_revision) {
    print_safe(stdout, "  note      fetched with --revision {} instead of the pinned revision\n",
               *report.overridden_revision);
  }
  for (const models::CheckedFile& file : report.files) {
    const std::string name = file.path.filename().string();
    const std::string_view pin = models::to_string(file.pin);
    if (!file.problem.empty()) {
      print_safe(stdout, "  WRONG     {}: {}; {}\n", name, file.problem, pin);
    } else if (file.pin == models::FilePin::single_differs ||
               file.pin == models::FilePin::differs) {
      print_safe(stdout, "  WARNING   {}  SHA-256 {}; {}\n", name, file.sha256, pin);
    } else if (file.compared_with.empty()) {
      print_safe(stdout, "  unknown   {}  opens; SHA-256 {}, no hash to compare it with; {}\n",
                 name, file.sha256, pin);
    } else {
      print_safe(stdout, "  ok        {}  SHA-256 {} (as in the {}); {}\n", name, file.sha256,
                 file.compared_with, pin);
    }
  }
  for (const std::string& problem : report.problems)
    print_prepared(stdout, fmt::format("  WRONG     {}\n", terminal_lines(problem)));
}

int list_weights(const WeightsOptions& options) {
  const WeightFolders folders = folders_of(options);
  Json all = Json::array();
  if (!options.json) {
    print_safe(stdout, "{:<36}{:<10}{:<13}{:<10}{}\n", "id", "kind", "licence", "pinned", "folder");
  }
  for (const models::CatalogueEntry& entry : catalogue_of(options).entries()) {
    const auto local = models::find_local(entry.id, folders);
    if (options.json) {
      all.push_back(as_json(entry, local));
    } else {
      print_safe(stdout, "{:<36}{:<10}{:<13}{:<10}{}\n", entry.id, entry.kind, entry.licence.name,
                 pin_of(entry), place_of(local));
    }
  }
  for (const std::string& id : models::local_ids(folders, catalogue_of(options))) {
    if (catalogue_of(options).find(id) != nullptr) continue;
    const auto local = models::find_local(id, folders);
    if (options.json) {
      all.push_back({{"id", id},
                     {"kind", Json()},
                     {"licence", Json()},
                     {"pinned", false},
                     {"local", local ? Json{{"folder", local->folder.string()}} : Json()}});
    } else {
      print_safe(stdout, "{:<36}{:<10}{:<13}{:<10}{}\n", id, "?", "unknown", "no", place_of(local));
    }
  }
  if (options.json) {
    print_prepared(stdout, json_for_terminal(all, 2) + "\n");
  } else {
    print_safe(
        stdout,
        "\npinned: the revision (commit) whose weight files are known by their SHA-256.\n"
        "`asbench weights fetch ID` downloads a checkpoint and shows what its licence allows.\n");
  }
  return kExitDone;
}

int fetch_weights(const WeightsOptions& options) {
  if (options.ids.size() != 1) throw UsageError("weights fetch takes exactly one checkpoint id");
  install_interrupt_handlers();
  models::FetchOptions fetch;
  fetch.id = options.ids.front();
  fetch.revision = options.revision;
  fetch.folders = folders_of(options);
  fetch.force = options.force;
  fetch.catalogue = &catalogue_of(options);
  fetch.hub.endpoint = options.endpoint.value_or(environment("HF_ENDPOINT", kDefaultEndpoint));
  fetch.hub.token = environment("HF_TOKEN", "");
  fetch.hub.retries = options.retries;
  fetch.hub.time_limit = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::duration<double>(options.time_limit));
  fetch.hub.cancelled = interrupted;
  fetch.hub.say = [](const std::string& line) { say(line + "\n"); };
  const models::FetchReport report = models::fetch_checkpoint(fetch);
  if (options.json) {
    print_prepared(stdout, json_for_terminal(as_json(report), 2) + "\n");
    return kExitDone;
  }
  for (const models::FetchedFile& file : report.files) {
    print_safe(stdout, "{}  {}\n", file.sha256, file.path.string());
  }
  return kExitDone;
}

int check_weights(const WeightsOptions& options) {
  const WeightFolders folders = folders_of(options);
  const auto ids =
      options.ids.empty() ? models::local_ids(folders, catalogue_of(options)) : options.ids;
  if (ids.empty()) {
    std::string searched;
    for (const auto& root : folders.roots) searched += " " + root.string();
    if (folders.hub_cache) searched += " " + folders.hub_cache->string();
    throw BadInput(fmt::format(
        "no checkpoint to check in{}. Name another folder with --weights, or download one: "
        "asbench weights fetch {}",
        searched, example_encoder().id));
  }
  Json all = Json::array();
  bool ok = true;
  for (const std::string& id : ids) {
    const models::CheckReport report = models::check_checkpoint(id, folders, catalogue_of(options));
    ok = ok && report.ok();
    if (options.json) {
      all.push_back(as_json(report));
    } else {
      print_check(report);
    }
    if (!report.ok()) {
      say(fmt::format(
          "{} is damaged, incomplete or not the pinned checkpoint. `{} --force` downloads "
          "it again.\n",
          id, models::fetch_command(id, folders)));
    }
  }
  if (options.json) print_prepared(stdout, json_for_terminal(all, 2) + "\n");
  return ok ? kExitDone : kExitFailure;
}

}  // namespace

int run_weights(const WeightsOptions& options) {
  switch (options.action) {
    case WeightsOptions::Action::list:
      return list_weights(options);
    case WeightsOptions::Action::fetch:
      return fetch_weights(options);
    case WeightsOptions::Action::check:
      return check_weights(options);
  }
  throw InternalError("unknown action of weights");
}

extern "C" __attribute__((visibility("default"))) int asbench_run_weights(
    const WeightsOptions* options) {
  return run_guarded("weights", [&] { return run_weights(*options); });
}

}  // namespace asbench::cli
