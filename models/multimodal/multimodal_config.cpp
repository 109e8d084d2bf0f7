#include "models/multimodal/multimodal_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "models/encoders/config_reader.h"

namespace asbench::models {
namespace {

constexpr int kLargestScale = 1 << 16;

// "448,896,1344", or a list of numbers.
std::optional<std::vector<int>> read_scales(const Json& value) {
  std::vector<int> scales;
  const auto add = [&](double scale) {
    const bool fits = scale >= 1.0 && scale <= kLargestScale && scale == std::floor(scale);
    if (fits) scales.push_back(static_cast<int>(scale));
    return fits;
  };
  if (value.is_array()) {
    for (const Json& scale : value) {
      if (!scale.is_number() || !add(scale.get<double>())) return std::nullopt;
    }
    return scales;
  }
  if (!value.is_string()) return std::nullopt;
  const std::string text = value.get<std::string>();
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    while (at != end && *at == ' ') ++at;
    int scale = 0;
    const auto [stop, error] = std::from_chars(at, end, scale);
    if (error != std::errc() || !add(scale)) return std::nullopt;
    at = stop;
    if (at == end) break;
    if (*at++ != ',' || at == end) return std::nullopt;
  }
  return scales;
}

void read_tiles(const ConfigReader& root, int tile, TileOptions& tiles) {
  tiles.tile = tile;
  tiles.scales = {tile, 2 * tile, 3 * tile};
  if (const Json* const value = root.find("s2_scales")) {
    const auto scales = read_scales(*value);
    bool fits = scales && !scales->empty() && scales->front() == tile;
    if (fits) {
      for (std::size_t i = 0; i < scales->size(); ++i) {
        fits = fits && (*scales)[i] % tile == 0 && (i == 0 || (*scales)[i] > (*scales)[i - 1]);
      }
    }
    if (!fits) {
      root.refuse("s2_scales",
                  fmt::format("ascending multiples of the vision tower's image_size, {}, are "
                              "needed, that one first: \"{},{},{}\"",
                              tile, tile, 2 * tile, 3 * tile));
    }
    tiles.scales = *scales;
  }
  tiles.max_tiles = static_cast<int>(root.size("max_tiles", tiles.max_tiles));
  if (tiles.max_tiles < tiles.min_tiles() || tiles.max_tiles > 4096) {
    root.refuse("max_tiles", fmt::format("the largest scale alone has {} tiles; expected that many "
                                         "to 4096",
                                         tiles.min_tiles()));
  }
}

}  // namespace

MultimodalConfig parse_multimodal_config(const Json& config, int tile, std::string_view where) {
  const ConfigReader root(config, std::string(where));
  MultimodalConfig parsed;
  if (const Json* const layer = root.find("mm_vision_select_layer")) {
    if (!layer->is_number_integer()) {
      root.refuse("mm_vision_select_layer", "an integer is needed");
    }
    parsed.select_layer = layer->get<std::int64_t>();
  }
  if (root.text("mm_vision_select_feature", "cls_patch") != "cls_patch") {
    root.refuse("mm_vision_select_feature",
                "all tokens of the vision tower are kept; expected \"cls_patch\"");
  }
  // The manifest decides between one tile and several; other ways to fit a picture are refused.
  constexpr std::array<std::string_view, 3> kFits = {"resize", "dynamic", "dynamic_s2"};
  if (std::find(kFits.begin(), kFits.end(), root.text("image_aspect_ratio", "resize")) ==
      kFits.end()) {
    root.refuse("image_aspect_ratio", "supported are resize, dynamic and dynamic_s2");
  }
  read_tiles(root, tile, parsed.tiles);
  return parsed;
}

}  // namespace asbench::models
