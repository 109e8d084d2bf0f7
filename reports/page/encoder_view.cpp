#include "reports/page/encoder_view.h"

#include <algorithm>
#include <charconv>

#include "document/pictures.h"
#include "document/signature.h"

namespace asbench::reports {
namespace {

/// "224" or "224x336" behind `word`, whatever follows; nothing for another text.
std::optional<PictureGeometry::Size> size_behind(std::string_view piece, std::string_view word) {
  if (!piece.starts_with(word)) return std::nullopt;
  const char* at = piece.data() + word.size();
  const char* const end = piece.data() + piece.size();
  PictureGeometry::Size size;
  const auto height = std::from_chars(at, end, size.height);
  if (height.ec != std::errc() || size.height < 1) return std::nullopt;
  size.width = size.height;
  if (height.ptr != end && *height.ptr == 'x') {
    const auto width = std::from_chars(height.ptr + 1, end, size.width);
    if (width.ec != std::errc() || size.width < 1) return std::nullopt;
  }
  return size;
}

/// The place of a value in a list, at whose end it is put where it isn't in it.
template <class T>
std::size_t place_in(std::vector<T>& list, const T& value) {
  const auto found = std::find(list.begin(), list.end(), value);
  const auto place = static_cast<std::size_t>(found - list.begin());
  if (found == list.end()) list.push_back(value);
  return place;
}

Json view_entry(const std::string& encoder, const PictureGeometry& geometry) {
  using Resize = PictureGeometry::Resize;
  Json entry = {encoder,
                geometry.resize == Resize::shortest_edge ? "short"
                : geometry.resize == Resize::squash      ? "squash"
                                                         : "whole",
                geometry.size.height, geometry.size.width};
  entry.push_back(geometry.crop ? Json(geometry.crop->height) : Json());
  entry.push_back(geometry.crop ? Json(geometry.crop->width) : Json());
  return entry;
}

std::string protocol_background(const document::Result& result) {
  const auto found = result.settings.find("background");
  return found != result.settings.end() && found->is_string() ? found->get<std::string>()
                                                              : std::string();
}

std::string first_backdrop(const document::Signature& signature, const std::string& otherwise) {
  const std::string& background = signature.background.empty() ? otherwise : signature.background;
  return document::backdrop(background,
                            signature.encoders.empty() ? "" : signature.encoders.front().profile);
}

}  // namespace

std::optional<PictureGeometry> picture_geometry(std::string_view profile) {
  const auto open = profile.find('[');
  if (open == std::string_view::npos) return std::nullopt;
  std::optional<PictureGeometry> geometry;
  std::optional<PictureGeometry::Size> crop;
  for (std::size_t at = open + 1; at < profile.size();) {
    const auto end = std::min(profile.find_first_of(",]", at), profile.size());
    const std::string_view piece = profile.substr(at, end - at);
    at = end + 1;
    if (piece == "noresize" || piece == "in-graph") geometry = PictureGeometry{};
    if (const auto size = size_behind(piece, "short"))
      geometry = PictureGeometry{PictureGeometry::Resize::shortest_edge, *size, {}};
    if (const auto size = size_behind(piece, "squash"))
      geometry = PictureGeometry{PictureGeometry::Resize::squash, *size, {}};
    if (const auto size = size_behind(piece, "crop")) crop = size;
  }
  if (geometry) geometry->crop = crop;
  return geometry;
}

Json encoder_views(const RankedTable& table) {
  std::vector<Json> views;
  Json of = Json::array();
  for (const auto& line : table.signatures) {
    Json places = Json::array();
    for (const auto& encoder : document::Signature::parse(line).encoders) {
      if (const auto geometry = picture_geometry(encoder.profile))
        places.push_back(place_in(views, view_entry(encoder.id, *geometry)));
    }
    of.push_back(std::move(places));
  }
  return {{"views", views}, {"of", of}};
}

Backdrops backdrops_of(const RankedTable& table) {
  const std::string otherwise = protocol_background(*table.systems.front().result);
  Backdrops backdrops;
  for (const auto& line : table.signatures)
    backdrops.of.push_back(
        place_in(backdrops.all, first_backdrop(document::Signature::parse(line), otherwise)));
  return backdrops;
}

std::string backdrop_of(const document::Result& result, const document::ResultMetric& metric) {
  return first_backdrop(document::Signature::parse(metric.signature), protocol_background(result));
}

}  // namespace asbench::reports
