// SPDX-License-Identifier: Apache-2.0
// Widening and rounding from the layout of each format, so that one piece of code serves all.
#include "model/small_float.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace joulemark::model {
namespace {

/// Which bit patterns are no ordinary numbers.
enum class Specials {
  kIeee,       ///< the highest exponent holds infinities and NaNs
  kLastNan,    ///< only all ones is NaN; no infinity (the "fn" types)
  kMinusZero,  ///< only the pattern of -0 is NaN; no infinity, no -0 (the "fnuz" types)
  kNone,       ///< every pattern is a number
};

/// Layout of a type: sign, exponent, mantissa, from the high bit to the low.
struct Layout {
  int exponent_bits;
  int mantissa_bits;
  int bias;
  Specials specials;
};

// OCP 8-bit Floating Point 1.0 (E4M3, E5M2), OCP Microscaling 1.0 (E2M1), and the FNUZ variants of
// Noune et al. 2022 (arXiv:2206.02915), as the ONNX documentation lists them.
constexpr Layout kFloat16{5, 10, 15, Specials::kIeee};
constexpr Layout kBfloat16{8, 7, 127, Specials::kIeee};
constexpr Layout kE4m3fn{4, 3, 7, Specials::kLastNan};
constexpr Layout kE4m3fnuz{4, 3, 8, Specials::kMinusZero};
constexpr Layout kE5m2{5, 2, 15, Specials::kIeee};
constexpr Layout kE5m2fnuz{5, 2, 16, Specials::kMinusZero};
constexpr Layout kE2m1{2, 1, 1, Specials::kNone};

const Layout* layout_of(jm_dtype dtype) {
  switch (dtype) {
    case JM_FLOAT16:
      return &kFloat16;
    case JM_BFLOAT16:
      return &kBfloat16;
    case JM_FLOAT8E4M3FN:
      return &kE4m3fn;
    case JM_FLOAT8E4M3FNUZ:
      return &kE4m3fnuz;
    case JM_FLOAT8E5M2:
      return &kE5m2;
    case JM_FLOAT8E5M2FNUZ:
      return &kE5m2fnuz;
    case JM_FLOAT4E2M1:
      return &kE2m1;
    default:
      return nullptr;
  }
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// E8M0 (OCP Microscaling 1.0): a power of two without sign or mantissa; 255 is NaN.
double widen_e8m0(unsigned bits) {
  return bits == 255 ? kNan : std::ldexp(1.0, static_cast<int>(bits) - 127);
}

unsigned narrow_e8m0(double value) {
  if (!(value > 0)) return std::isnan(value) ? 255 : 0;
  if (std::isinf(value)) return 254;
  return static_cast<unsigned>(std::clamp(std::lround(std::log2(value)) + 127L, 0L, 254L));
}

unsigned exponent_mask(const Layout& layout) {
  return (1u << layout.exponent_bits) - 1u;
}
unsigned mantissa_mask(const Layout& layout) {
  return (1u << layout.mantissa_bits) - 1u;
}

double magnitude(const Layout& layout, unsigned exponent, unsigned mantissa) {
  const int lowest = 1 - layout.bias - layout.mantissa_bits;
  if (exponent == 0) return std::ldexp(mantissa, lowest);
  return std::ldexp(mantissa + (1u << layout.mantissa_bits),
                    lowest + static_cast<int>(exponent) - 1);
}

/// The pattern without sign of the largest finite value.
unsigned largest_finite(const Layout& layout) {
  const unsigned all = (exponent_mask(layout) << layout.mantissa_bits) | mantissa_mask(layout);
  if (layout.specials == Specials::kIeee) return all - mantissa_mask(layout) - 1;
  return layout.specials == Specials::kLastNan ? all - 1 : all;
}

unsigned nan_pattern(const Layout& layout, unsigned sign_bit) {
  switch (layout.specials) {
    case Specials::kMinusZero:
      return sign_bit;
    case Specials::kNone:
      return 0;
    default:
      return sign_bit - 1;
  }
}

/// The pattern without sign of a positive finite value, rounded to nearest, ties to even.
unsigned round_magnitude(const Layout& layout, double value) {
  const int exponent = std::max(std::ilogb(value), 1 - layout.bias);
  const double steps = std::nearbyint(std::ldexp(value, layout.mantissa_bits - exponent));
  // One step past the mantissa's end carries into the exponent by itself: the patterns are ordered.
  const double start = static_cast<double>(exponent + layout.bias - 1) *
                       static_cast<double>(1u << layout.mantissa_bits);
  const double pattern = start + steps;
  const unsigned largest = largest_finite(layout);
  if (pattern <= largest) return static_cast<unsigned>(pattern);
  return layout.specials == Specials::kIeee ? largest + 1 : largest;
}

}  // namespace

double widen(jm_dtype dtype, unsigned bits) {
  if (dtype == JM_FLOAT8E8M0) return widen_e8m0(bits);
  const Layout* layout = layout_of(dtype);
  if (layout == nullptr) return 0;
  const unsigned sign_bit = 1u << (layout->exponent_bits + layout->mantissa_bits);
  const unsigned exponent = (bits >> layout->mantissa_bits) & exponent_mask(*layout);
  const unsigned mantissa = bits & mantissa_mask(*layout);
  const double sign = (bits & sign_bit) != 0 ? -1.0 : 1.0;
  const bool top = exponent == exponent_mask(*layout);
  if (layout->specials == Specials::kIeee && top) return mantissa == 0 ? sign * kInfinity : kNan;
  if (layout->specials == Specials::kLastNan && top && mantissa == mantissa_mask(*layout)) {
    return kNan;
  }
  if (layout->specials == Specials::kMinusZero && bits == sign_bit) return kNan;
  return sign * magnitude(*layout, exponent, mantissa);
}

unsigned narrow(jm_dtype dtype, double value) {
  if (dtype == JM_FLOAT8E8M0) return narrow_e8m0(value);
  const Layout* layout = layout_of(dtype);
  if (layout == nullptr) return 0;
  const unsigned sign_bit = 1u << (layout->exponent_bits + layout->mantissa_bits);
  if (std::isnan(value)) return nan_pattern(*layout, sign_bit);
  const unsigned sign = std::signbit(value) ? sign_bit : 0;
  const unsigned largest = largest_finite(*layout);
  unsigned pattern = 0;
  if (std::isinf(value)) {
    pattern = layout->specials == Specials::kIeee ? largest + 1 : largest;
  } else if (value != 0) {
    pattern = round_magnitude(*layout, std::abs(value));
  }
  // The pattern of -0 means NaN in the "fnuz" types.
  if (pattern == 0 && layout->specials == Specials::kMinusZero) return 0;
  return sign | pattern;
}

}  // namespace joulemark::model
