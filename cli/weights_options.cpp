#include "cli/weights_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/example_encoder.h"
#include "cli/modules.h"
#include "cli/option_values.h"

namespace asbench::cli {

const models::Catalogue& catalogue_of(const WeightsOptions& options) {
  return options.catalogue != nullptr ? *options.catalogue : models::Catalogue::shipped();
}

int run_weights_in_module(const WeightsOptions& options) {
  return run_in_module(Module::network, "asbench_run_weights", options);
}

void add_weights_command(CLI::App& app, std::function<int()>& chosen, WeightsRunner run,
                         const models::Catalogue* catalogue) {
  CLI::App* command = app.add_subcommand(
      "weights", "list, download and verify encoder weights, with their licences");
  command->require_subcommand(1);
  const std::string example = example_encoder().id;
  command->footer("Example:\n  asbench weights fetch " + example + " --weights weights");
  const auto options = std::make_shared<WeightsOptions>();
  options->catalogue = catalogue;
  std::vector<std::string> ids;
  for (const auto& entry : catalogue_of(*options).entries()) ids.push_back(entry.id);
  const auto add_common = [&](CLI::App* part) {
    part->add_option(
        "--weights", options->weights,
        "folder of checkpoints, each in <org>/<name>/ (default: $ASBENCH_WEIGHTS, then the "
        "Hugging Face cache)");
    part->add_flag("--json", options->json, "print JSON instead of text");
  };
  const auto choose = [&](CLI::App* part, WeightsOptions::Action action) {
    part->callback([options, run, action, &chosen] {
      options->action = action;
      chosen = [options, run] { return run(*options); };
    });
  };

  CLI::App* list = command->add_subcommand(
      "list",
      "list the known checkpoints, their licences and pins, and their folders on this machine");
  add_common(list);
  list->footer("Example:\n  asbench weights list");
  choose(list, WeightsOptions::Action::list);

  CLI::App* fetch = command->add_subcommand(
      "fetch", "download a checkpoint, verify it and print the SHA-256 of each file");
  fetch->add_option("ID", options->ids, "id of the checkpoint, for example " + example)
      ->check(suggests(ids))
      ->required()
      ->expected(1);
  add_common(fetch);
  fetch->add_option(
      "--revision", options->revision,
      "branch, tag, commit or refs/pr/N to download instead of the pinned revision; the choice is "
      "recorded, and the files may differ from the pinned ones");
  fetch->add_option("--endpoint", options->endpoint,
                    "address of the hub (default: $HF_ENDPOINT, then https://huggingface.co)");
  fetch
      ->add_option("--retries", options->retries,
                   "number of times to try again after an attempt that received no data")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  fetch
      ->add_option("--time-limit", options->time_limit,
                   "seconds after which the download is given up (what has arrived is kept); a "
                   "connection that stalls for a minute is made anew before that")
      ->check(CLI::Range(0.1, 1e6))
      ->capture_default_str();
  fetch->add_flag("--force", options->force, "replace existing files that differ");
  fetch->footer(
      "Example:\n"
      "  asbench weights fetch " +
      example +
      " --weights weights\n"
      "Downloads the pinned revision if the catalogue has one (`asbench weights list`). A pinned\n"
      "file must have the pinned size and SHA-256; any other file is verified against the hub's\n"
      "checksum (its ETag). The weights are downloaded in the pinned form, else as\n"
      "model.safetensors, as its shards, or as pytorch_model.bin. Hashes, revision and commit are\n"
      "recorded in asbench-weights.json beside the files. The same command resumes an interrupted\n"
      "download. Gated checkpoints need a token in $HF_TOKEN; it is sent to the endpoint only.");
  choose(fetch, WeightsOptions::Action::fetch);

  CLI::App* check = command->add_subcommand(
      "check", "verify hashes, pins and structure of downloaded checkpoints");
  check->add_option("ID", options->ids, "ids of the checkpoints (default: all that are found)")
      ->check(suggests(ids));
  add_common(check);
  check->footer(
      "Example:\n  asbench weights check " + example +
      " --weights weights\nExit "
      "codes: 0 every file is as expected, 2 a file is wrong or no checkpoint was found.");
  choose(check, WeightsOptions::Action::check);
}

}  // namespace asbench::cli
