#include "reports/figures/series_style.h"

#include <array>

namespace asbench::reports {
namespace {

constexpr std::array<Colour, 7> kOkabeIto = {{
    {0, 114, 178},    // blue
    {213, 94, 0},     // vermillion
    {0, 158, 115},    // bluish green
    {230, 159, 0},    // orange
    {204, 121, 167},  // reddish purple
    {86, 180, 233},   // sky blue
    {0, 0, 0},
}};

constexpr std::array kMarkers = {Marker::circle,  Marker::square,        Marker::triangle,
                                 Marker::diamond, Marker::hollow_circle, Marker::inverted_triangle,
                                 Marker::cross,   Marker::hollow_square, Marker::plus};

constexpr std::array kLong = {4.0, 1.5};
constexpr std::array kShort = {1.2, 1.2};
constexpr std::array kDashDot = {5.0, 1.3, 1.0, 1.3};
constexpr std::array kVeryLong = {8.0, 2.0};

}  // namespace

SeriesStyle series_style(std::size_t place) {
  const std::array<std::span<const double>, 5> dashes = {std::span<const double>(), kLong, kDashDot,
                                                         kShort, kVeryLong};
  return {kOkabeIto[place % kOkabeIto.size()], kMarkers[place % kMarkers.size()],
          dashes[place % dashes.size()]};
}

}  // namespace asbench::reports
