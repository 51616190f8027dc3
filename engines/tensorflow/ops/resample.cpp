// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/ops/resample.h"

#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// Arithmetic of doubles, in which places of 2^24 and more are exact.
struct Arithmetic {
  OpCall& call;

  [[nodiscard]] Value of(double number) const { return call.scalar(number, kDouble); }
  [[nodiscard]] Value add(Value a, Value b) const { return call.op("AddV2", {a, b}); }
  [[nodiscard]] Value add(Value a, double b) const { return add(a, of(b)); }
  [[nodiscard]] Value sub(Value a, Value b) const { return call.op("Sub", {a, b}); }
  [[nodiscard]] Value mul(Value a, Value b) const { return call.op("Mul", {a, b}); }
  [[nodiscard]] Value mul(Value a, double b) const { return mul(a, of(b)); }
  [[nodiscard]] Value div(Value a, Value b) const { return call.op("RealDiv", {a, b}); }
  [[nodiscard]] Value max(Value a, double b) const { return call.op("Maximum", {a, of(b)}); }
  [[nodiscard]] Value min(Value a, double b) const { return call.op("Minimum", {a, of(b)}); }
  [[nodiscard]] Value floor(Value a) const { return call.op("Floor", {a}); }
  /// 1 where it holds, else 0.
  [[nodiscard]] Value truth(const char* op, Value a, Value b) const {
    return call.cast(call.op(op, {a, b}), kDouble);
  }
};

Value places(OpCall& call, const ResizedAxis& axis) {
  const Arithmetic n{call};
  return call.op("Range", {n.of(0), axis.out, n.of(1)});
}

/// The distance of two neighbours where the first and the last element stay what they are. The
/// width need not be whole: it is what the scale says.
Value corner_step(const Arithmetic& n, const ResizedAxis& axis) {
  const Value last = n.max(n.add(n.mul(axis.scale, axis.in), -1), 1e-9);
  return n.div(n.add(axis.in, -1), last);
}

Value half_pixel(const Arithmetic& n, const ResizedAxis& axis) {
  return n.add(n.div(n.add(places(n.call, axis), 0.5), axis.scale), -0.5);
}

/// The middle of the input comes to the middle of the output, however that was rounded.
Value half_pixel_symmetric(const Arithmetic& n, const ResizedAxis& axis) {
  const Value rounding = n.div(axis.out, n.mul(axis.scale, axis.in));
  const Value centre = n.mul(axis.in, 0.5);
  return n.add(half_pixel(n, axis), n.sub(centre, n.mul(centre, rounding)));
}

/// Evenly from the region's start to its end; its middle where one element comes out.
Value region(const Arithmetic& n, const ResizedAxis& axis) {
  if (!axis.region) n.call.invalid("tf_crop_and_resize needs a region (roi)");
  const Value last = n.add(axis.in, -1);
  const Value reach = n.mul(n.sub(axis.region->end, axis.region->start), last);
  const Value step = n.div(reach, n.max(n.add(axis.out, -1), 1));
  const Value one = n.truth("LessEqual", axis.out, n.of(1));
  const Value first = n.add(n.mul(axis.region->start, last), n.mul(n.mul(one, 0.5), reach));
  return n.add(n.mul(places(n.call, axis), step), first);
}

/// Where in the input each element of the output lies.
Value positions(OpCall& call, const ResizedAxis& axis, const std::string& how) {
  const Arithmetic n{call};
  if (how == "half_pixel") return half_pixel(n, axis);
  if (how == "pytorch_half_pixel")
    return n.mul(half_pixel(n, axis), n.truth("Greater", axis.out, n.of(1)));
  if (how == "half_pixel_symmetric") return half_pixel_symmetric(n, axis);
  if (how == "align_corners") return n.mul(places(call, axis), corner_step(n, axis));
  if (how == "asymmetric") return n.div(places(call, axis), axis.scale);
  if (how == "tf_crop_and_resize") return region(n, axis);
  call.unsupported("coordinate_transformation_mode '" + how + "'");
}

/// Whole numbers as places in the input.
Value clamped(OpCall& call, Value index, const ResizedAxis& axis) {
  const Arithmetic n{call};
  const Value inside = call.op("Minimum", {n.max(index, 0), n.add(axis.in, -1)});
  return call.cast(inside, kInt64);
}

Value rounded(OpCall& call, Value position, const std::string& how) {
  const Arithmetic n{call};
  if (how == "floor") return n.floor(position);
  if (how == "ceil") return call.op("Ceil", {position});
  if (how == "round_prefer_floor") return call.op("Ceil", {n.add(position, -0.5)});
  if (how == "round_prefer_ceil") return n.floor(n.add(position, 0.5));
  call.unsupported("nearest_mode '" + how + "'");
}

Value pick(OpCall& call, Value x, const ResizedAxis& axis, Value index) {
  return call.op("GatherV2", {x, clamped(call, index, axis), call.int_scalar(axis.axis, kInt32)});
}

