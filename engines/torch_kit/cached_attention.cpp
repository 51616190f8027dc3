// SPDX-License-Identifier: Apache-2.0
// Rows of a batch whose tokens stand at the same places are one part, which is written and rotated
// at once; else each row is a part.
#include "torch_kit/cached_attention.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/tensor.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "torch_kit/own_operators.h"
#include "torch_kit/rotary.h"

namespace joulemark::torch_kit {
namespace {

namespace tj = ::torch::jit;

constexpr const char* kSchema =
    "joulemark::cached_attention(Tensor query, Tensor? key, Tensor? value, Tensor(a!) keys, "
    "Tensor(b!) values, Tensor last, Tensor total, Tensor? cosines, Tensor? sines, "
    "Tensor? positions, Tensor? bias, int heads, int kv_heads, float? scale, int window, "
    "bool interleaved) -> (Tensor, Tensor(a!), Tensor(b!))";

/// Rows of the batch whose first new token stands at `start`.
struct Part {
  std::int64_t first;
  std::int64_t rows;
  std::int64_t start;
};

std::vector<Part> parts_of(const CachedAttention& call, std::int64_t length) {
  const at::Tensor last = call.last.reshape({-1}).to(at::kCPU, at::kLong);
  const std::int64_t batch = call.query.size(0);
  TORCH_CHECK(last.size(0) == batch, "there are ", last.size(0), " places for ", batch, " rows");
  const auto* ends = last.const_data_ptr<std::int64_t>();
  std::vector<Part> parts;
  for (std::int64_t row = 0; row < batch; ++row) {
    const std::int64_t start = length == call.total ? 0 : ends[row] + 1 - length;
    TORCH_CHECK(start >= 0 && start + length <= call.total, "the new tokens of row ", row,
                " do not lie within ", call.total, " tokens");
    if (!parts.empty() && parts.back().start == start)
      ++parts.back().rows;
    else
      parts.push_back({row, 1, start});
  }
  return parts;
}

/// New tokens with their heads apart, [b, n, heads, size].
struct Fresh {
  at::Tensor query;
  at::Tensor key;
  at::Tensor value;
};

Fresh fresh_heads(const CachedAttention& call) {
  const std::int64_t size = call.keys.size(3);
  const auto apart = [&](const at::Tensor& x, std::int64_t heads) {
    TORCH_CHECK(x.dim() == 3 && x.size(2) == heads * size, "there are not ", heads, " heads of ",
                size, " numbers");
    return x.unflatten(2, {heads, size});
  };
  if (call.key && call.value)
    return {apart(call.query, call.heads), apart(*call.key, call.kv_heads),
            apart(*call.value, call.kv_heads)};
  const at::Tensor all = apart(call.query, call.heads + 2 * call.kv_heads);
  return {all.narrow(2, 0, call.heads), all.narrow(2, call.heads, call.kv_heads),
          all.narrow(2, call.heads + call.kv_heads, call.kv_heads)};
}

Waves waves_of(const CachedAttention& call, const Part& part, std::int64_t length) {
  if (call.positions) {
    const at::Tensor places = call.positions->narrow(0, part.first, part.rows);
    const auto rows = [&](const at::Tensor& table) {
      return table.index_select(0, places.reshape({-1})).unflatten(0, {part.rows, length});
    };
    return {rows(*call.cosines), rows(*call.sines), call.interleaved};
  }
  const std::int64_t known = call.cosines->size(0);
  TORCH_CHECK(part.start + length <= known, "the model knows ", known, " positions, not ",
              part.start + length);
  return {call.cosines->narrow(0, part.start, length), call.sines->narrow(0, part.start, length),
          call.interleaved};
}

/// Writes the new keys and values of a part to their places, and its queries to where they belong.
void store(const CachedAttention& call, const Part& part, const Fresh& fresh, at::Tensor& query) {
  const std::int64_t length = fresh.query.size(1);
  const auto rows = [&](const at::Tensor& x) { return x.narrow(0, part.first, part.rows); };
  const auto places = [&](const at::Tensor& buffer) {
    return rows(buffer).narrow(2, part.start, length).transpose(1, 2);
  };
  places(call.values).copy_(rows(fresh.value));
  if (!call.cosines) {
    places(call.keys).copy_(rows(fresh.key));
    return;
  }
  const Waves waves = waves_of(call, part, length);
  rotate_into(places(call.keys), rows(fresh.key), waves);
  rotate_into(rows(query), rows(fresh.query), waves);
}

void grow(at::Tensor& buffer, std::int64_t capacity) {
  if (buffer.size(2) < capacity)
    buffer = at::constant_pad_nd(buffer, {0, 0, 0, capacity - buffer.size(2)});
}

/// Whether a query may look at a key: [parts' rows or 1, 1, n, total].
at::Tensor allowed_keys(const CachedAttention& call, const std::vector<Part>& parts,
                        std::int64_t length) {
  std::vector<std::int64_t> starts;
  for (const Part& part : parts)
    starts.insert(starts.end(), static_cast<std::size_t>(parts.size() == 1 ? 1 : part.rows),
                  part.start);
  const at::TensorOptions options = at::TensorOptions(at::kLong).device(call.query.device());
  const at::Tensor own = at::tensor(starts, at::kLong)
                             .to(options.device())
                             .view({-1, 1, 1, 1})
                             .add(at::arange(length, options).view({-1, 1}));
  const at::Tensor keys = at::arange(call.total, options);
  const at::Tensor before = keys.le(own);
  return call.window > 0 ? before.bitwise_and(keys.gt(own.sub(call.window))) : before;
}

/// What limits the queries beside causality from an empty cache; nothing: nothing does.
std::optional<at::Tensor> mask_of(const CachedAttention& call, const std::vector<Part>& parts,
                                  std::int64_t length) {
  const bool one_place = parts.size() == 1;
  const bool free = one_place && length == 1;
  const bool causal =
      one_place && parts[0].start == 0 && (call.window < 1 || length <= call.window);
  if (!call.bias && (free || causal)) return std::nullopt;
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  const at::Tensor bias = call.bias ? call.bias->narrow(-1, 0, call.total) : at::Tensor();
  if (free) return bias;
  const at::Tensor allowed = allowed_keys(call, parts, length);
  const at::Tensor all = bias.defined() ? bias : at::full({1}, 0.0, call.query.options());
  return at::where(allowed, all, at::full({1}, kNever, all.options()));
}

/// One query for each head, [b, 1, heads, size]: those that share keys are rows of one product.
at::Tensor attend_by_group(const CachedAttention& call, const at::Tensor& query,
                           std::optional<at::Tensor> mask, std::int64_t from) {
  const std::int64_t group = call.heads / call.kv_heads;
  const at::Tensor rows = query.reshape({query.size(0), call.kv_heads, group, query.size(3)});
  const std::int64_t count = call.total - from;
  if (mask) mask = mask->narrow(-1, from, count);
  if (mask && mask->size(1) == call.heads)
    mask = mask->reshape({mask->size(0), call.kv_heads, group, count});
  return at::scaled_dot_product_attention(rows, call.keys.narrow(2, from, count),
                                          call.values.narrow(2, from, count), mask, 0.0, false,
                                          call.scale);
}

/// `query` is [b, n, heads, size], and so is the result.
at::Tensor attend_to_all(const CachedAttention& call, const at::Tensor& query,
                         const std::optional<at::Tensor>& mask) {
  return at::scaled_dot_product_attention(query.transpose(1, 2), call.keys.narrow(2, 0, call.total),
                                          call.values.narrow(2, 0, call.total), mask, 0.0, !mask,
                                          call.scale, call.heads != call.kv_heads)
      .transpose(1, 2);
}

}  // namespace

at::Tensor attend(CachedAttention& call) {
  const std::int64_t length = call.query.size(1);
  const std::vector<Part> parts = parts_of(call, length);
  const Fresh fresh = fresh_heads(call);
  grow(call.keys, call.total);
  grow(call.values, call.total);
  at::Tensor query =
      call.cosines ? at::empty(fresh.query.sizes(), call.query.options()) : fresh.query;
  for (const Part& part : parts) store(call, part, fresh, query);
  const std::optional<at::Tensor> mask = mask_of(call, parts, length);
  const bool limited = parts.size() == 1 && call.window > 0;
  const std::int64_t from = limited ? std::max<std::int64_t>(0, call.total - call.window) : 0;
  const at::Tensor attended =
      length == 1 ? attend_by_group(call, query, mask, from) : attend_to_all(call, query, mask);
  return attended.reshape({query.size(0), length, call.heads * query.size(3)});
}

namespace {

/// The arguments of kSchema.
enum Argument : std::size_t {
  kQuery,
  kKey,
  kValue,
  kKeys,
  kValues,
  kLast,
  kTotal,
  kCosines,
  kSines,
  kPositions,
  kBias,
  kHeads,
  kSharedHeads,
  kScale,
  kWindow,
  kInterleaved,
  kArgumentCount,
};

CachedAttention call_of(c10::IValue* given) {
  const auto tensor = [&](Argument i) { return std::move(given[i]).toTensor(); };
  const auto optional = [&](Argument i) { return given[i].toOptional<at::Tensor>(); };
  return {.query = tensor(kQuery),
          .key = optional(kKey),
          .value = optional(kValue),
          .keys = tensor(kKeys),
          .values = tensor(kValues),
          .last = tensor(kLast),
          .total = tensor(kTotal).item<std::int64_t>(),
          .cosines = optional(kCosines),
          .sines = optional(kSines),
          .positions = optional(kPositions),
          .bias = optional(kBias),
          .heads = given[kHeads].toInt(),
          .kv_heads = given[kSharedHeads].toInt(),
          .scale = given[kScale].toOptional<double>(),
          .window = given[kWindow].toInt(),
          .interleaved = given[kInterleaved].toBool()};
}

void run(tj::Stack& stack) {
  const std::size_t first = stack.size() - kArgumentCount;
  CachedAttention call = call_of(&stack[first]);
  at::Tensor attended = attend(call);
  stack.resize(first);
  stack.emplace_back(std::move(attended));
  stack.emplace_back(std::move(call.keys));
  stack.emplace_back(std::move(call.values));
}

}  // namespace

void register_cached_attention() {
  register_once(tj::Operator(kSchema, run, c10::AliasAnalysisKind::FROM_SCHEMA));
}

}  // namespace joulemark::torch_kit
