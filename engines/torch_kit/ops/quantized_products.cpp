// SPDX-License-Identifier: Apache-2.0
// Products and convolutions of quantised numbers. They are computed exactly in floating point,
// which has fast kernels on every device: in double, or in float32 where few terms are added.
#include "torch_kit/dtypes.h"
#include "torch_kit/ops/convolve.h"
#include "torch_kit/ops/quantized.h"

namespace joulemark::torch_kit::ops {
namespace {

/// Sums of so many products of 9-bit integers are exact in float32.
constexpr std::int64_t kExactTerms = (1 << 24) / (255 * 255);

/// The type to compute a product in, of which `terms` elements of `of` are added; 0: not known.
at::ScalarType exact_type(std::int64_t terms) {
  return terms > 0 && terms <= kExactTerms ? at::kFloat : at::kDouble;
}

/// How many elements the axes from `first` on have; 0 where the model leaves it open.
std::int64_t known_count(OpCall& call, JitValue* of, std::int64_t first) {
  const Fact* known = call.graph.fact(of);
  if (known == nullptr || !known->exact) return 0;
  std::int64_t count = 1;
  const at::Tensor& example = known->example.toTensor();
  for (std::int64_t axis = first; axis < example.dim(); ++axis) count *= example.size(axis);
  return count;
}

/// One number a row of a product's left side stands in a column.
JitValue* by_row(OpCall& call, JitValue* of) {
  if (call.rank_of(of) != 1) return of;
  const Fact* known = call.graph.fact(of);
  if (known != nullptr && known->exact && known->example.toTensor().numel() == 1)
    return call.call("aten::reshape", {of, Ints{}});
  return call.call("aten::unsqueeze", {of, -1});
}

/// One number an output channel, in the shape of the weights or of the result: `axes` follow it.
JitValue* by_channel(OpCall& call, JitValue* of, std::size_t axes) {
  if (call.rank_of(of) == 0) return of;
  Ints shape(axes + 1, 1);
  shape.front() = -1;
  return call.call("aten::reshape", {of, shape});
}

/// Which inputs a factor is made of.
struct Factor {
  std::size_t value, zero;
};

/// The factor without its zero point, which `place` puts into shape.
template <typename Place>
JitValue* centred(OpCall& call, Factor factor, at::ScalarType type, Place place) {
  JitValue* wide = call.cast(call.tensor(factor.value), type);
  if (is_zero(call, factor.zero)) return wide;
  JitValue* zero = place(call.cast(call.tensor(factor.zero), type));
  return call.call("aten::sub.Tensor", {wide, zero});
}

JitValue* product(OpCall& call, Factor left, Factor right) {
  const at::ScalarType type =
      exact_type(known_count(call, call.tensor(left.value), call.rank(left.value) - 1));
  JitValue* a = centred(call, left, type, [&](JitValue* zero) { return by_row(call, zero); });
  JitValue* b = centred(call, right, type, [](JitValue* zero) { return zero; });
  return call.call("aten::matmul", {a, b});
}

JitValue* convolved(OpCall& call, Factor input, Factor weights, JitValue* bias) {
  if (call.rank(weights.value) < 3) call.invalid("its weights must have rank 3 or more");
  const auto axes = static_cast<std::size_t>(call.rank(weights.value) - 2);
  JitValue* of = call.tensor(weights.value);
  const at::ScalarType type = bias != nullptr ? at::kDouble : exact_type(known_count(call, of, 1));
  JitValue* x = centred(call, input, type, [&](JitValue* zero) { return zero; });
  JitValue* w = centred(call, weights, type,
                        [&](JitValue* zero) { return by_channel(call, zero, axes + 1); });
  return convolve(call, x, w, or_none(bias));
}

/// Exact integers as int32.
void give_integers(OpCall& call, JitValue* exact) {
  call.result(call.cast(exact, at::kInt));
}

/// From exact integers to the grid of the result. `scale`: how many steps of it one is.
void give_quantized(OpCall& call, JitValue* exact, JitValue* scale) {
  JitValue* steps =
      call.call("aten::mul.Tensor", {call.cast(exact, at::kDouble), call.cast(scale, at::kDouble)});
  JitValue* zero = is_zero(call, 7) ? nullptr : call.cast(call.tensor(7), at::kDouble);
  call.result(to_grid(call, steps, zero, call.dtype(7)), 0, call.dtype(7));
}

}  // namespace

void matmul_integer(OpCall& call) {
  give_integers(call, product(call, {0, 2}, {1, 3}));
}

void conv_integer(OpCall& call) {
  give_integers(call, convolved(call, {0, 2}, {1, 3}, nullptr));
}

void qlinear_matmul(OpCall& call) {
  JitValue* left = by_row(call, call.tensor(1));
  JitValue* both = call.call("aten::mul.Tensor", {left, call.tensor(4)});
  JitValue* scale = call.call("aten::div.Tensor", {both, by_row(call, call.tensor(6))});
  give_quantized(call, product(call, {0, 2}, {3, 5}), scale);
}

void qlinear_conv(OpCall& call) {
  JitValue* bias = call.has(8) ? call.cast(call.tensor(8), at::kDouble) : nullptr;
  JitValue* exact = convolved(call, {0, 2}, {3, 5}, bias);
  const auto axes = static_cast<std::size_t>(call.rank(3) - 2);
  JitValue* weight_scale = by_channel(call, call.tensor(4), axes);
  JitValue* both = call.call("aten::mul.Tensor", {call.tensor(1), weight_scale});
  give_quantized(call, exact, call.call("aten::div.Tensor", {both, call.tensor(6)}));
}

}  // namespace joulemark::torch_kit::ops
