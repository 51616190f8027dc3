// SPDX-License-Identifier: Apache-2.0
// Scaled dot-product attention, and rotary embeddings.
#include <cmath>
#include <limits>

#include "tensorflow/dtypes.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/softmax.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

enum Input : std::size_t {
  kQuery,
  kKey,
  kValue,
  kMask,
  kPastKey,
  kPastValue,
  kLengths,
};

/// A stage of the computation that may be given out, as qk_matmul_output_mode counts them.
enum Stage : std::int64_t { kRaw, kCapped, kMasked, kWeights };

std::int64_t heads_of(OpCall& call, const char* name) {
  const std::int64_t heads = call.integer(name, 0);
  if (heads < 1) call.invalid("inputs of rank 3 need the attribute " + std::string(name));
  return heads;
}

/// [batch, length, heads · size] → [batch, length, heads, size].
Value split_last(OpCall& call, Value x, std::int64_t heads) {
  const std::int64_t width = call.dims_of(x)[2];
  if (width >= 0 && width % heads != 0) call.invalid("its width is not divided by its heads");
  const Value front = part(call, call.shape(x), 0, 2);
  return call.reshape(x, joined(call, {front, call.ints({heads, width < 0 ? -1 : width / heads})}));
}

/// [batch, length, heads, size] → [batch, length, heads · size].
Value merge_last(OpCall& call, Value x) {
  const Ints dims = call.dims_of(x);
  const std::int64_t width = dims[2] < 0 || dims[3] < 0 ? -1 : dims[2] * dims[3];
  return call.reshape(x, joined(call, {part(call, call.shape(x), 0, 2), call.ints({width})}));
}

/// Input `i` as [batch, heads, length, size].
Value with_heads(OpCall& call, std::size_t i, const char* name) {
  const Value x = call.tensor(i);
  const std::int64_t rank = call.rank_of(x);
  if (rank == 4) return x;
  if (rank != 3) call.invalid("its inputs must have rank 3 or 4");
  return call.transpose(split_last(call, x, heads_of(call, name)), {0, 2, 1, 3});
}

Value behind(OpCall& call, std::size_t past, Value x) {
  if (!call.has(past)) return x;
  return call.op("ConcatV2",
                 {std::vector<Value>{call.tensor(past), x}, call.int_scalar(2, kInt32)});
}

/// Fewer heads of keys than of queries: each serves several, which stand one behind the other.
Value shared(OpCall& call, Value x, std::int64_t heads) {
  const std::int64_t own = call.dims_of(x)[1];
  if (own == heads) return x;
  if (own < 1 || heads < 1) call.unsupported("numbers of heads that only a run tells");
  if (heads % own != 0) call.invalid("its heads of keys do not divide those of queries");
  Ints places = iota(heads);
  for (std::int64_t& place : places) place /= heads / own;
  return call.op("GatherV2", {x, call.ints(places), call.int_scalar(1, kInt32)});
}

/// 0, 1, … as int64.
Value counted(OpCall& call, Value count) {
  return call.op("Range", {call.int_scalar(0), count, call.int_scalar(1)});
}

using Allowed = std::optional<Value>;

Allowed both(OpCall& call, const Allowed& a, const Allowed& b) {
  if (!a || !b) return a ? a : b;
  return call.op("LogicalAnd", {*a, *b});
}

/// Which keys [.., queries, keys] each query may look at by their positions; nothing: all.
Allowed allowed_by_position(OpCall& call, Value query, Value key) {
  const std::int64_t left = call.integer("left_window_size", -1);
  const bool causal = call.integer("is_causal", 0) != 0;
  const std::int64_t right = causal ? 0 : call.integer("right_window_size", -1);
  if (left < -1 || right < -1) call.invalid("a window size below -1");
  if (call.has(kLengths) && call.has(kPastKey)) call.invalid("nonpad_kv_seqlen beside past_key");
  const Value rows = size_of_axis(call, query, 2);
  const Value columns = counted(call, size_of_axis(call, key, 2));
  const Value ahead = call.op("Sub", {columns, call.reshape(counted(call, rows), Ints{-1, 1})});
  Allowed allowed;
  // Keys before that of the first query.
  Value offset = call.int_scalar(0);
  if (call.has(kPastKey)) offset = size_of_axis(call, call.tensor(kPastKey), 2);
  if (call.has(kLengths)) {
    // The last query belongs to the last key that counts.
    const Value lengths = call.reshape(call.cast(call.tensor(kLengths), kInt64), Ints{-1, 1, 1, 1});
    offset = call.op("Sub", {lengths, rows});
    allowed = call.op("Less", {columns, lengths});
  }
  if (right >= 0) {
    const Value most = call.op("AddV2", {offset, call.int_scalar(right)});
    allowed = both(call, allowed, call.op("LessEqual", {ahead, most}));
  }
  if (left >= 0) {
    const Value least = call.op("Sub", {offset, call.int_scalar(left)});
    allowed = both(call, allowed, call.op("GreaterEqual", {ahead, least}));
  }
  return allowed;
}

