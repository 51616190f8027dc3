// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/attend.h"

#include <cmath>
#include <limits>

#include "torch_kit/ops/indices.h"
#include "torch_kit/ops/values.h"

namespace joulemark::torch_kit::ops {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

bool is_plain_causal(const Visible& visible) {
  return visible.right == 0 && visible.left < 0 && visible.offset == nullptr &&
         visible.offsets == nullptr && visible.lengths == nullptr;
}

JitValue* both(OpCall& call, JitValue* a, JitValue* b) {
  if (a == nullptr || b == nullptr) return a == nullptr ? b : a;
  return call.call("aten::bitwise_and.Tensor", {a, b});
}

/// One number for each of the batch, to be compared with (batch, heads, queries, keys).
JitValue* for_each_batch(OpCall& call, JitValue* numbers) {
  return call.call("aten::reshape", {numbers, Ints{-1, 1, 1, 1}});
}

/// Bounds on key - query that differ in the batch.
JitValue* near_in_batch(OpCall& call, const Attention& attention) {
  const Visible& visible = attention.visible;
  JitValue* rows = call.call("aten::unsqueeze", {counted(call, call.size(attention.query, 2)), 1});
  JitValue* ahead =
      call.call("aten::sub.Tensor", {counted(call, call.size(attention.key, 2)), rows});
  JitValue* own = for_each_batch(call, visible.offsets);
  JitValue* allowed = nullptr;
  if (visible.right >= 0) {
    JitValue* most = call.call("aten::add.Scalar", {own, visible.right, 1});
    allowed = call.call("aten::le.Tensor", {ahead, most});
  }
  if (visible.left >= 0) {
    JitValue* least = call.call("aten::sub.Scalar", {own, visible.left, 1});
    allowed = both(call, allowed, call.call("aten::ge.Tensor", {ahead, least}));
  }
  return allowed;
}

/// The same bounds for the whole batch are diagonals.
JitValue* near(OpCall& call, const Attention& attention) {
  const Visible& visible = attention.visible;
  if (visible.left < 0 && visible.right < 0) return nullptr;
  if (visible.offsets != nullptr) return near_in_batch(call, attention);
  JitValue* shape =
      call.graph.int_list({call.size(attention.query, 2), call.size(attention.key, 2)});
  JitValue* allowed = call.call("aten::ones", {shape, at::kBool, c10::IValue(),
                                               c10::IValue(call.graph.device()), c10::IValue()});
  JitValue* own = visible.offset == nullptr ? int_constant(call, 0) : visible.offset;
  if (visible.right >= 0)
    allowed = call.call("aten::tril", {allowed, add(call, own, int_constant(call, visible.right))});
  if (visible.left >= 0)
    allowed = call.call("aten::triu", {allowed, sub(call, own, int_constant(call, visible.left))});
  return allowed;
}

/// Null: every query may look at every key.
JitValue* allowed_by_position(OpCall& call, const Attention& attention) {
  JitValue* allowed = near(call, attention);
  if (attention.visible.lengths == nullptr) return allowed;
  JitValue* columns = counted(call, call.size(attention.key, 2));
  JitValue* counts =
      call.call("aten::lt.Tensor", {columns, for_each_batch(call, attention.visible.lengths)});
  return both(call, allowed, counts);
}

/// Mask and positions in one, null where all is allowed.
JitValue* combined_mask(OpCall& call, const Attention& attention) {
  JitValue* allowed = allowed_by_position(call, attention);
  JitValue* mask = attention.mask;
  if (mask == nullptr) return allowed;
  if (call.type_of(mask) == at::kBool) return both(call, mask, allowed);
  mask = call.cast(mask, call.type_of(attention.query));
  if (allowed == nullptr) return mask;
  return call.call("aten::where.ScalarOther", {allowed, mask, kNever});
}

/// How many queries' heads share one of the keys.
JitValue* heads_per_key(OpCall& call, const Attention& attention) {
  if (attention.sharing != 0) return int_constant(call, attention.sharing);
  return floor_div(call, call.size(attention.query, 1), call.size(attention.key, 1));
}

bool is_one(OpCall& call, JitValue* number) {
  const auto known = call.graph.value_of(number);
  return known && known->toInt() == 1;
}

JitValue* fused(OpCall& call, const Attention& attention) {
  const bool causal = attention.mask == nullptr && is_plain_causal(attention.visible);
  JitValue* mask = causal ? nullptr : combined_mask(call, attention);
  // The kernels take masks of rank 2 and 4 only.
  if (mask != nullptr && call.rank_of(mask) == 3) mask = call.call("aten::unsqueeze", {mask, 0});
  if (mask != nullptr && call.rank_of(mask) == 1) mask = call.call("aten::unsqueeze", {mask, 0});
  const c10::IValue scale = attention.scale ? c10::IValue(*attention.scale) : c10::IValue();
  const bool grouped = !is_one(call, heads_per_key(call, attention));
  return call.call("aten::scaled_dot_product_attention",
                   {attention.query, attention.key, attention.value, or_none(mask), 0.0, causal,
                    scale, grouped});
}

JitValue* root_of_scale(OpCall& call, const Attention& attention) {
  if (attention.scale) return call.constant_value(std::sqrt(*attention.scale));
  JitValue* size = call.size(attention.query, 3);
  return call.call("aten::pow.int_float", {size, -0.25});
}

JitValue* repeated(OpCall& call, JitValue* value, JitValue* times) {
  if (is_one(call, times)) return value;
  return call.call("aten::repeat_interleave.self_int", {value, times, 1, c10::IValue()});
}

JitValue* raw_scores(OpCall& call, const Attention& attention, JitValue* times) {
  JitValue* scale = root_of_scale(call, attention);
  JitValue* query = call.call("aten::mul.Scalar", {attention.query, scale});
  JitValue* key = call.call("aten::mul.Scalar", {repeated(call, attention.key, times), scale});
  key = call.call("aten::transpose.int", {key, -2, -1});
  return call.call("aten::matmul", {query, key});
}

JitValue* capped(OpCall& call, JitValue* scores, double cap) {
  if (cap == 0) return scores;
  JitValue* small = call.call("aten::div.Scalar", {scores, cap});
  return call.call("aten::mul.Scalar", {call.call("aten::tanh", {small}), cap});
}

JitValue* as_bias(OpCall& call, JitValue* mask, at::ScalarType type) {
  if (mask == nullptr || call.type_of(mask) != at::kBool) return mask;
  JitValue* zero = call.scalar_tensor(0, type);
  return call.call("aten::where.ScalarOther", {mask, zero, kNever});
}

/// Softmax in which a row without any key gives 0, even where its scores are not numbers.
JitValue* weights_of(OpCall& call, const Attention& attention, JitValue* scores, JitValue* bias) {
  if (attention.precision != at::ScalarType::Undefined)
    scores = call.cast(scores, attention.precision);
  JitValue* weights = call.call("aten::softmax.int", {scores, -1, c10::IValue()});
  if (bias != nullptr) {
    JitValue* best = call.call("aten::amax", {bias, Ints{-1}, true});
    JitValue* nothing = call.call("aten::eq.Scalar", {best, kNever});
    weights = call.call("aten::masked_fill.Scalar", {weights, nothing, 0});
  }
  return call.cast(weights, call.type_of(attention.query));
}

Attended step_by_step(OpCall& call, const Attention& attention) {
  JitValue* times = heads_per_key(call, attention);
  JitValue* bias = as_bias(call, combined_mask(call, attention), call.type_of(attention.query));
  JitValue* raw = raw_scores(call, attention, times);
  JitValue* cap = capped(call, raw, attention.softcap);
  JitValue* masked = bias == nullptr ? cap : call.call("aten::add.Tensor", {cap, bias});
  JitValue* weights = weights_of(call, attention, masked, bias);
  JitValue* value = repeated(call, attention.value, times);
  Attended result{call.call("aten::matmul", {weights, value})};
  if (attention.scores == Scores::kRaw) result.scores = raw;
  if (attention.scores == Scores::kCapped) result.scores = cap;
  if (attention.scores == Scores::kMasked) result.scores = masked;
  if (attention.scores == Scores::kWeights) result.scores = weights;
  return result;
}

JitValue* part(OpCall& call, JitValue* x, std::int64_t start, JitValue* end, std::int64_t step) {
  return call.call("aten::slice.Tensor", {x, -1, start, end, step});
}

}  // namespace

