// SPDX-License-Identifier: Apache-2.0
// Elements added around a value, or cut from it.
#include <algorithm>

#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// How many elements stand before and behind each axis.
struct Pads {
  Ints begin, end;
};

/// Attribute `pads` (`paddings` in opset 1) before opset 11, then an input, since 18 of some axes.
Pads read_pads(OpCall& call, std::int64_t rank) {
  const bool attribute = call.opset() < 11;
  const Ints given = attribute ? call.integers(call.opset() == 1 ? "paddings" : "pads", {})
                               : call.constant_ints(1);
  Ints axes = call.has(3) ? call.constant_ints(3) : iota(rank);
  if (given.size() != 2 * axes.size()) call.invalid("pads must be two numbers for every axis");
  const auto size = static_cast<std::size_t>(rank);
  Pads pads{Ints(size, 0), Ints(size, 0)};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(call.axis_of(call.tensor(0), axes[i]));
    pads.begin[axis] = given[i];
    pads.end[axis] = given[i + axes.size()];
  }
  return pads;
}

/// Negative padding cuts first.
Value cut(OpCall& call, Value x, Pads& pads) {
  const auto negative = [](std::int64_t size) { return size < 0; };
  if (std::ranges::none_of(pads.begin, negative) && std::ranges::none_of(pads.end, negative))
    return x;
  Ints from(pads.begin.size(), 0);
  Ints to(pads.begin.size(), 0);
  std::int64_t open_ends = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    from[i] = std::max<std::int64_t>(-pads.begin[i], 0);
    to[i] = std::min<std::int64_t>(pads.end[i], 0);
    if (to[i] == 0) open_ends |= std::int64_t{1} << i;
    pads.begin[i] = std::max<std::int64_t>(pads.begin[i], 0);
    pads.end[i] = std::max<std::int64_t>(pads.end[i], 0);
  }
  return call.op("StridedSlice",
                 {x, call.ints(from), call.ints(to), call.ints(Ints(from.size(), 1))},
                 {{"end_mask", open_ends}});
}

Value paddings(OpCall& call, const Pads& pads) {
  Ints pairs;
  for (std::size_t i = 0; i < pads.begin.size(); ++i) {
    pairs.push_back(pads.begin[i]);
    pairs.push_back(pads.end[i]);
  }
  return call.reshape(call.ints(pairs), Ints{static_cast<std::int64_t>(pads.begin.size()), 2});
}

Value constant_padding(OpCall& call, Value x, const Pads& pads) {
  const Type type = call.graph.type(x);
  if (call.opset() >= 11 && call.has(2))
    return call.op("PadV2", {x, paddings(call, pads), call.reshape(call.tensor(2), Ints{})});
  return call.op("PadV2", {x, paddings(call, pads), call.scalar(call.real("value", 0), type)});
}

/// How many elements stand before and behind one axis, as scalars.
struct Around {
  Value begin, end;
};

/// An axis looked up at places beyond its ends: the nearest element, or as if it were repeated.
Value looked_up(OpCall& call, Value x, std::int64_t axis, const Around& around) {
  const Value size = size_of_axis(call, x, axis);
  const Value end = call.op("AddV2", {size, around.end});
  Value places = call.op("Range", {call.op("Neg", {around.begin}), end, call.int_scalar(1)});
  if (call.text("mode", "constant") == "wrap") {
    places = call.op("FloorMod", {places, size});
  } else {
    const Value last = call.op("Sub", {size, call.int_scalar(1)});
    places = call.op("Minimum", {call.op("Maximum", {places, call.int_scalar(0)}), last});
  }
  return call.op("GatherV2", {x, places, call.int_scalar(axis, kInt32)});
}

Value looked_up(OpCall& call, Value x, const Pads& pads) {
  for (std::size_t i = 0; i < pads.begin.size(); ++i) {
    if (pads.begin[i] == 0 && pads.end[i] == 0) continue;
    x = looked_up(call, x, static_cast<std::int64_t>(i),
                  {call.int_scalar(pads.begin[i]), call.int_scalar(pads.end[i])});
  }
  return x;
}

