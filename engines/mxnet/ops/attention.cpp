// SPDX-License-Identifier: Apache-2.0
// Scaled dot-product attention.
#include <cmath>
#include <limits>

#include "mxnet/dtypes.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/linear.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

enum Input : std::size_t { kQuery, kKey, kValue, kMask, kPastKey, kPastValue, kLengths };

/// A stage of the computation that may be given out, as qk_matmul_output_mode counts them.
enum Stage : std::int64_t { kRaw, kCapped, kMasked, kWeights };

/// Input `i` as [batch, heads, length, size].
Value with_heads(OpCall& call, std::size_t i, const char* name) {
  const Value x = call.tensor(i);
  if (x->dims.size() == 4) return x;
  if (x->dims.size() != 3) call.invalid("its inputs must have rank 3 or 4");
  const std::int64_t heads = call.integer(name, 0);
  if (heads < 1 || x->dims[2] % heads != 0)
    call.invalid("inputs of rank 3 need the attribute " + std::string(name));
  const Value split = call.reshape(x, {x->dims[0], x->dims[1], heads, x->dims[2] / heads});
  return call.transpose(split, {0, 2, 1, 3});
}

Value behind(OpCall& call, std::size_t past, const Value& x) {
  if (!call.has(past)) return x;
  const Value before = call.tensor(past);
  if (before->dims.size() != 4) call.invalid("what is past must have rank 4");
  if (before->dims[2] == 0) return x;
  return call.op("Concat", {before, x}, {{"num_args", 2}, {"dim", 2}});
}

/// Fewer heads of keys than of queries: each serves several, which stand one behind the other.
Value shared(OpCall& call, const Value& x, std::int64_t heads) {
  const std::int64_t own = x->dims[1];
  if (own == heads) return x;
  if (own < 1 || heads % own != 0) call.invalid("its heads of keys do not divide those of queries");
  Ints places = iota(heads);
  for (std::int64_t& place : places) place /= heads / own;
  return picked(call, x, 1, places);
}

/// How many keys each query of the whole batch may look back and ahead; -1: all.
struct Window {
  std::int64_t left, right;
};

Window window_of(OpCall& call) {
  const bool causal = call.integer("is_causal", 0) != 0;
  const Window window{call.integer("left_window_size", -1),
                      causal ? 0 : call.integer("right_window_size", -1)};
  if (window.left < -1 || window.right < -1) call.invalid("a window size below -1");
  return window;
}

/// For every length (one where they are not given) 0, or never: [lengths, 1, queries, keys]. Null
/// where every query may look at every key.
Value bias_of_positions(OpCall& call, std::int64_t queries, std::int64_t keys, Type type) {
  const auto [left, right] = window_of(call);
  if (call.has(kLengths) && call.has(kPastKey)) call.invalid("nonpad_kv_seqlen beside past_key");
  Ints lengths{keys};
  if (call.has(kLengths)) lengths = call.constant_ints(kLengths);
  if (left < 0 && right < 0 && !call.has(kLengths)) return nullptr;
  const std::int64_t past = call.has(kPastKey) ? call.dims(kPastKey).at(2) : 0;
  std::vector<double> numbers;
  for (const std::int64_t length : lengths)
    for (std::int64_t row = 0; row < queries; ++row)
      for (std::int64_t column = 0; column < keys; ++column) {
        // The last query belongs to the last key that counts.
        const std::int64_t own = row + (call.has(kLengths) ? length - queries : past);
        const bool allowed = column < length && (right < 0 || column - own <= right) &&
                             (left < 0 || own - column <= left);
        numbers.push_back(allowed ? 0 : kNever);
      }
  const Ints dims{static_cast<std::int64_t>(lengths.size()), 1, queries, keys};
  return call.cast(
      call.graph.constant_copy({kDouble, dims, numbers.data(), numbers.size() * sizeof(double)}),
      type);
}