/// The node's mask; one for fewer keys than there are forbids the rest.
Value mask_for(OpCall& call, Value key) {
  const Value mask = call.tensor(kMask);
  const std::int64_t rank = call.rank_of(mask);
  const std::int64_t width = call.dims_of(mask)[static_cast<std::size_t>(rank - 1)];
  const std::int64_t keys = call.dims_of(key)[2];
  const bool fits = keys >= 0 && width >= 0 ? width >= keys : call.opset() < 24;
  if (fits) return mask;
  const Value missing =
      call.op("Sub", {size_of_axis(call, key, 2), size_of_axis(call, mask, rank - 1)});
  const Value none = call.ints(Ints(static_cast<std::size_t>(2 * rank - 1), 0));
  const Value pairs = joined(call, {none, call.reshape(missing, Ints{1})});
  const Type type = call.graph.type(mask);
  const Value never = call.scalar(type == kBool ? 0 : kNever, type);
  return call.op("PadV2", {mask, call.reshape(pairs, Ints{rank, 2}), never});
}

/// What is added to scores of `type`: 0 and -∞ of what may not be looked at, or the mask's numbers.
std::optional<Value> bias_for(OpCall& call, Value query, Value key, Type type) {
  Allowed allowed = allowed_by_position(call, query, key);
  std::optional<Value> numbers;
  if (call.has(kMask)) {
    const Value mask = mask_for(call, key);
    if (call.graph.type(mask) == kBool)
      allowed = both(call, mask, allowed);
    else
      numbers = call.cast(mask, type);
  }
  if (!allowed) return numbers;
  return call.op("SelectV2",
                 {*allowed, numbers.value_or(call.scalar(0, type)), call.scalar(kNever, type)});
}

Value softmax(OpCall& call, Value scores) {
  const Type type = call.graph.type(scores);
  const auto wanted =
      type_of(static_cast<jm_dtype>(call.integer("softmax_precision", dtype_of(type))));
  if (!wanted || !is_floating(*wanted))
    call.invalid("softmax_precision is no type of real numbers");
  return call.cast(softmax_of_rows(call, call.cast(scores, *wanted)), type);
}

/// Rows of the queries that may look at no key are 0, whatever was computed there.
Value without_blind(OpCall& call, Value x, const std::optional<Value>& bias) {
  if (!bias) return x;
  const Type type = call.graph.type(*bias);
  const Value best = call.op("Max", {*bias, call.ints({-1}, kInt32)}, {{"keep_dims", true}});
  const Value blind = call.op("Equal", {best, call.scalar(kNever, type)});
  return call.op("SelectV2", {blind, call.scalar(0, call.graph.type(x)), x});
}

Value scaled(OpCall& call, Value x, double factor) {
  return call.op("Mul", {x, call.scalar(factor, call.graph.type(x))});
}

/// Each side gets the root of the scale, as half types need it.
Value raw_scores(OpCall& call, Value query, Value key) {
  const std::int64_t size = call.dims_of(query)[3];
  if (size < 1 && !call.has_attribute("scale")) call.unsupported("a size that only a run tells");
  const double scale = call.real("scale", 1 / std::sqrt(static_cast<double>(size)));
  const double root = std::sqrt(scale);
  return call.op("BatchMatMulV2", {scaled(call, query, root), scaled(call, key, root)},
                 {{"adj_y", true}});
}

Value capped(OpCall& call, Value scores) {
  const double cap = call.real("softcap", 0);
  if (cap == 0) return scores;
  return scaled(call, call.op("Tanh", {scaled(call, scores, 1 / cap)}), cap);
}