/// `paddings`: [rank, 2], known to a run alone.
Value looked_up(OpCall& call, Value x, Value paddings) {
  const Value list = call.reshape(paddings, Ints{-1});
  const std::int64_t rank = call.rank_of(x);
  for (std::int64_t axis = 0; axis < rank; ++axis)
    x = looked_up(call, x, axis,
                  {element(call, list, 2 * axis), element(call, list, 2 * axis + 1)});
  return x;
}

/// Padding that only a run tells, which must not be negative: [rank, 2].
Value open_paddings(OpCall& call, std::int64_t rank) {
  const Value pairs =
      call.transpose(call.reshape(call.cast(call.tensor(1), kInt64), Ints{2, -1}), {1, 0});
  if (!call.has(3)) return pairs;
  const Value axes =
      call.op("FloorMod", {call.cast(call.tensor(3), kInt64), call.int_scalar(rank)});
  const Value none =
      call.reshape(call.ints(Ints(static_cast<std::size_t>(2 * rank), 0)), Ints{rank, 2});
  return call.op("TensorScatterUpdate", {none, call.reshape(axes, Ints{-1, 1}), pairs});
}

void pad_open(OpCall& call) {
  const Value x = call.tensor(0);
  const Value paddings = open_paddings(call, call.rank_of(x));
  const std::string mode = call.text("mode", "constant");
  if (mode == "reflect")
    return call.result(call.op("MirrorPad", {x, paddings}, {{"mode", "REFLECT"}}));
  if (mode == "edge" || mode == "wrap") return call.result(looked_up(call, x, paddings));
  if (mode != "constant") call.invalid("mode '" + mode + "' is none of ONNX's");
  const Value value =
      call.has(2) ? call.reshape(call.tensor(2), Ints{}) : call.scalar(0, call.graph.type(x));
  call.result(call.op("PadV2", {x, paddings, value}));
}

void pad(OpCall& call) {
  const bool open_axes = call.has(3) && !call.known_ints(3);
  if (call.opset() >= 11 && (open_axes || !call.known_ints(1))) return pad_open(call);
  Value x = call.tensor(0);
  Pads pads = read_pads(call, call.rank_of(x));
  x = cut(call, x, pads);
  const std::string mode = call.text("mode", "constant");
  if (mode == "constant") return call.result(constant_padding(call, x, pads));
  if (mode == "reflect")
    return call.result(call.op("MirrorPad", {x, paddings(call, pads)}, {{"mode", "REFLECT"}}));
  if (mode != "edge" && mode != "wrap") call.invalid("mode '" + mode + "' is none of ONNX's");
  call.result(looked_up(call, x, pads));
}

/// Half of what is missing, or too much, at the front, rounded to zero; the rest at the end.
void center_crop_pad(OpCall& call) {
  const Value x = call.tensor(0);
  const std::int64_t rank = call.rank_of(x);
  Ints axes = call.integers("axes", {});
  if (axes.empty()) axes = iota(rank);
  for (std::int64_t& axis : axes) axis = call.axis_of(x, axis);
  const auto op = [&](const char* name, Value a, Value b) { return call.op(name, {a, b}); };
  const Value none = call.int_scalar(0);
  const Value have = call.shape(x);
  const Value want = call.op(
      "TensorScatterUpdate",
      {have, call.reshape(call.ints(axes), Ints{-1, 1}), call.cast(call.tensor(1), kInt64)});
  const Value missing = op("Sub", want, have);
  const Value begin = op("TruncateDiv", missing, call.int_scalar(2));
  const Value end = op("Sub", missing, begin);
  const Value from = op("Maximum", call.op("Neg", {begin}), none);
  const Value to = op("AddV2", have, op("Minimum", end, none));
  const Value ones = call.ints(Ints(static_cast<std::size_t>(rank), 1));
  const Value inner = call.op("StridedSlice", {x, from, to, ones});
  const std::vector<Value> pads{op("Maximum", begin, none), op("Maximum", end, none)};
  call.result(call.op("PadV2", {inner, call.op("Pack", {pads}, {{"axis", 1}}),
                                call.scalar(0, call.graph.type(x))}));
}

constexpr Entry kEntries[] = {
    {"Pad", 1, pad},
    {"CenterCropPad", 18, center_crop_pad},
};

}  // namespace

std::span<const Entry> padding() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