/// The node's mask as numbers; one for fewer keys than there are forbids the rest.
Value bias_of_mask(OpCall& call, std::int64_t keys, Type type) {
  if (!call.has(kMask)) return nullptr;
  Value mask = call.tensor(kMask);
  if (mask->dims.empty()) call.invalid("its mask has no axes");
  if (mask->type == kBool)
    mask = call.op("_npi_where", {mask, call.scalar(0, type), call.scalar(kNever, type)});
  mask = call.cast(mask, type);
  const std::int64_t missing = keys - mask->dims.back();
  if (missing <= 0 || (mask->dims.back() == 1 && call.opset() < 24)) return mask;
  Ints dims = mask->dims;
  dims.back() = missing;
  const Value never = call.broadcast(call.scalar(kNever, type), dims);
  return call.op("Concat", {mask, never},
                 {{"num_args", 2}, {"dim", static_cast<std::int64_t>(dims.size()) - 1}});
}

Value sum(OpCall& call, const Value& a, const Value& b) {
  if (a == nullptr || b == nullptr) return a == nullptr ? b : a;
  return call.op("_npi_add", {a, b});
}

Value scaled(OpCall& call, const Value& x, double factor) {
  return factor == 1 ? x : call.op("_npi_multiply_scalar", {x}, {{"scalar", factor}});
}

/// Rows of the queries that may look at no key are 0, whatever was computed there.
Value without_blind(OpCall& call, const Value& x, const Value& bias) {
  if (bias == nullptr) return x;
  const Ints last{static_cast<std::int64_t>(bias->dims.size()) - 1};
  const Value best = call.op("_np_max", {bias}, {{"axis", last}, {"keepdims", true}});
  const Value sees = call.op("_npi_greater_scalar", {best}, {{"scalar", kNever}});
  return call.op("_npi_where", {sees, x, call.scalar(0, x->type)});
}

Value softmax(OpCall& call, const Value& scores) {
  const bool wide = call.integer("softmax_precision", 0) == JM_FLOAT64;
  const Value y =
      call.op("softmax", {call.cast(scores, wide ? kDouble : scores->type)}, {{"axis", -1}});
  return call.cast(y, scores->type);
}

Value capped(OpCall& call, const Value& scores) {
  const double cap = call.real("softcap", 0);
  if (cap == 0) return scores;
  return scaled(call, call.op("_npi_tanh", {scaled(call, scores, 1 / cap)}), cap);
}

void give_stage(OpCall& call, const std::vector<Value>& stages) {
  if (!call.wants(3)) return;
  const std::int64_t stage = call.integer("qk_matmul_output_mode", kRaw);
  if (stage < kRaw || stage > kWeights) call.invalid("qk_matmul_output_mode must be 0 to 3");
  call.result(stages[static_cast<std::size_t>(stage)], 3);
}

void attention_entry(OpCall& call) {
  const Value query = with_heads(call, kQuery, "q_num_heads");
  const Value key = behind(call, kPastKey, with_heads(call, kKey, "kv_num_heads"));
  const Value value = behind(call, kPastValue, with_heads(call, kValue, "kv_num_heads"));
  const Ints dims = query->dims;
  if (size_of(dims) == 0 || size_of(key->dims) == 0) call.unsupported("nothing to attend to");
  const double scale = call.real("scale", 1 / std::sqrt(static_cast<double>(dims[3])));
  const Value columns = call.transpose(shared(call, key, dims[1]), {0, 1, 3, 2});
  const Value raw = scaled(call, batched_product(call, query, columns), scale);
  const Value cap = capped(call, raw);
  const Value bias = sum(call, bias_of_mask(call, key->dims[2], query->type),
                         bias_of_positions(call, dims[2], key->dims[2], query->type));
  const Value masked = sum(call, cap, bias);
  const Value weights = without_blind(call, softmax(call, masked), bias);
  const Value attended = batched_product(call, weights, shared(call, value, dims[1]));
  if (call.rank(kQuery) == 4) {
    call.result(attended);
  } else {
    const Value rows = call.transpose(attended, {0, 2, 1, 3});
    call.result(call.reshape(rows, {dims[0], dims[2], -1}));
  }
  call.result(key, 1);
  call.result(value, 2);
  give_stage(call, {raw, cap, masked, weights});
}

constexpr Entry kEntries[] = {
    {"Attention", 23, attention_entry},
};

}  // namespace

std::span<const Entry> attention() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