void attention_entry(OpCall& call) {
  const Value query = with_heads(call, kQuery, "q_num_heads");
  const Value key = behind(call, kPastKey, with_heads(call, kKey, "kv_num_heads"));
  const Value value = behind(call, kPastValue, with_heads(call, kValue, "kv_num_heads"));
  const std::int64_t heads = call.dims_of(query)[1];
  const std::optional<Value> bias = bias_for(call, query, key, call.graph.type(query));
  const Value raw = raw_scores(call, query, shared(call, key, heads));
  const Value cap = capped(call, raw);
  const Value masked = bias ? call.op("AddV2", {cap, *bias}) : cap;
  const Value weights = softmax(call, masked);
  const Value attended =
      without_blind(call, call.op("BatchMatMulV2", {weights, shared(call, value, heads)}), bias);
  const bool flat = call.rank(kQuery) == 3;
  call.result(flat ? merge_last(call, call.transpose(attended, {0, 2, 1, 3})) : attended);
  call.result(key, 1);
  call.result(value, 2);
  if (!call.wants(3)) return;
  const std::int64_t stage = call.integer("qk_matmul_output_mode", kRaw);
  if (stage < kRaw || stage > kWeights) call.invalid("qk_matmul_output_mode must be 0 to 3");
  if (stage == kWeights) return call.result(without_blind(call, weights, bias), 3);
  call.result(stage == kRaw ? raw : stage == kCapped ? cap : masked, 3);
}

/// Elements [from, to) of the last axis, each `step`-th.
Value last_part(OpCall& call, Value x, const Ints& range) {
  const auto rank = static_cast<std::size_t>(call.rank_of(x));
  Ints from(rank, 0);
  Ints to(rank, 0);
  Ints steps(rank, 1);
  from.back() = range[0];
  to.back() = range[1];
  steps.back() = range[2];
  std::int64_t open_ends = (std::int64_t{1} << (rank - 1)) - 1;
  if (range[1] == 0) open_ends |= std::int64_t{1} << (rank - 1);
  return call.op(
      "StridedSlice", {x, call.ints(from), call.ints(to), call.ints(steps)},
      {{"begin_mask", open_ends & ~(std::int64_t{1} << (rank - 1))}, {"end_mask", open_ends}});
}

/// Pairs of elements, halves apart or neighbours, turned by the angles of their position.
void rotary_embedding(OpCall& call) {
  Value x = call.tensor(0);
  const bool flat = call.rank_of(x) == 3;
  if (flat) x = split_last(call, x, heads_of(call, "num_heads"));
  const auto table = [&](std::size_t i) {
    Value numbers = call.tensor(i);
    if (call.has(3))
      numbers = call.op("GatherV2", {numbers, call.tensor(3), call.int_scalar(0, kInt32)});
    return call.op("ExpandDims", {numbers, call.int_scalar(flat ? 2 : 1, kInt32)});
  };
  const Value cosines = table(1);
  const Value sines = table(2);
  const std::int64_t half = call.dims_of(cosines).back();
  if (half < 1) call.unsupported("a size that only a run tells");
  const bool pairs = call.integer("interleaved", 0) != 0;
  const Value first = last_part(call, x, pairs ? Ints{0, 2 * half, 2} : Ints{0, half, 1});
  const Value second = last_part(call, x, pairs ? Ints{1, 2 * half, 2} : Ints{half, 2 * half, 1});
  const auto product = [&](Value a, Value b) { return call.op("Mul", {a, b}); };
  const Value real = call.op("Sub", {product(first, cosines), product(second, sines)});
  const Value imaginary = call.op("AddV2", {product(second, cosines), product(first, sines)});
  const Value last = call.int_scalar(-1, kInt32);
  Value turned;
  if (pairs)
    turned = call.reshape(call.op("Pack", {std::vector<Value>{real, imaginary}}, {{"axis", -1}}),
                          joined(call, {part(call, call.shape(x), 0, 3), call.ints({2 * half})}));
  else
    turned = call.op("ConcatV2", {std::vector<Value>{real, imaginary}, last});
  if (call.integer("rotary_embedding_dim", 0) != 0)
    turned = call.op("ConcatV2",
                     {std::vector<Value>{turned, last_part(call, x, {2 * half, 0, 1})}, last});
  call.result(flat ? merge_last(call, turned) : turned);
}

constexpr Entry kEntries[] = {
    {"Attention", 23, attention_entry},
    {"RotaryEmbedding", 23, rotary_embedding},
};

}  // namespace

std::span<const Entry> attention() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
