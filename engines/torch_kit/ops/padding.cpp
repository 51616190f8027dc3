// SPDX-License-Identifier: Apache-2.0
// Dimensions made longer or shorter at their ends.
#include <algorithm>

#include "torch_kit/ops/families.h"
#include "torch_kit/ops/indices.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

/// What each axis gets at its ends, negative where it loses elements; null: nothing.
struct Pads {
  explicit Pads(std::int64_t rank)
      : begins(static_cast<std::size_t>(rank)), ends(static_cast<std::size_t>(rank)) {}
  std::vector<JitValue*> begins;
  std::vector<JitValue*> ends;
};

bool is_none(OpCall& call, JitValue* pad) {
  return pad == nullptr || known_int(call, pad) == 0;
}

std::vector<JitValue*> pad_elements(OpCall& call) {
  if (call.opset() >= 11) return call.int_elements(1);
  std::vector<JitValue*> pads;
  for (const std::int64_t pad : call.integers(call.opset() < 2 ? "paddings" : "pads", {}))
    pads.push_back(call.constant_value(pad));
  return pads;
}

Ints all_axes(OpCall& call, JitValue* x) {
  Ints axes;
  for (std::int64_t axis = 0; axis < call.rank_of(x); ++axis) axes.push_back(axis);
  return axes;
}

/// `pads` with `pad` added where `axis`, which only a run may know, is `place`.
void add_pad(OpCall& call, JitValue*& at, JitValue* axis, std::int64_t place, JitValue* pad) {
  const auto known = known_int(call, axis);
  if (known && *known != place) return;
  if (!known) {
    JitValue* here = call.call("aten::Int.bool", {call.call("aten::eq.int", {axis, place})});
    pad = call.call("aten::mul.int", {pad, here});
  }
  at = at == nullptr ? pad : call.call("aten::add.int", {at, pad});
}

/// All axes have pads, unless input 3 lists some.
Pads pads_of(OpCall& call, JitValue* x) {
  const std::vector<JitValue*> elements = pad_elements(call);
  const std::int64_t rank = call.rank_of(x);
  std::vector<JitValue*> axes;
  if (call.has(3))
    for (JitValue* axis : call.int_elements(3))
      axes.push_back(call.call("aten::remainder.int", {axis, rank}));
  else
    for (const std::int64_t axis : all_axes(call, x)) axes.push_back(call.constant_value(axis));
  if (elements.size() != 2 * axes.size()) call.invalid("it has not two pads an axis");
  Pads pads(rank);
  for (std::size_t i = 0; i < axes.size(); ++i)
    for (std::int64_t place = 0; place < rank; ++place) {
      add_pad(call, pads.begins[static_cast<std::size_t>(place)], axes[i], place, elements[i]);
      add_pad(call, pads.ends[static_cast<std::size_t>(place)], axes[i], place,
              elements[axes.size() + i]);
    }
  return pads;
}

/// PyTorch's order: from the last axis, without the first ones that get nothing.
std::vector<JitValue*> from_last(OpCall& call, const Pads& pads) {
  std::vector<JitValue*> list;
  for (std::size_t i = pads.begins.size(); i-- > 0;)
    for (JitValue* pad : {pads.begins[i], pads.ends[i]})
      list.push_back(pad == nullptr ? call.constant_value(0) : pad);
  while (list.size() >= 2 && is_none(call, list.back()) && is_none(call, list[list.size() - 2]))
    list.resize(list.size() - 2);
  return list;
}

JitValue* pad_with(OpCall& call, JitValue* x, const Pads& pads, JitValue* value) {
  const std::vector<JitValue*> list = from_last(call, pads);
  if (list.empty()) return x;
  JitValue* padded = call.call("aten::constant_pad_nd", {x, call.graph.int_list(list), value});
  return call.graph.declare(padded, call.type_of(x), call.rank_of(x));
}

