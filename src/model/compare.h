// SPDX-License-Identifier: Apache-2.0
// Whether two tensors are the same answer, and where they differ most.
#pragma once

#include <string>

#include "model/tensor.h"

namespace joulemark::model {

/// |got - want| <= atol + rtol * |want|, element by element, as numpy.testing.assert_allclose has
/// it.
struct Tolerance {
  double rtol = 0;
  double atol = 0;
};

/// What ONNX's own backend test runner allows (onnx.backend.test.runner).
inline constexpr Tolerance kConformanceTolerance{.rtol = 1e-3, .atol = 1e-7};
/// The same for an output of this type: two units in the last place of bfloat16.
Tolerance conformance_tolerance(jm_dtype dtype);

/// What two engines' answers to the same input may differ by. Sums are taken in another order, and
/// what cancels leaves an error of the size of the summands; so the absolute part is a share of the
/// largest finite element of the reference (never below 1e-7):
///   float64, float32, complex   rtol 1e-3   atol 1e-4 × largest
///   float16                     rtol 2e-2   atol 1e-2 × largest
///   bfloat16, 8-bit, 4-bit      rtol 1e-1   atol 5e-2 × largest
/// Bool, integers and strings must be equal. `arithmetic` is the type that was computed in, where
/// it is less precise than the output's own.
Tolerance agreement_tolerance(const HostTensor& want, jm_dtype arithmetic = JM_UNDEFINED);

/// The outcome of a comparison. `max_abs` and `max_rel` are the largest differences of any two
/// elements (max_rel is against |want|, elements with want == 0 left out). Where there is no such
/// number it is NaN, with a word that says why:
///   "not_finite"      an element is infinite or NaN on one side only
///   "not_comparable"  type, shape or number of outputs differ
///   "no_number"       strings differ
///   "zero_reference"  max_rel only: elements differ, and only where want == 0
struct Difference {
  bool agrees = true;
  double max_abs = 0;
  double max_rel = 0;
  /// Empty when bit-equal; else where they differ most, or how type or shape differ:
  /// "output 'y'[0,3]: got 1.25, want 1.5 (7 of 12 elements outside tolerance)".
  std::string detail;
  std::string max_abs_reason = {};  ///< "" where there is a number
  std::string max_rel_reason = {};
};

/// Disagreement without numbers: both are NaN for `reason`.
Difference disagreement(std::string detail, const std::string& reason);

/// NaN equals NaN, an infinity equals itself only; bool, integers and strings must be equal;
/// dtypes and dims must be the same. Named after `want.name`.
Difference compare(const HostTensor& got, const HostTensor& want, Tolerance tolerance);

/// The worse of two: for a model with several outputs. Keeps the detail of the first that
/// disagrees, else of the one with the larger difference.
Difference worse(const Difference& a, const Difference& b);

}  // namespace joulemark::model
