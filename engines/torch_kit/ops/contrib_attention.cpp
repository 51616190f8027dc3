// SPDX-License-Identifier: Apache-2.0
// Attention and rotary embeddings as ONNX Runtime's optimiser and model builder write them.
#include <array>

#include "torch_kit/lowering/host_arithmetic.h"
#include "torch_kit/ops/attend.h"
#include "torch_kit/ops/contrib.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/grouped.h"
#include "torch_kit/ops/indices.h"
#include "torch_kit/ops/values.h"
#include "torch_kit/ops/window.h"

namespace joulemark::torch_kit::ops {
namespace {

std::int64_t heads_of(OpCall& call, const char* name) {
  const std::int64_t heads = call.integer(name, 0);
  if (heads < 1) call.invalid(std::string(name) + " must be positive");
  return heads;
}

std::optional<double> scale_of(OpCall& call) {
  const double scale = call.real("scale", 0);
  return scale == 0 ? std::nullopt : std::optional(scale);
}

/// Positions as (batch, length); one number alone is that of the first.
JitValue* positions_of(OpCall& call, std::size_t i, JitValue* length) {
  JitValue* positions = call.tensor(i);
  if (call.rank(i) == 2) return positions;
  JitValue* first = call.call("aten::unsqueeze", {positions, 0});
  return call.call("aten::add.Tensor", {counted(call, length), first});
}

/// Inputs: x, positions, cosines, sines.
void rotary_embedding(OpCall& call) {
  if (call.integer("is_packed_batching", 0) != 0) call.unsupported("packed batches");
  JitValue* x = call.tensor(0);
  const bool flat = call.rank(0) == 3;
  Rotation rotation{};
  rotation.partial = call.integer("rotary_embedding_dim", 0) != 0;
  rotation.interleaved = call.integer("interleaved", 0) != 0;
  rotation.heads_axis = flat ? 2 : 1;
  if (flat) {
    const std::int64_t heads = call.integer("num_heads", 0);
    if (heads == 0 && rotation.partial) call.invalid("num_heads is missing");
    JitValue* half = call.size(call.tensor(2), 1);
    JitValue* sizes = heads != 0
                          ? call.constant_value(Ints{heads, -1})
                          : call.graph.int_list({int_constant(call, -1), add(call, half, half)});
    x = call.call("aten::unflatten.int", {x, 2, sizes});
  }
  JitValue* positions = positions_of(call, 1, call.size(x, flat ? 1 : 2));
  rotation.cosines = looked_up(call, call.tensor(2), positions);
  rotation.sines = looked_up(call, call.tensor(3), positions);
  JitValue* rotated = rotate(call, x, rotation);
  call.result(flat ? call.call("aten::flatten.using_ints", {rotated, 2, 3}) : rotated);
}

/// Queries, keys and values with their heads apart.
struct Heads {
  JitValue* query;
  JitValue* key;
  JitValue* value;
};

JitValue* behind(OpCall& call, JitValue* past, JitValue* value) {
  return call.call("aten::cat", {call.graph.tensor_list({past, value}), 2});
}

// GroupQueryAttention, see grouped.h.

Heads grouped_heads(OpCall& call) {
  const std::int64_t heads = heads_of(call, "num_heads");
  const std::int64_t shared = heads_of(call, "kv_num_heads");
  if (call.has(kKey))
    return {split_heads(call, call.tensor(kQuery), heads),
            split_heads(call, call.tensor(kKey), shared),
            split_heads(call, call.tensor(kValue), shared)};
  JitValue* all = split_heads(call, call.tensor(kQuery), heads + 2 * shared);
  const auto part = [&](std::int64_t start, std::int64_t count) {
    return call.call("aten::slice.Tensor", {all, 1, start, start + count, 1});
  };
  return {part(0, heads), part(heads, shared), part(heads + shared, shared)};
}

/// Where the first new key of each of the batch stands: 0 when all are new.
JitValue* starts_of(OpCall& call, JitValue* length, JitValue* total) {
  JitValue* last = call.cast(call.tensor(kLast), at::kLong);
  last = call.call("aten::reshape", {last, Ints{-1}});
  JitValue* first = sub(call, length, int_constant(call, 1));
  JitValue* starts = call.call("aten::sub.Scalar", {last, first, 1});
  JitValue* prompt = call.call("aten::eq.int", {length, total});
  JitValue* later = sub(call, int_constant(call, 1), as_type(call, prompt, at::kLong));
  return call.call("aten::mul.Scalar", {starts, later});
}

/// Positions of the new keys: (batch, length).
JitValue* new_positions(OpCall& call, JitValue* starts, JitValue* length) {
  JitValue* column = call.call("aten::unsqueeze", {starts, 1});
  return call.call("aten::add.Tensor", {column, counted(call, length)});
}

/// The buffer with new keys or values in their places, grown to `size` where it is shorter.
JitValue* stored(OpCall& call, JitValue* past, JitValue* fresh, JitValue* positions,
                 JitValue* size) {
  JitValue* missing = sub(call, size, call.size(past, 2));
  JitValue* zero = int_constant(call, 0);
  JitValue* buffer = pad(call, past, {{zero, zero}, {missing, zero}}, 0);
  JitValue* places = call.call(
      "aten::reshape", {call.call("aten::unsqueeze", {positions, 1}), call.graph.int_list({
                                                                          call.size(positions, 0),
                                                                          int_constant(call, 1),
                                                                          call.size(positions, 1),
                                                                          int_constant(call, 1),
                                                                      })});
  places = call.call("aten::expand_as", {places, fresh});
  return call.call("aten::scatter.src", {buffer, 2, places, fresh});
}

Heads rotated_heads(OpCall& call, const Heads& heads, JitValue* positions) {
  Rotation rotation{looked_up(call, call.tensor(kCosines), positions),
                    looked_up(call, call.tensor(kSines), positions)};
  rotation.interleaved = call.integer("rotary_interleaved", 0) != 0;
  const auto half = call.graph.value_of(call.size(call.tensor(kCosines), 1));
  const auto size = call.graph.value_of(call.size(heads.query, 3));
  rotation.partial = !half || !size || 2 * half->toInt() != size->toInt();
  return {rotate(call, heads.query, rotation), rotate(call, heads.key, rotation), heads.value};
}

void refuse_rare_grouped_forms(OpCall& call) {
  if (heads_of(call, "num_heads") % heads_of(call, "kv_num_heads") != 0)
    call.invalid("num_heads is no multiple of kv_num_heads");
  if (call.has(kSink) || call.integer("smooth_softmax", 0) == 1)
    call.unsupported("an attention sink");
  if (call.integer("kv_cache_bit_width", 0) != 0 || call.text("k_quant_type", "NONE") != "NONE")
    call.unsupported("a quantised cache");
  if (call.integer("qk_output", 0) != 0 || call.wants(3)) call.unsupported("the scores as output");
  if (call.has(kPastKey) != call.has(kPastValue)) call.invalid("one of past_key and past_value");
}

void group_query_attention(OpCall& call) {
  refuse_rare_grouped_forms(call);
  if (writes_in_place(call)) return attend_in_place(call);
  Heads heads = grouped_heads(call);
  JitValue* length = call.size(heads.query, 2);
  JitValue* total = as_type(call, call.number(kTotal), at::kLong);
  JitValue* starts = starts_of(call, length, total);
  JitValue* positions = new_positions(call, starts, length);
  if (call.integer("do_rotary", 0) != 0)
    heads = rotated_heads(call, heads, call.has(kPositions) ? call.tensor(kPositions) : positions);
  if (call.has(kPastKey)) {
    JitValue* size = call.call("prim::max.int", {total, call.size(call.tensor(kPastKey), 2)});
    heads.key = stored(call, call.tensor(kPastKey), heads.key, positions, size);
    heads.value = stored(call, call.tensor(kPastValue), heads.value, positions, size);
  }
  call.result(heads.key, 1);
  call.result(heads.value, 2);
  Attention attention{heads.query, heads.key, heads.value};
  attention.sharing = heads_of(call, "num_heads") / heads_of(call, "kv_num_heads");
  attention.scale = scale_of(call);
  attention.softcap = call.real("softcap", 0);
  attention.visible.right = 0;
  if (call.has(kPastKey)) attention.visible.offsets = starts;
  const std::int64_t window = call.integer("local_window_size", -1);
  if (window > 0) attention.visible.left = window - 1;
  if (call.has(kBias)) attention.mask = call.tensor(kBias);
  call.result(join_heads(call, attend(call, attention).value));
}

// MultiHeadAttention and Attention: masks of integers, whose zeros add a large negative number.

/// 0 where the condition holds, else what the model adds to masked scores.
JitValue* penalty(OpCall& call, JitValue* condition, at::ScalarType type) {
  const double value = call.real("mask_filter_value", -10000);
  return call.call("aten::where.ScalarOther", {condition, call.scalar_tensor(0, type), value});
}

/// A mask of rank 1: where the keys of each of the batch end and, behind those, where they start.
JitValue* keys_between(OpCall& call, JitValue* mask, JitValue* keys) {
  const auto batch = call.graph.value_of(call.size(call.tensor(0), 0));
  const auto count = call.graph.value_of(call.size(mask, 0));
  if (!batch || !count) call.unsupported("a mask of rank 1 where the batch is open");
  JitValue* places = counted(call, keys);
  const auto bounds = [&](std::int64_t start) {
    JitValue* part = call.call("aten::slice.Tensor", {mask, 0, start, start + batch->toInt(), 1});
    return call.call("aten::reshape", {part, Ints{-1, 1, 1, 1}});
  };
  JitValue* kept = call.call("aten::lt.Tensor", {places, bounds(0)});
  if (count->toInt() == batch->toInt()) return kept;
  if (count->toInt() != 2 * batch->toInt()) call.unsupported("a mask of cumulated lengths");
  JitValue* begun = call.call("aten::ge.Tensor", {places, bounds(batch->toInt())});
  return call.call("aten::bitwise_and.Tensor", {kept, begun});
}

/// Whether each key counts, (batch, 1, 1 or queries, keys), from one of the forms of a mask.
JitValue* kept_keys(OpCall& call, std::size_t i, JitValue* keys) {
  JitValue* mask = call.tensor(i);
  if (call.rank(i) == 1) return keys_between(call, mask, keys);
  JitValue* kept = call.call("aten::ne.Scalar", {mask, 0});
  if (call.rank(i) == 2) kept = call.call("aten::unsqueeze", {kept, 1});
  if (call.rank(i) <= 3) kept = call.call("aten::unsqueeze", {kept, 1});
  return kept;
}

struct MaskInputs {
  std::size_t keys;  ///< which keys count
  std::size_t bias;  ///< added
};

JitValue* added_mask(OpCall& call, const MaskInputs& inputs, JitValue* keys, at::ScalarType type) {
  JitValue* mask = nullptr;
  if (call.has(inputs.keys)) mask = penalty(call, kept_keys(call, inputs.keys, keys), type);
  if (!call.has(inputs.bias)) return mask;
  JitValue* bias = call.tensor(inputs.bias);
  return mask == nullptr ? bias : call.call("aten::add.Tensor", {mask, bias});
}

/// One third of a packed projection or bias, `sizes` long each.
JitValue* third(OpCall& call, JitValue* packed, const std::array<JitValue*, 4>& ends,
                std::size_t which) {
  return call.call("aten::slice.Tensor", {packed, -1, ends[which], ends[which + 1], 1});
}

enum MultiHead : std::size_t {
  kMhQuery,
  kMhKey,
  kMhValue,
  kMhBias,
  kMhPadding,
  kMhScores,
  kMhPastKey,
  kMhPastValue,
  kMhPastLength,
};

JitValue* with_bias(OpCall& call, JitValue* value, JitValue* bias) {
  return bias == nullptr ? value : call.call("aten::add.Tensor", {value, bias});
}

/// (batch, length, heads, 3, size) or (batch, length, heads, 2, size): one of the last but one.
JitValue* unpacked(OpCall& call, std::size_t i, std::int64_t which) {
  JitValue* one = call.call("aten::select.int", {call.tensor(i), 3, which});
  return call.call("aten::flatten.using_ints", {one, 2, 3});
}

/// The three parts of a bias for queries, keys and values; those for the first two are as long.
std::array<JitValue*, 3> biases(OpCall& call, JitValue* hidden) {
  if (!call.has(kMhBias)) return {};
  JitValue* bias = call.tensor(kMhBias);
  JitValue* two = add(call, hidden, hidden);
  const std::array<JitValue*, 4> ends{int_constant(call, 0), hidden, two, call.size(bias, 0)};
  return {third(call, bias, ends, 0), third(call, bias, ends, 1), third(call, bias, ends, 2)};
}

Heads multi_heads(OpCall& call) {
  const std::int64_t heads = heads_of(call, "num_heads");
  const bool packed = call.rank(kMhQuery) == 5;
  JitValue* query = packed ? unpacked(call, kMhQuery, 0) : call.tensor(kMhQuery);
  const auto bias = biases(call, call.size(query, 2));
  query = split_heads(call, with_bias(call, query, bias[0]), heads);
  const auto split = [&](JitValue* value, JitValue* summand) {
    return split_heads(call, with_bias(call, value, summand), heads);
  };
  if (packed)
    return {query, split(unpacked(call, kMhQuery, 1), bias[1]),
            split(unpacked(call, kMhQuery, 2), bias[2])};
  if (!call.has(kMhKey)) call.invalid("it has no keys");
  if (call.rank(kMhKey) == 5)
    return {query, split(unpacked(call, kMhKey, 0), bias[1]),
            split(unpacked(call, kMhKey, 1), bias[2])};
  // Keys and values that an earlier node has prepared.
  if (call.rank(kMhKey) == 4) return {query, call.tensor(kMhKey), call.tensor(kMhValue)};
  return {query, split(call.tensor(kMhKey), bias[1]), split(call.tensor(kMhValue), bias[2])};
}

void multi_head_attention(OpCall& call) {
  if (call.has(kMhPastLength) || call.input_count() > kMhPastLength + 1)
    call.unsupported("a cache that is shared between steps");
  if (call.wants(3)) call.unsupported("the scores as output");
  Heads heads = multi_heads(call);
  Attention attention{heads.query, heads.key, heads.value};
  if (call.has(kMhPastKey)) {
    attention.visible.offset = call.size(call.tensor(kMhPastKey), 2);
    attention.key = behind(call, call.tensor(kMhPastKey), heads.key);
    attention.value = behind(call, call.tensor(kMhPastValue), heads.value);
  }
  attention.sharing = 1;
  attention.scale = scale_of(call);
  if (call.integer("unidirectional", 0) != 0) attention.visible.right = 0;
  attention.mask = added_mask(call, {kMhPadding, kMhScores}, call.size(attention.key, 2),
                              call.type_of(heads.query));
  call.result(join_heads(call, attend(call, attention).value));
  call.result(attention.key, 1);
  call.result(attention.value, 2);
}

// Attention: input, weights and bias of the projection, mask, past, what is added to the scores.

std::array<JitValue*, 4> projection_ends(OpCall& call) {
  Ints sizes = call.integers("qkv_hidden_sizes", {});
  JitValue* zero = int_constant(call, 0);
  if (sizes.size() == 3)
    return {zero, int_constant(call, sizes[0]), int_constant(call, sizes[0] + sizes[1]),
            int_constant(call, sizes[0] + sizes[1] + sizes[2])};
  JitValue* all = call.size(call.tensor(1), 1);
  JitValue* one = floor_div(call, all, int_constant(call, 3));
  return {zero, one, add(call, one, one), all};
}

Heads projected_heads(OpCall& call) {
  const std::int64_t heads = heads_of(call, "num_heads");
  JitValue* weights = call.call("aten::t", {call.tensor(1)});
  JitValue* all = call.call("aten::linear", {call.tensor(0), weights, call.tensor_or_none(2)});
  const auto ends = projection_ends(call);
  return {split_heads(call, third(call, all, ends, 0), heads),
          split_heads(call, third(call, all, ends, 1), heads),
          split_heads(call, third(call, all, ends, 2), heads)};
}

void attention_entry(OpCall& call) {
  if (call.integer("do_rotary", 0) != 0 || call.has(6))
    call.unsupported("Attention with a rotary embedding or a shared cache");
  Heads heads = projected_heads(call);
  Attention attention{heads.query, heads.key, heads.value};
  if (call.has(4)) {
    JitValue* past_key = call.call("aten::select.int", {call.tensor(4), 0, 0});
    JitValue* past_value = call.call("aten::select.int", {call.tensor(4), 0, 1});
    attention.visible.offset = call.size(past_key, 2);
    attention.key = behind(call, past_key, heads.key);
    attention.value = behind(call, past_value, heads.value);
  }
  attention.sharing = 1;
  attention.scale = scale_of(call);
  if (call.integer("unidirectional", 0) != 0) attention.visible.right = 0;
  attention.mask = added_mask(call, {3, 5}, call.size(attention.key, 2), call.type(0));
  call.result(join_heads(call, attend(call, attention).value));
  if (call.wants(1))
    call.result(
        call.call("aten::stack", {call.graph.tensor_list({attention.key, attention.value}), 0}), 1);
}

constexpr Entry kEntries[] = {
    contrib_entry("RotaryEmbedding", rotary_embedding),
    contrib_entry("GroupQueryAttention", group_query_attention),
    contrib_entry("MultiHeadAttention", multi_head_attention),
    contrib_entry("Attention", attention_entry),
};

}  // namespace

std::span<const Entry> contrib_attention() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