/// The positions that a mode takes its elements from, for one axis: `places` runs from before 0 to
/// behind `size`.
JitValue* taken(OpCall& call, const std::string& mode, JitValue* places, JitValue* size) {
  JitValue* last = call.call("aten::sub.int", {size, 1});
  if (mode == "wrap") return call.call("aten::remainder.Scalar", {places, size});
  if (mode == "edge") return call.call("aten::clamp", {places, 0, last});
  if (mode != "reflect") call.invalid("unknown mode '" + mode + "'");
  // There and back again: a triangle of this period; of one element all are it.
  JitValue* period = call.call("prim::max.int", {call.call("aten::mul.int", {last, 2}), 1});
  JitValue* there = call.call("aten::remainder.Scalar", {places, period});
  JitValue* back = call.call("aten::rsub.Scalar", {there, period, 1});
  JitValue* both = call.call("aten::minimum", {there, back});
  return call.call("aten::clamp", {both, 0, last});
}

JitValue* pad_axis(OpCall& call, JitValue* x, std::int64_t axis, const std::string& mode,
                   JitValue* begin, JitValue* end) {
  JitValue* size = call.size(x, axis);
  if (begin == nullptr) begin = call.constant_value(0);
  if (end == nullptr) end = call.constant_value(0);
  JitValue* first = call.call("aten::neg.int", {begin});
  JitValue* last = call.call("aten::add.int", {size, end});
  JitValue* places = call.call(
      "aten::arange.start",
      {first, last, at::kLong, c10::IValue(), c10::IValue(call.graph.device()), c10::IValue()});
  return picked(call, x, axis, taken(call, mode, places, size));
}

/// PyTorch's kernel for images and signals; null where it has none. It wants 1 to 3 last axes of a
/// batch of channels.
JitValue* pad_image(OpCall& call, JitValue* x, const Pads& pads, const std::string& mode) {
  const std::vector<JitValue*> list = from_last(call, pads);
  const auto axes = static_cast<std::int64_t>(list.size() / 2);
  const bool known = std::ranges::all_of(
      list, [&](JitValue* pad) { return known_int(call, pad).value_or(-1) >= 0; });
  if (!known || axes < 1 || axes > 3 || call.rank_of(x) != axes + 2 || mode == "wrap" ||
      !at::isFloatingType(call.type_of(x)))
    return nullptr;
  const std::string op =
      std::string(mode == "edge" ? "aten::replication_pad" : "aten::reflection_pad") +
      std::to_string(axes) + "d";
  JitValue* padded = call.call(op.c_str(), {x, call.graph.int_list(list)});
  return call.graph.declare(padded, call.type_of(x), axes + 2);
}

JitValue* pad_value(OpCall& call, JitValue* x) {
  if (call.opset() >= 11 && call.has(2)) return call.number(2);
  if (at::isFloatingType(call.type_of(x))) return call.constant_value(call.real("value", 0));
  return call.constant_value(0);
}

void pad(OpCall& call) {
  JitValue* x = call.tensor(0);
  const Pads pads = pads_of(call, x);
  const std::string mode = call.text("mode", "constant");
  if (mode == "constant") return give_moved(call, pad_with(call, x, pads, pad_value(call, x)));
  if (JitValue* padded = pad_image(call, x, pads, mode)) return give_moved(call, padded);
  for (std::size_t i = 0; i < pads.begins.size(); ++i)
    if (!is_none(call, pads.begins[i]) || !is_none(call, pads.ends[i]))
      x = pad_axis(call, x, static_cast<std::int64_t>(i), mode, pads.begins[i], pads.ends[i]);
  give_moved(call, x);
}

/// Half of what is missing, or too much, at the front, rounded to zero; the rest at the end.
void center_crop_pad(OpCall& call) {
  JitValue* x = call.tensor(0);
  Ints axes = call.integers("axes", {});
  if (axes.empty()) axes = all_axes(call, x);
  const std::vector<JitValue*> sizes = call.int_elements(1);
  if (sizes.size() != axes.size()) call.invalid("it has not one size an axis");
  Pads pads(call.rank_of(x));
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(call.axis_of(x, axes[i]));
    JitValue* missing = call.call("aten::sub.int", {sizes[i], call.size(x, axes[i])});
    JitValue* half = call.call("aten::Int.float", {call.call("aten::div.int", {missing, 2})});
    pads.begins[axis] = half;
    pads.ends[axis] = call.call("aten::sub.int", {missing, half});
  }
  give_moved(call, pad_with(call, x, pads, call.constant_value(0)));
}

constexpr Entry kEntries[] = {
    {"Pad", 1, pad},
    {"CenterCropPad", 18, center_crop_pad},
};

}  // namespace

std::span<const Entry> padding() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
