// SPDX-License-Identifier: Apache-2.0
// Element-wise comparison, and the tolerances between engines.
#include "model/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace joulemark::model {
namespace {

/// Stands for a difference that no number tells.
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kNotComparable = "not_comparable";

/// How many elements an index counts per tensor element: a complex number is compared by its parts.
std::size_t parts(const HostTensor& tensor) {
  return dtype_info(tensor.dtype).kind == ElementKind::kComplex ? 2 : 1;
}

std::size_t part_count(const HostTensor& tensor) {
  return element_count(tensor.dims).value_or(0) * parts(tensor);
}

/// The element without the loss that a double has for 64-bit integers.
long double value_at(const HostTensor& tensor, std::size_t index) {
  if (tensor.dtype == JM_INT64 || tensor.dtype == JM_UINT64) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, tensor.data.data() + index * sizeof bits, sizeof bits);
    return tensor.dtype == JM_UINT64 ? static_cast<long double>(bits)
                                     : static_cast<long double>(static_cast<std::int64_t>(bits));
  }
  return element_as_double(tensor.dtype, tensor.data.data(), index);
}

std::string describe_value(const HostTensor& tensor, std::size_t index) {
  const long double value = value_at(tensor, index);
  if (dtype_info(tensor.dtype).kind == ElementKind::kFloat) {
    return fmt::format("{:.9g}", static_cast<double>(value));
  }
  if (dtype_info(tensor.dtype).kind == ElementKind::kComplex) {
    return fmt::format("{:.9g} ({} part)", static_cast<double>(value),
                       index % 2 == 0 ? "real" : "imaginary");
  }
  return fmt::format("{:.0f}", value);
}

/// "[0,3]" for element `index`; "" for a scalar.
std::string position(const HostTensor& tensor, std::size_t index) {
  index /= parts(tensor);
  std::vector<std::int64_t> place(tensor.dims.size());
  for (std::size_t axis = place.size(); axis-- > 0;) {
    const auto dim = static_cast<std::size_t>(tensor.dims[axis]);
    place[axis] = static_cast<std::int64_t>(index % dim);
    index /= dim;
  }
  return place.empty() ? "" : fmt::format("[{}]", fmt::join(place, ","));
}

std::string label(const HostTensor& want) {
  return want.name.empty() ? "output" : fmt::format("output '{}'", want.name);
}

/// A string shortened for one line.
std::string quoted(const std::string& text) {
  constexpr std::size_t kShown = 40;
  std::string shown = "'";
  for (const char c : text.substr(0, kShown)) shown += c >= ' ' || c < 0 ? c : '?';
  return shown + (text.size() > kShown ? "…'" : "'");
}

Difference compare_strings(const HostTensor& got, const HostTensor& want) {
  std::size_t different = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < want.strings.size(); ++i) {
    if (got.strings[i] == want.strings[i]) continue;
    if (different++ == 0) first = i;
  }
  if (different == 0) return {};
  return disagreement(fmt::format("{}{}: got {}, want {} ({} of {} elements differ)", label(want),
                                  position(want, first), quoted(got.strings[first]),
                                  quoted(want.strings[first]), different, want.strings.size()),
                      "no_number");
}

/// The worst element so far. An element where one side is not finite is worse than any other.
struct Worst {
  std::size_t index = 0;
  long double distance = -1;
  bool outside = false;
  void offer(std::size_t candidate, long double distance_here, bool outside_here) {
    if (outside && !outside_here) return;
    if (outside == outside_here && distance_here <= distance) return;
    *this = {candidate, distance_here, outside_here};
  }
};

void without_abs(Difference& difference, const char* reason) {
  difference.max_abs = kNone;
  difference.max_abs_reason = reason;
}

void without_rel(Difference& difference, const char* reason) {
  difference.max_rel = kNone;
  difference.max_rel_reason = reason;
}