Attended attend(OpCall& call, const Attention& attention) {
  // The fused kernels compute the softmax of half types in float.
  const bool precise =
      attention.precision == at::kDouble && call.type_of(attention.query) != at::kDouble;
  if (attention.softcap == 0 && attention.scores == Scores::kNone && !precise)
    return {fused(call, attention)};
  return step_by_step(call, attention);
}

JitValue* split_heads(OpCall& call, JitValue* value, std::int64_t heads) {
  JitValue* split = call.call("aten::unflatten.int", {value, 2, Ints{heads, -1}});
  return call.call("aten::transpose.int", {split, 1, 2});
}

JitValue* join_heads(OpCall& call, JitValue* value) {
  JitValue* rows = call.call("aten::transpose.int", {value, 1, 2});
  return call.call("aten::flatten.using_ints", {rows, 2, 3});
}

JitValue* rotate(OpCall& call, JitValue* x, const Rotation& rotation) {
  JitValue* cosines = call.call("aten::unsqueeze", {rotation.cosines, rotation.heads_axis});
  JitValue* sines = call.call("aten::unsqueeze", {rotation.sines, rotation.heads_axis});
  JitValue* half = call.size(rotation.cosines, -1);
  JitValue* end = add(call, half, half);
  JitValue* first = rotation.interleaved ? part(call, x, 0, end, 2) : part(call, x, 0, half, 1);
  JitValue* second = rotation.interleaved ? part(call, x, 1, end, 2)
                                          : call.call("aten::slice.Tensor", {x, -1, half, end, 1});
  JitValue* real = call.call("aten::mul.Tensor", {first, cosines});
  real = call.call("aten::addcmul", {real, second, sines, -1});
  JitValue* imaginary = call.call("aten::mul.Tensor", {second, cosines});
  imaginary = call.call("aten::addcmul", {imaginary, first, sines, 1});
  std::vector<JitValue*> parts{real, imaginary};
  if (rotation.interleaved) {
    JitValue* pairs = call.call("aten::stack", {call.graph.tensor_list(parts), -1});
    parts = {call.call("aten::flatten.using_ints", {pairs, -2, -1})};
  }
  if (rotation.partial)
    parts.push_back(call.call("aten::slice.Tensor", {x, -1, end, c10::IValue(), 1}));
  if (parts.size() == 1) return parts.front();
  return call.call("aten::cat", {call.graph.tensor_list(parts), -1});
}

}  // namespace joulemark::torch_kit::ops
