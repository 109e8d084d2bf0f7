#include "loaders/video/frame_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <numeric>
#include <optional>

#include "core/error.h"
#include "core/nearest_name.h"

namespace asbench::loaders {
namespace {

using Kind = FrameRule::Kind;

struct KindName {
  std::string_view name;
  Kind kind;
};
constexpr KindName kKinds[] = {{"midpoint", Kind::midpoint},
                               {"ends", Kind::ends},
                               {"stride", Kind::stride},
                               {"all", Kind::all},
                               {"window", Kind::window}};

std::optional<int> parse_count(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (value < 1 || value > kMaxRuleCount) return std::nullopt;
  return value;
}

/// i * n // k. Wide, because products, and sums of two results, pass 32 bits.
std::int64_t scaled(std::int64_t i, std::int64_t n, std::int64_t k) {
  return i * n / k;
}

int index_at(const FrameRule& rule, int i, int n) {
  const int k = rule.count;
  switch (rule.kind) {
    case Kind::midpoint: {
      const int parts = std::min(n, k);
      const int part = std::min(i, parts - 1);  // beyond the last part its index is repeated
      return static_cast<int>((scaled(part, n, parts) + scaled(part + 1, n, parts) - 1) / 2);
    }
    case Kind::ends:
      return k == 1 ? 0 : static_cast<int>(scaled(i, n - 1, k - 1));
    case Kind::stride:
      return static_cast<int>(
          std::min<std::int64_t>(std::int64_t{i} * std::max(n / k, 1), std::int64_t{n} - 1));
    case Kind::window:
      return (n - k) / 2 + i;
    case Kind::all:
      break;
  }
  return i;
}

}  // namespace

FrameRule parse_frame_rule(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  for (const KindName& known : kKinds) {
    if (name != known.name) continue;
    if (known.kind == Kind::all && colon == std::string_view::npos) return {Kind::all, 0};
    if (known.kind == Kind::all || colon == std::string_view::npos) break;
    if (const auto count = parse_count(text.substr(colon + 1))) return {known.kind, *count};
    break;
  }
  std::vector<std::string> names;
  for (const KindName& known : kKinds) {
    if (name != known.name) names.emplace_back(known.name);
  }
  throw UsageError(fmt::format(
      "unknown frame rule \"{}\".{} Choose from: midpoint:K, ends:K, stride:K, window:L "
      "(K and L from 1 "
      "to {}) or all.",
      text, did_you_mean(name, names), kMaxRuleCount));
}

std::string to_string(const FrameRule& rule) {
  for (const KindName& known : kKinds) {
    if (known.kind != rule.kind) continue;
    if (rule.kind == Kind::all) return std::string(known.name);
    return fmt::format("{}:{}", known.name, rule.count);
  }
  throw InternalError("a frame rule without a name");
}

std::vector<int> frame_indices(const FrameRule& rule, int n) {
  if (n <= 0 || (rule.kind == Kind::window && n < rule.count)) return {};
  std::vector<int> indices(static_cast<std::size_t>(rule.kind == Kind::all ? n : rule.count));
  for (std::size_t i = 0; i < indices.size(); ++i) {
    indices[i] = index_at(rule, static_cast<int>(i), n);
  }
  return indices;
}

bool is_short(const FrameRule& rule, int n) {
  return rule.kind != Kind::all && n < rule.count;
}

}  // namespace asbench::loaders
