#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/cli11.h"
#include "core/json.h"

// Run files: a command's options as JSON (schema asbench/run@1). Everything here is derived from
// the command's declared options: a key is an option's name without its dashes.
namespace asbench::cli {

inline constexpr std::string_view kRunSchema = "asbench/run@1";

/// Where `--write-config` writes; nothing: the command runs.
struct RunFileOptions {
  std::optional<std::string> write;
};

/// Adds `--config` and `--write-config`. Call it before all other options of the command: what the
/// file says is taken as if it stood on the command line, for the options that don't stand there.
/// @returns what the command's callback looks at
std::shared_ptr<RunFileOptions> add_run_file_options(CLI::App& command);

/// Adds `--config` alone, to a command that does a part of what score does: it takes the keys of a
/// run file that are options of its own, and leaves those that only score has. Call it before all
/// other options.
void add_config_option(CLI::App& command);

/// The keys of run files: the options of score that belong to a run.
[[nodiscard]] std::vector<std::string> run_file_keys();

/// The options of a parsed command, as given or by default, in the order of their declaration.
/// Left out are options without a value and those about one call only (`--force`, `--config`).
[[nodiscard]] Json options_of(const CLI::App& command);

/// A run file of these options.
[[nodiscard]] Json run_file_of(const Json& options);

/// The options as a result document records them, without the folders of this machine: an absolute
/// path inside the current folder becomes relative to it, another one becomes ".../" and its last
/// part.
[[nodiscard]] Json without_absolute_paths(const Json& options,
                                          const std::filesystem::path& current_folder);

/// configs/schemas/run.schema.json, from the declared options.
[[nodiscard]] Json run_schema_of(const CLI::App& command);

}  // namespace asbench::cli
