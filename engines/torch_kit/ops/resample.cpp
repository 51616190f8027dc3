// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/resample.h"

#include "torch_kit/ops/indices.h"

namespace joulemark::torch_kit::ops {
namespace {

JitValue* host(OpCall& call, const char* op, const tj::NamedValue& a, const tj::NamedValue& b) {
  return call.call((std::string(op) + ".float").c_str(), {a, b});
}

JitValue* scaled(OpCall& call, JitValue* tensor, const tj::NamedValue& factor) {
  return call.call("aten::mul.Scalar", {tensor, factor});
}

JitValue* shifted(OpCall& call, JitValue* tensor, const tj::NamedValue& by) {
  return call.call("aten::add.Scalar", {tensor, by, 1});
}

/// 1.0 when the axis gets more than one element, else 0.0.
JitValue* several(OpCall& call, const ResizedAxis& axis) {
  return call.call("aten::Float.bool", {call.call("aten::gt.int", {axis.out, 1})});
}

/// The places of the output, as numbers of which 2^24 and more are exact.
JitValue* places(OpCall& call, const ResizedAxis& axis) {
  return counted(call, axis.out, at::kDouble);
}

/// The distance of two neighbours where the first and the last element stay what they are. The
/// width need not be whole: it is what the scale says.
JitValue* corner_step(OpCall& call, const ResizedAxis& axis) {
  JitValue* width = host(call, "aten::mul", axis.scale, real(call, axis.in));
  JitValue* last = call.call("prim::max.float", {host(call, "aten::sub", width, 1.0), 1e-9});
  return host(call, "aten::div", host(call, "aten::sub", real(call, axis.in), 1.0), last);
}

JitValue* half_pixel(OpCall& call, const ResizedAxis& axis) {
  JitValue* x = shifted(call, places(call, axis), 0.5);
  return shifted(call, call.call("aten::div.Scalar", {x, axis.scale}), -0.5);
}

/// The middle of the input comes to the middle of the output, however that was rounded.
JitValue* half_pixel_symmetric(OpCall& call, const ResizedAxis& axis) {
  JitValue* in = real(call, axis.in);
  JitValue* rounding =
      host(call, "aten::div", real(call, axis.out), host(call, "aten::mul", axis.scale, in));
  JitValue* centre = host(call, "aten::mul", in, 0.5);
  JitValue* offset = host(call, "aten::sub", centre, host(call, "aten::mul", centre, rounding));
  return shifted(call, half_pixel(call, axis), offset);
}

JitValue* region(OpCall& call, const ResizedAxis& axis) {
  if (axis.start == nullptr) call.invalid("tf_crop_and_resize needs a region (roi)");
  JitValue* last = host(call, "aten::sub", real(call, axis.in), 1.0);
  JitValue* many = several(call, axis);
  JitValue* length = host(call, "aten::sub", axis.end, axis.start);
  JitValue* out = call.call("prim::max.int", {call.call("aten::sub.int", {axis.out, 1}), 1});
  JitValue* reach = host(call, "aten::mul", length, last);
  JitValue* step = host(call, "aten::div", reach, real(call, out));
  JitValue* half = host(call, "aten::mul", host(call, "aten::sub", 1.0, many), 0.5);
  JitValue* first = host(call, "aten::add", host(call, "aten::mul", axis.start, last),
                         host(call, "aten::mul", half, reach));
  return shifted(call, scaled(call, places(call, axis), step), first);
}

/// Where in the input each element of the output lies.
JitValue* positions(OpCall& call, const ResizedAxis& axis, const std::string& how) {
  if (how == "half_pixel") return half_pixel(call, axis);
  if (how == "pytorch_half_pixel") return scaled(call, half_pixel(call, axis), several(call, axis));
  if (how == "half_pixel_symmetric") return half_pixel_symmetric(call, axis);
  if (how == "align_corners") return scaled(call, places(call, axis), corner_step(call, axis));
  if (how == "asymmetric") return call.call("aten::div.Scalar", {places(call, axis), axis.scale});
  if (how == "tf_crop_and_resize") return region(call, axis);
  call.unsupported("coordinate_transformation_mode '" + how + "'");
}

JitValue* clamped(OpCall& call, JitValue* index, const ResizedAxis& axis) {
  return call.call("aten::clamp", {index, 0, call.call("aten::sub.int", {axis.in, 1})});
}

JitValue* round_to_index(OpCall& call, JitValue* position, const std::string& how) {
  if (how == "floor") return call.call("aten::floor", {position});
  if (how == "ceil") return call.call("aten::ceil", {position});
  if (how == "round_prefer_floor") return call.call("aten::ceil", {shifted(call, position, -0.5)});
  if (how == "round_prefer_ceil") return call.call("aten::floor", {shifted(call, position, 0.5)});
  call.unsupported("nearest_mode '" + how + "'");
}

JitValue* pick(OpCall& call, JitValue* x, JitValue* position, const ResizedAxis& axis,
               const Resampling& how) {
  JitValue* index = call.cast(round_to_index(call, position, how.nearest), at::kLong);
  return call.call("aten::index_select", {x, axis.axis, clamped(call, index, axis)});
}

/// ((a |d| + b) |d| + c) |d| + e
JitValue* polynomial(OpCall& call, JitValue* distance, double a, double b, double c, double e) {
  JitValue* sum = shifted(call, scaled(call, distance, a), b);
  sum = shifted(call, call.call("aten::mul.Tensor", {sum, distance}), c);
  return shifted(call, call.call("aten::mul.Tensor", {sum, distance}), e);
}

/// What an element at a distance (never negative) counts for.
JitValue* influence(OpCall& call, JitValue* distance, const Resampling& how) {
  if (how.mode == "linear")
    return call.call("aten::clamp",
                     {shifted(call, scaled(call, distance, -1.0), 1.0), 0.0, c10::IValue()});
  const double a = how.cubic;
  JitValue* near = polynomial(call, distance, a + 2, -(a + 3), 0, 1);
  JitValue* far = polynomial(call, distance, a, -5 * a, 8 * a, -4 * a);
  JitValue* is_far = call.call("aten::gt.Scalar", {distance, 1.0});
  JitValue* nothing = call.call("aten::ge.Scalar", {distance, 2.0});
  return call.call("aten::masked_fill.Scalar",
                   {call.call("aten::where.self", {is_far, far, near}), nothing, 0.0});
}

/// How far the influence of an element is stretched, so that none is passed over: its inverse.
JitValue* narrowing(OpCall& call, const ResizedAxis& axis, const Resampling& how) {
  if (!how.antialias) return call.constant_value(1.0);
  return call.call("prim::min.float", {axis.scale, 1.0});
}

/// The elements around a position, counted from the one before it.
JitValue* neighbours(OpCall& call, JitValue* narrow, const Resampling& how) {
  const double reach = how.mode == "linear" ? -1.0 : -2.0;
  JitValue* before = call.call("aten::floor.float", {host(call, "aten::div", reach, narrow)});
  JitValue* first = call.call("aten::add.int", {before, 1});
  JitValue* end = call.call("aten::sub.int", {2, first});
  return call.call("aten::arange.start",
                   {first, end, at::kDouble, c10::IValue(), call.graph.device(), c10::IValue()});
}

JitValue* normalised(OpCall& call, JitValue* weights) {
  JitValue* sum = call.call("aten::sum.dim_IntList", {weights, Ints{1}, true, c10::IValue()});
  return call.call("aten::div.Tensor", {weights, sum});
}

/// [out, in]: what each element of the input counts for in each of the output.
JitValue* weights(OpCall& call, JitValue* position, const ResizedAxis& axis,
                  const Resampling& how) {
  JitValue* narrow = narrowing(call, axis, how);
  JitValue* column = call.call("aten::unsqueeze", {position, 1});
  JitValue* index = call.call(
      "aten::add.Tensor", {call.call("aten::floor", {column}), neighbours(call, narrow, how), 1});
  JitValue* distance = call.call("aten::abs", {call.call("aten::sub.Tensor", {index, column, 1})});
  JitValue* each = influence(call, scaled(call, distance, narrow), how);
  if (how.antialias) each = normalised(call, each);
  if (how.exclude_outside) {
    JitValue* before = call.call("aten::lt.Scalar", {index, 0});
    JitValue* behind = call.call("aten::ge.Scalar", {index, axis.in});
    JitValue* outside = call.call("aten::logical_or", {before, behind});
    each = normalised(call, call.call("aten::masked_fill.Scalar", {each, outside, 0.0}));
  }
  JitValue* empty = call.call("aten::zeros", {call.graph.int_list({axis.out, axis.in}), at::kDouble,
                                              c10::IValue(), call.graph.device(), c10::IValue()});
  index = call.cast(clamped(call, index, axis), at::kLong);
  return call.call("aten::scatter_add", {empty, 1, index, each});
}

JitValue* mix(OpCall& call, JitValue* x, JitValue* position, const ResizedAxis& axis,
              const Resampling& how) {
  const at::ScalarType type = call.type_of(x);
  const at::ScalarType wide = type == at::kDouble ? at::kDouble : at::kFloat;
  JitValue* matrix = call.cast(weights(call, position, axis, how), wide);
  const std::int64_t last = call.rank_of(x) - 1;
  JitValue* front = call.cast(x, wide);
  if (axis.axis != last) front = call.call("aten::movedim.int", {front, axis.axis, last});
  JitValue* mixed = call.call("aten::linear", {front, matrix, c10::IValue()});
  if (axis.axis != last) mixed = call.call("aten::movedim.int", {mixed, last, axis.axis});
  return call.cast(mixed, type);
}

/// Elements of the output that lie outside of the input get a value of their own.
JitValue* fill_outside(OpCall& call, JitValue* x, JitValue* position, const ResizedAxis& axis,
                       const Resampling& how) {
  JitValue* last = call.call("aten::sub.int", {axis.in, 1});
  JitValue* before = call.call("aten::lt.Scalar", {position, 0});
  JitValue* behind = call.call("aten::gt.Scalar", {position, last});
  Ints shape(static_cast<std::size_t>(call.rank_of(x)), 1);
  shape[static_cast<std::size_t>(axis.axis)] = -1;
  JitValue* outside =
      call.call("aten::reshape", {call.call("aten::logical_or", {before, behind}), shape});
  return call.call("aten::masked_fill.Scalar", {x, outside, how.outside_value});
}

}  // namespace

JitValue* real(OpCall& call, JitValue* whole) {
  return call.call("aten::Float.Scalar", {whole});
}

JitValue* resample(OpCall& call, JitValue* x, const ResizedAxis& axis, const Resampling& how) {
  JitValue* position = positions(call, axis, how.coordinates);
  JitValue* made = how.mode == "nearest" ? pick(call, x, position, axis, how)
                                         : mix(call, x, position, axis, how);
  if (how.coordinates != "tf_crop_and_resize") return made;
  return fill_outside(call, made, position, axis, how);
}

}  // namespace joulemark::torch_kit::ops
