#include "baselines/animeshooter_gen/memory_choice.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "core/error.h"
#include "core/words.h"

namespace asbench::baselines {
namespace {

using models::VaeTiling;

std::string in_words(std::int64_t bytes) {
  return size_in_words(static_cast<std::size_t>(bytes));
}

std::string name_of_choice(const MemoryPlan& plan) {
  return fmt::format("--offload {} --tile {}", name_of(plan.offload),
                     plan.tiling == VaeTiling::on ? "on" : "off");
}

/// What fits: a plan knows neither a GPU's context and workspaces nor what allocators round up and
/// keep.
std::int64_t with_reserve(std::int64_t needed) {
  return needed + needed / 8;
}

/// In the order in which they are preferred.
std::vector<std::pair<Offload, VaeTiling>> candidates(const MemoryWishes& wishes,
                                                      bool tiles_can_be_made) {
  std::vector<std::pair<Offload, VaeTiling>> all;
  for (const VaeTiling tiling : {VaeTiling::off, VaeTiling::on}) {
    // Tiles that are asked for where there is but one are no tiles.
    const bool tiled = tiling == VaeTiling::on;
    if (tiled && (!tiles_can_be_made || wishes.tiling == TilingWish::off)) continue;
    if (!tiled && tiles_can_be_made && wishes.tiling == TilingWish::on) continue;
    for (const Offload offload : {Offload::none, Offload::stage}) {
      if (offload == Offload::none && wishes.offload == OffloadWish::stage) continue;
      if (offload == Offload::stage && wishes.offload == OffloadWish::none) continue;
      all.emplace_back(offload, tiling);
    }
  }
  return all;
}

}  // namespace

OffloadWish parse_offload(std::string_view text) {
  if (text == "auto") return OffloadWish::automatic;
  if (text == "none") return OffloadWish::none;
  if (text == "stage") return OffloadWish::stage;
  throw UsageError(fmt::format("--offload {}: choose auto, none or stage", text));
}

TilingWish parse_tiling(std::string_view text) {
  if (text == "auto") return TilingWish::automatic;
  if (text == "off") return TilingWish::off;
  if (text == "on") return TilingWish::on;
  throw UsageError(fmt::format("--tile {}: choose auto, off or on", text));
}

MemoryChoice choose_memory(const MemoryWishes& wishes,
                           const std::function<MemoryPlan(Offload, VaeTiling)>& plan_of,
                           bool tiles_can_be_made, std::optional<std::int64_t> free) {
  std::vector<MemoryPlan> plans;
  for (const auto& [offload, tiling] : candidates(wishes, tiles_can_be_made))
    plans.push_back(plan_of(offload, tiling));
  const MemoryPlan& first = plans.front();
  if (!free) {
    return {first, fmt::format("{}; how much memory is free could not be found out",
                               name_of_choice(first))};
  }
  const MemoryPlan* least = &first;
  for (const MemoryPlan& plan : plans) {
    if (with_reserve(plan.needed()) <= *free) {
      if (&plan == &first) {
        return {plan, fmt::format("{}: {} is free", name_of_choice(plan), in_words(*free))};
      }
      return {plan, fmt::format("{}: {} is free, and {} would need {}", name_of_choice(plan),
                                in_words(*free), name_of_choice(first), in_words(first.needed()))};
    }
    if (plan.needed() < least->needed()) least = &plan;
  }
  return {*least,
          fmt::format("{}: needs {} and an eighth more to be safe, {} is free; memory may run out",
                      name_of_choice(*least), in_words(least->needed()), in_words(*free))};
}

}  // namespace asbench::baselines