Difference compare_numbers(const HostTensor& got, const HostTensor& want, Tolerance tolerance) {
  const ElementKind kind = dtype_info(want.dtype).kind;
  const bool exact = kind != ElementKind::kFloat && kind != ElementKind::kComplex;
  const std::size_t count = part_count(want);
  Difference result;
  bool all_finite = true;
  bool has_relative = false;
  Worst worst;
  std::size_t outside_count = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const long double g = value_at(got, i);
    const long double w = value_at(want, i);
    if (g == w || (std::isnan(g) && std::isnan(w))) continue;
    const bool finite = std::isfinite(g) && std::isfinite(w);
    const long double distance = finite ? std::abs(g - w) : HUGE_VALL;
    all_finite = all_finite && finite;
    if (finite) result.max_abs = std::max(result.max_abs, static_cast<double>(distance));
    const auto relative = static_cast<double>(distance / std::abs(w));
    if (finite && w != 0 && std::isfinite(relative)) {
      result.max_rel = std::max(result.max_rel, relative);
      has_relative = true;
    }
    const bool outside =
        exact || !finite || distance > tolerance.atol + tolerance.rtol * std::abs(w);
    outside_count += outside ? 1 : 0;
    worst.offer(i, distance, outside);
  }
  result.agrees = outside_count == 0;
  if (worst.distance < 0) return result;
  if (!all_finite) {
    without_abs(result, "not_finite");
    without_rel(result, "not_finite");
  } else if (!has_relative) {
    without_rel(result, "zero_reference");
  }
  result.detail = fmt::format("{}{}: got {}, want {}", label(want), position(want, worst.index),
                              describe_value(got, worst.index), describe_value(want, worst.index));
  if (outside_count > 0) {
    result.detail += fmt::format(" ({} of {} elements outside tolerance)", outside_count, count);
  }
  return result;
}

/// The larger of two values, or the one that is missing with its reason.
void keep_larger(double& value, std::string& reason, double other, const std::string& why) {
  if (std::isnan(value)) return;
  if (std::isnan(other)) {
    value = kNone;
    reason = why;
  } else {
    value = std::max(value, other);
  }
}

double largest_finite(const HostTensor& tensor) {
  double largest = 0;
  const std::size_t count = part_count(tensor);
  for (std::size_t i = 0; i < count; ++i) {
    const double value = std::abs(element_as_double(tensor.dtype, tensor.data.data(), i));
    if (std::isfinite(value)) largest = std::max(largest, value);
  }
  return largest;
}

/// The tolerance of a type, its absolute part as a share of the largest element.
Tolerance share_of(jm_dtype dtype) {
  const int bits = dtype_info(dtype).bits;
  if (dtype == JM_FLOAT16) return {.rtol = 2e-2, .atol = 1e-2};
  if (bits > 0 && bits <= 16) return {.rtol = 1e-1, .atol = 5e-2};
  return {.rtol = 1e-3, .atol = 1e-4};
}

}  // namespace

Tolerance conformance_tolerance(jm_dtype dtype) {
  Tolerance tolerance = kConformanceTolerance;
  if (dtype == JM_BFLOAT16) tolerance.rtol = 0x1p-6;
  return tolerance;
}

Tolerance agreement_tolerance(const HostTensor& want, jm_dtype arithmetic) {
  const ElementKind kind = dtype_info(want.dtype).kind;
  if (kind != ElementKind::kFloat && kind != ElementKind::kComplex) return {};
  const Tolerance share = std::max(share_of(want.dtype), share_of(arithmetic),
                                   [](const auto& a, const auto& b) { return a.rtol < b.rtol; });
  constexpr double kFloor = 1e-7;
  return {.rtol = share.rtol, .atol = std::max(kFloor, share.atol * largest_finite(want))};
}

Difference disagreement(std::string detail, const std::string& reason) {
  return {.agrees = false,
          .max_abs = kNone,
          .max_rel = kNone,
          .detail = std::move(detail),
          .max_abs_reason = reason,
          .max_rel_reason = reason};
}

Difference compare(const HostTensor& got, const HostTensor& want, Tolerance tolerance) {
  if (got.dtype != want.dtype) {
    return disagreement(fmt::format("{}: got type {}, want {}", label(want), dtype_name(got.dtype),
                                    dtype_name(want.dtype)),
                        kNotComparable);
  }
  if (got.dims != want.dims) {
    return disagreement(fmt::format("{}: got shape {}, want {}", label(want), format_dims(got.dims),
                                    format_dims(want.dims)),
                        kNotComparable);
  }
  if (want.dtype == JM_STRING) return compare_strings(got, want);
  if (got.data == want.data) return {};
  return compare_numbers(got, want, tolerance);
}

Difference worse(const Difference& a, const Difference& b) {
  const bool b_tells = a.agrees == b.agrees ? (a.agrees && b.max_abs > a.max_abs) : a.agrees;
  Difference result = a;
  result.agrees = a.agrees && b.agrees;
  if (b_tells) result.detail = b.detail;
  keep_larger(result.max_abs, result.max_abs_reason, b.max_abs, b.max_abs_reason);
  keep_larger(result.max_rel, result.max_rel_reason, b.max_rel, b.max_rel_reason);
  return result;
}

}  // namespace joulemark::model