/// ((a d + b) d + c) d + e
Value polynomial(const Arithmetic& n, Value d, const std::vector<double>& factors) {
  Value sum = n.of(factors.front());
  for (std::size_t i = 1; i < factors.size(); ++i) sum = n.add(n.mul(sum, d), factors[i]);
  return sum;
}

/// What an element at a distance (never negative) counts for.
Value influence(const Arithmetic& n, Value distance, const Resampling& how) {
  if (how.mode == "linear") return n.max(n.sub(n.of(1), distance), 0);
  const double a = how.cubic;
  const Value near = polynomial(n, distance, {a + 2, -(a + 3), 0, 1});
  const Value far = polynomial(n, distance, {a, -5 * a, 8 * a, -4 * a});
  const Value is_far = n.call.op("Greater", {distance, n.of(1)});
  const Value either = n.call.op("SelectV2", {is_far, far, near});
  return n.mul(either, n.truth("Less", distance, n.of(2)));
}

/// The elements around a position, counted from the one before it. With antialiasing their
/// influence is stretched so that none is passed over; `narrow`: the inverse of that.
Value neighbours(const Arithmetic& n, Value narrow, const Resampling& how) {
  const double reach = how.mode == "linear" ? -1 : -2;
  const Value first = n.add(n.floor(n.div(n.of(reach), narrow)), 1);
  return n.call.op("Range", {first, n.sub(n.of(2), first), n.of(1)});
}

Value normalised(OpCall& call, Value weights) {
  const Value sum = call.op("Sum", {weights, call.ints({1}, kInt32)}, {{"keep_dims", true}});
  return call.op("RealDiv", {weights, sum});
}

/// [out, in]: what each element of the input counts for in each of the output.
Value matrix(OpCall& call, Value position, const ResizedAxis& axis, const Resampling& how) {
  const Arithmetic n{call};
  const Value narrow = how.antialias ? n.min(axis.scale, 1) : n.of(1);
  const Value column = call.reshape(position, Ints{-1, 1});
  const Value index = n.add(n.floor(column), neighbours(n, narrow, how));
  const Value distance = call.op("Abs", {n.sub(index, column)});
  Value each = influence(n, n.mul(distance, narrow), how);
  if (how.antialias) each = normalised(call, each);
  if (how.exclude_outside) {
    const Value behind_start = n.truth("GreaterEqual", index, n.of(0));
    each = n.mul(n.mul(each, behind_start), n.truth("Less", index, axis.in));
    each = normalised(call, each);
  }
  const Value at = call.op("ExpandDims", {clamped(call, index, axis), call.int_scalar(-1, kInt32)});
  const Value in =
      call.op("Range", {call.int_scalar(0), call.cast(axis.in, kInt64), call.int_scalar(1)});
  const Value hits = call.cast(call.op("Equal", {at, in}), kDouble);
  const Value counted = n.mul(hits, call.op("ExpandDims", {each, call.int_scalar(-1, kInt32)}));
  return call.op("Sum", {counted, call.int_scalar(1, kInt32)});
}

Value mixed(OpCall& call, Value x, Value weights, std::int64_t axis) {
  const Type type = call.graph.type(x);
  const Type wide = type == kDouble ? kDouble : kFloat;
  const std::int64_t last = call.rank_of(x) - 1;
  Ints order = iota(last + 1);
  std::swap(order[static_cast<std::size_t>(axis)], order.back());
  const Value front = call.transpose(call.cast(x, wide), order);
  const Value y = call.op("BatchMatMulV2", {front, call.cast(weights, wide)}, {{"adj_y", true}});
  return call.cast(call.transpose(y, order), type);
}

/// Elements of the output that lie outside of the input get a value of their own.
Value filled_outside(OpCall& call, Value x, Value position, const ResizedAxis& axis, double value) {
  const Arithmetic n{call};
  const Value before = call.op("Less", {position, n.of(0)});
  const Value behind = call.op("Greater", {position, n.add(axis.in, -1)});
  Ints shape(static_cast<std::size_t>(call.rank_of(x)), 1);
  shape[static_cast<std::size_t>(axis.axis)] = -1;
  const Value outside = call.reshape(call.op("LogicalOr", {before, behind}), shape);
  return call.op("SelectV2", {outside, call.scalar(value, call.graph.type(x)), x});
}

}  // namespace

Value resample(OpCall& call, Value x, const ResizedAxis& axis, const Resampling& how) {
  const Value position = positions(call, axis, how.coordinates);
  const Value y = how.mode == "nearest"
                      ? pick(call, x, axis, rounded(call, position, how.nearest))
                      : mixed(call, x, matrix(call, position, axis, how), axis.axis);
  if (how.coordinates != "tf_crop_and_resize") return y;
  return filled_outside(call, y, position, axis, how.outside_value);
}

}  // namespace joulemark::tf::ops
