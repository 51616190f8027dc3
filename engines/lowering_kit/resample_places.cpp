// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/resample_places.h"

#include <algorithm>
#include <cmath>

namespace joulemark::lowering {
namespace {

double half_pixel(const ResampledAxis& axis, double place) {
  return (place + 0.5) / axis.scale - 0.5;
}

/// The middle of the input comes to the middle of the output, however that was rounded.
double half_pixel_symmetric(const ResampledAxis& axis, double place) {
  const double in = static_cast<double>(axis.in);
  const double rounding = static_cast<double>(axis.out) / (axis.scale * in);
  return in / 2 * (1 - rounding) + half_pixel(axis, place);
}

/// The first and the last element stay what they are. The width need not be whole: it is what the
/// scale says.
double align_corners(const ResampledAxis& axis, double place) {
  const double in = static_cast<double>(axis.in);
  const double last = axis.scale * in - 1;
  return last <= 0 ? 0 : place * (in - 1) / last;
}

/// Evenly from the region's start to its end; its middle where one element comes out.
double in_region(const NodeCall& call, const ResampledAxis& axis, double place) {
  if (!axis.region) call.invalid("tf_crop_and_resize needs a region (roi)");
  const auto [start, end] = *axis.region;
  const double last = static_cast<double>(axis.in - 1);
  if (axis.out <= 1) return (start + end) / 2 * last;
  return start * last + place * (end - start) * last / static_cast<double>(axis.out - 1);
}

double position_of(const NodeCall& call, const ResampledAxis& axis, const std::string& how,
                   double place) {
  if (how == "half_pixel") return half_pixel(axis, place);
  if (how == "pytorch_half_pixel") return axis.out > 1 ? half_pixel(axis, place) : 0;
  if (how == "half_pixel_symmetric") return half_pixel_symmetric(axis, place);
  if (how == "align_corners") return align_corners(axis, place);
  if (how == "asymmetric") return place / axis.scale;
  if (how == "tf_crop_and_resize") return in_region(call, axis, place);
  call.unsupported("coordinate_transformation_mode '" + how + "'");
}

double rounded(const NodeCall& call, double position, const std::string& how) {
  if (how == "floor") return std::floor(position);
  if (how == "ceil") return std::ceil(position);
  if (how == "round_prefer_floor") return std::ceil(position - 0.5);
  if (how == "round_prefer_ceil") return std::floor(position + 0.5);
  call.unsupported("nearest_mode '" + how + "'");
}

std::int64_t inside(double place, const ResampledAxis& axis) {
  return static_cast<std::int64_t>(std::clamp(place, 0.0, static_cast<double>(axis.in - 1)));
}

/// What an element at a distance (never negative) counts for.
double influence(double distance, const Resampling& how) {
  if (how.mode == "linear") return std::max(1 - distance, 0.0);
  const double a = how.cubic;
  if (distance >= 2) return 0;
  if (distance > 1) return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
  return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
}

/// One row of the matrix, from the elements around a position. With antialiasing their influence is
/// stretched so that none is passed over.
void fill_row(double* row, double position, const ResampledAxis& axis, const Resampling& how) {
  const double narrow = how.antialias ? std::min(axis.scale, 1.0) : 1;
  const double reach = how.mode == "linear" ? 1 : 2;
  const auto first = static_cast<std::int64_t>(std::floor(-reach / narrow)) + 1;
  double sum = 0;
  for (std::int64_t i = first; i < 2 - first; ++i) {
    const double place = std::floor(position) + static_cast<double>(i);
    const bool is_outside = place < 0 || place >= static_cast<double>(axis.in);
    const double each =
        how.exclude_outside && is_outside ? 0 : influence(std::abs(place - position) * narrow, how);
    row[inside(place, axis)] += each;
    sum += each;
  }
  if (!how.antialias && !how.exclude_outside) return;
  for (std::int64_t i = 0; i < axis.in; ++i) row[i] /= sum;
}

}  // namespace

std::vector<double> positions_of(const NodeCall& call, const ResampledAxis& axis,
                                 const Resampling& how) {
  std::vector<double> positions(static_cast<std::size_t>(axis.out));
  for (std::size_t i = 0; i < positions.size(); ++i)
    positions[i] = position_of(call, axis, how.coordinates, static_cast<double>(i));
  return positions;
}

Ints nearest_places(const NodeCall& call, const ResampledAxis& axis, const Resampling& how) {
  Ints places;
  for (const double position : positions_of(call, axis, how))
    places.push_back(inside(rounded(call, position, how.nearest), axis));
  return places;
}

std::vector<double> resample_matrix(const NodeCall& call, const ResampledAxis& axis,
                                    const Resampling& how) {
  const auto in = static_cast<std::size_t>(axis.in);
  std::vector<double> matrix(in * static_cast<std::size_t>(axis.out), 0);
  std::size_t row = 0;
  for (const double position : positions_of(call, axis, how))
    fill_row(&matrix[in * row++], position, axis, how);
  return matrix;
}

}  // namespace joulemark::lowering
