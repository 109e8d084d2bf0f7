#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "baselines/animeshooter_gen/cost.h"
#include "models/cogvideox/vae_decoder.h"

namespace asbench::baselines {

enum class OffloadWish { automatic, none, stage };
enum class TilingWish { automatic, off, on };

/// `--offload`: auto, none or stage. @throws UsageError naming the choices.
[[nodiscard]] OffloadWish parse_offload(std::string_view text);
/// `--tile`: auto, off or on. @throws UsageError naming the choices.
[[nodiscard]] TilingWish parse_tiling(std::string_view text);

struct MemoryWishes {
  OffloadWish offload = OffloadWish::automatic;
  TilingWish tiling = TilingWish::automatic;
};

struct MemoryChoice {
  MemoryPlan plan;
  std::string reason;  ///< a sentence for people: what was chosen and why
};

/// The plan of a run: what is asked for, else the first of these that fits into `free` and leaves
/// an eighth: all networks together; one stage at a time, which takes time and changes no bit; all
/// networks together and decoding in tiles, which changes the videos a little; both. Where nothing
/// fits, the one that needs least is tried.
/// @param plan_of  the plan for a choice
/// @param tiles_can_be_made  whether decoding in tiles is possible and different
/// @param free     bytes; nothing: unknown, then all that was left open is none and off
[[nodiscard]] MemoryChoice choose_memory(
    const MemoryWishes& wishes,
    const std::function<MemoryPlan(Offload, models::VaeTiling)>& plan_of, bool tiles_can_be_made,
    std::optional<std::int64_t> free);

}  // namespace asbench::baselines
