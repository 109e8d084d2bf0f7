#pragma once

#include <functional>
#include <optional>
#include <string>

namespace asbench::cli {

/// `--shard I/N`: part I, from 0, of N.
struct ShardOption {
  int index = 0;
  int count = 1;
  bool operator==(const ShardOption&) const = default;
};

/// A variable of the environment; nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;
[[nodiscard]] Environment process_environment();

/// The shard that a task does: as given, else of a Slurm job array whose tasks are numbered from 0
/// to N-1.
/// @throws UsageError for a text that is no shard or out of range, for an array that begins
/// elsewhere or has gaps (its task count says nothing about N), and when nothing says which shard.
[[nodiscard]] ShardOption shard_of(const std::optional<std::string>& given,
                                   const Environment& environment);

}  // namespace asbench::cli
