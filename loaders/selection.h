#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "loaders/source_rules.h"
#include "loaders/split.h"

namespace asbench::loaders {

/// Which part of a split a run takes. Empty = everything. `ips` and `stories` filter first; `limit`
/// or `subset` (not both) then cut down what is left.
///
/// Each text of `ips` and `stories` is an id, in either Unicode form, or several ids with commas
/// between them. An id may hold commas itself: a comma separates only where the whole text is not
/// an id and what it separates are ids ("a, b/0,c/1" is "a, b/0" and "c/1").
struct Selection {
  std::vector<std::string> ips = {};
  std::vector<std::string> stories = {};
  std::optional<int> limit = {};   ///< the first N stories, in the split's order
  std::optional<int> subset = {};  ///< N stories drawn at random, stratified by IP
  std::uint64_t seed = 0;          ///< of the draw
};

/// Lost stories are chosen, counted and drawn like the readable ones; an IP whose stories nobody
/// can count stays, with its findings, unless `ips` or `stories` leave it out.
///
/// The chosen part, with its own sha256; stories keep their order, IPs without a story go.
/// The draw gives each IP its share of N (largest remainder; ties are broken at random) and depends
/// only on the seed and the ids, not on the order of files (SplitMix64, Fisher-Yates).
/// @throws UsageError for unknown ids, numbers below 1, more than there are, or limit with subset.
[[nodiscard]] Split select(const Split& split, const Selection& selection);

/// read_split() for a run that select() follows. Of annotation files only the chosen stories are
/// read, because a whole data set is no split for one run: Split::unread names the others. The
/// other forms are read whole.
/// @param rules  for annotations alone
/// @throws also what select() throws, and UsageError for rules about another form.
[[nodiscard]] Split read_split(const std::filesystem::path& path,
                               const std::optional<std::string>& form, const Selection& selection,
                               const SourceRules& rules = {});

/// True when the selection keeps everything.
[[nodiscard]] bool is_whole(const Selection& selection);

}  // namespace asbench::loaders
