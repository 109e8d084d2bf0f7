#include "cli/shard_option.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "core/error.h"

namespace asbench::cli {
namespace {

std::optional<int> number_in(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

ShardOption parse(const std::string& text) {
  const auto slash = text.find('/');
  const auto index = number_in(std::string_view(text).substr(0, slash));
  const auto count = slash == std::string::npos
                         ? std::nullopt
                         : number_in(std::string_view(text).substr(slash + 1));
  if (!index || !count) {
    throw UsageError(
        fmt::format("--shard {}: expected I/N, as 0/16 for the first of 16 shards", text));
  }
  if (*count < 1 || *index < 0 || *index >= *count) {
    throw UsageError(fmt::format(
        "--shard {}: {}", text,
        *count < 1 ? std::string("there is at least one shard")
                   : fmt::format("shards of {} are numbered from 0 to {}", *count, *count - 1)));
  }
  return {*index, *count};
}

int slurm_number(const Environment& environment, const char* name) {
  const auto text = environment(name);
  const auto number = text ? number_in(*text) : std::nullopt;
  if (number) return *number;
  throw UsageError(fmt::format(
      "SLURM_ARRAY_TASK_ID is set, but {} is {}.\n  Say which shard this task does: --shard "
      "\"$SLURM_ARRAY_TASK_ID/N\" with the number of shards for N.",
      name, text ? "'" + *text + "', no number" : "not"));
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
}

ShardOption shard_of(const std::optional<std::string>& given, const Environment& environment) {
  if (given) return parse(*given);
  if (!environment("SLURM_ARRAY_TASK_ID")) {
    throw UsageError(
        "which shard is this? Say it with --shard I/N, as 0/16 for the first of 16; --shard 0/1 "
        "does everything.\n  In a Slurm job array with tasks 0 to N-1 it is known by itself.");
  }
  const int index = slurm_number(environment, "SLURM_ARRAY_TASK_ID");
  const int count = slurm_number(environment, "SLURM_ARRAY_TASK_COUNT");
  // Set by Slurm since 2015; by nothing that only imitates it.
  const int first =
      environment("SLURM_ARRAY_TASK_MIN") ? slurm_number(environment, "SLURM_ARRAY_TASK_MIN") : 0;
  const int last = environment("SLURM_ARRAY_TASK_MAX")
                       ? slurm_number(environment, "SLURM_ARRAY_TASK_MAX")
                       : count - 1;
  if (first != 0 || last != count - 1 || index < 0 || index >= count) {
    throw UsageError(fmt::format(
        "this Slurm array has {} tasks numbered from {} to {}, and this is number {}: that does "
        "not say how many shards the run has.\n  Say it: --shard \"$SLURM_ARRAY_TASK_ID/N\" with "
        "the number of shards for N.",
        count, first, last, index));
  }
  return {index, count};
}

}  // namespace asbench::cli
