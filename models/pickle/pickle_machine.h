#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace asbench::models {

/// One value of a pickle. Values name each other by index, so that deep, shared and cyclic
/// structures need no recursion to build, walk or destroy.
struct PickleNode {
  enum class Kind : std::uint8_t {
    none,
    boolean,  ///< integer: 0 or 1
    integer,  ///< integer
    big,      ///< text: little-endian two's complement bytes of an integer over 64 bits
    real,     ///< real
    text,     ///< text: UTF-8 as in the file, not checked
    bytes,    ///< text
    tuple,    ///< items
    list,     ///< items
    dict,     ///< items: key, value, key, value, ... as assigned; keys may repeat
    global,   ///< text: "module.name", one of the few that a state dict needs
    storage,  ///< items: the one persistent id, a tuple
    tensor,   ///< items: the arguments of torch._utils._rebuild_tensor_v2
  };
  Kind kind = Kind::none;
  std::int64_t integer = 0;
  double real = 0.0;
  std::string_view text = {};  ///< points into the pickle's bytes (or at a constant)
  std::vector<std::uint32_t> items = {};
};

/// Bounds on what one pickle may make us build.
struct PickleLimits {
  std::size_t max_nodes = std::size_t{1} << 21;
  std::size_t max_items = std::size_t{1} << 23;  ///< of all tuples, lists and dicts together
};

/// What a pickle held. Refers to the bytes it was read from, which must outlive it.
struct Pickle {
  std::vector<PickleNode> nodes;
  std::uint32_t root = 0;
  std::size_t consumed = 0;  ///< bytes up to and including STOP

  [[nodiscard]] const PickleNode& node(std::uint32_t index) const { return nodes.at(index); }
};

/// Runs a pickle (protocols 2 to 5) on a machine that can build containers, numbers, texts and
/// tensor descriptions, and can call nothing. The names that it knows:
/// `collections.OrderedDict`, `torch._utils._rebuild_tensor_v2`, `torch._utils._rebuild_parameter`
/// and the storages `torch.{Double,Float,Half,BFloat16,Long,Int,Short,Char,Byte,Bool}Storage`.
/// Any other name is refused as soon as it occurs, and no import, call or file access ever follows
/// from a pickle. The state that modules leave behind (`_metadata` of an OrderedDict) is tolerated
/// and dropped.
///
/// Time and memory are linear in the size of the input, bounded by `limits`.
/// @param where  what to call the input in messages
/// @throws BadInput with `where`, the byte and the cause; for a foreign name, that name.
///         Thread-safe.
[[nodiscard]] Pickle run_pickle(std::span<const std::byte> bytes, std::string_view where,
                                const PickleLimits& limits = {});

}  // namespace asbench::models
