// SPDX-License-Identifier: Apache-2.0
#include "mxnet/ops/linear.h"

#include "mxnet/dtypes.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {

namespace {

/// `matrix`: [columns, size].
Value fully_connected(OpCall& call, const Product& of, const Value& bias) {
  Inputs inputs{of.rows, of.matrix};
  if (bias != nullptr) inputs.push_back(bias);
  return call.op(
      "FullyConnected", inputs,
      {{"num_hidden", of.matrix->dims[0]}, {"no_bias", bias == nullptr}, {"flatten", false}});
}

bool is_empty(const Value& value) {
  return size_of(value->dims) == 0;
}

/// [..., a, b] as [product of the others, a, b].
Value as_batch(OpCall& call, const Value& x, Ints batch) {
  const Ints tail(x->dims.end() - 2, x->dims.end());
  batch.insert(batch.end(), tail.begin(), tail.end());
  return call.reshape(call.broadcast(x, batch),
                      {size_of(batch, 0, batch.size() - 2), tail[0], tail[1]});
}

Value with_axis(OpCall& call, const Value& x, bool in_front) {
  Ints dims = x->dims;
  dims.insert(in_front ? dims.begin() : dims.end(), 1);
  return call.reshape(x, dims);
}

void matmul(OpCall& call) {
  const Value left = call.tensor(0);
  const Value right = call.tensor(1);
  if (left->dims.empty() || right->dims.empty()) call.invalid("it has no product of numbers alone");
  // Integers are exact in double as long as their sums are below 2^53.
  const Type type = left->type;
  const Type wide = is_floating(type) ? type : kDouble;
  Value a = call.cast(left, wide);
  Value b = call.cast(right, wide);
  if (a->array == nullptr && b->array != nullptr && b->dims.size() == 2 && a->dims.size() > 1 &&
      type == kFloat && !is_empty(a) && !is_empty(b)) {
    const Product of{a, call.transpose(b, {1, 0})};
    return call.result(Operand{fully_connected(call, of, nullptr), of});
  }
  Ints dims =
      broadcast_dims(call, a->dims.size() > 2 ? Ints(a->dims.begin(), a->dims.end() - 2) : Ints{},
                     b->dims.size() > 2 ? Ints(b->dims.begin(), b->dims.end() - 2) : Ints{});
  if (a->dims.size() > 1) dims.push_back(a->dims[a->dims.size() - 2]);
  if (b->dims.size() > 1) dims.push_back(b->dims.back());
  if (a->dims.size() == 1) a = with_axis(call, a, true);
  if (b->dims.size() == 1) b = with_axis(call, b, false);
  call.result(call.cast(call.reshape(batched_product(call, a, b), dims), type));
}

Value scaled(OpCall& call, const Value& value, const char* name) {
  const double factor = call.real(name, 1);
  return factor == 1 ? value : call.op("_npi_multiply_scalar", {value}, {{"scalar", factor}});
}

void gemm(OpCall& call) {
  if (!is_floating(call.type(0))) call.unsupported("Gemm of integers");
  const auto oriented = [&](std::size_t i, bool transposed) {
    return transposed ? call.transpose(call.tensor(i), {1, 0}) : call.tensor(i);
  };
  const Value a = oriented(0, call.integer("transA", 0) != 0);
  const bool transposed = call.integer("transB", 0) != 0;
  const bool fixed = a->array == nullptr && call.tensor(1)->array != nullptr && !is_empty(a) &&
                     a->type == kFloat && call.real("alpha", 1) == 1;
  const bool adds = call.has(2) && call.real("beta", 1) != 0;
  if (!fixed) {
    const Value y = scaled(call, batched_product(call, a, oriented(1, transposed)), "alpha");
    return call.result(adds ? call.op("_npi_add", {y, scaled(call, call.tensor(2), "beta")}) : y);
  }
  const Product of{a, oriented(1, !transposed)};
  if (!adds) return call.result(Operand{fully_connected(call, of, nullptr), of});
  const Value c = scaled(call, call.tensor(2), "beta");
  const std::int64_t columns = of.matrix->dims[0];
  const bool bias = c->array != nullptr && size_of(c->dims) == columns && c->dims.back() == columns;
  if (bias) return call.result(fully_connected(call, of, call.reshape(c, {columns})));
  call.result(call.op("_npi_add", {fully_connected(call, of, nullptr), c}));
}

void einsum(OpCall& call) {
  std::string equation;
  for (const char c : call.text("equation", ""))
    if (c != ' ') equation += c;
  if (equation.find("->") == std::string::npos) call.unsupported("an equation without '->'");
  call.result(call.op("_npi_einsum", call.tensors(),
                      {{"num_args", static_cast<std::int64_t>(call.input_count())},
                       {"subscripts", equation},
                       {"optimize", 0}}));
}

constexpr Entry kEntries[] = {
    {"MatMul", 1, matmul},
    {"Gemm", 7, gemm},
    {"Einsum", 12, einsum},
};

}  // namespace

Value batched_product(OpCall& call, const Value& a, const Value& b) {
  const Ints batch = broadcast_dims(call, {a->dims.begin(), a->dims.end() - 2},
                                    {b->dims.begin(), b->dims.end() - 2});
  const Value y = call.op("batch_dot", {as_batch(call, a, batch), as_batch(call, b, batch)});
  Ints dims = batch;
  dims.insert(dims.end(), {a->dims[a->dims.size() - 2], b->dims.back()});
  return call.reshape(y, dims);
}

bool add_bias(OpCall& call, std::size_t product, std::size_t bias) {
  const Operand& of = call.operand(product);
  const Value by = call.tensor(bias);
  if (!of.product || by->array == nullptr || by->dims != Ints{of.product->matrix->dims[0]})
    return false;
  call.result(fully_connected(call, *of.product, by));
  return true;
}

std::span<const Entry> linear() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
