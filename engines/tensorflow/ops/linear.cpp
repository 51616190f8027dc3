// SPDX-License-Identifier: Apache-2.0
// Products of matrices.
#include <cctype>
#include <cmath>
#include <map>
#include <string>

#include "tensorflow/dtypes.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// Rows of all matrices of a batch times one matrix: one product, which TensorFlow fuses with a
/// bias and an activation behind it.
void product_of_rows(OpCall& call, Value a, Value b) {
  const Ints dims = call.dims_of(a);
  const std::int64_t columns = dims.back();
  const std::int64_t rank = call.rank_of(a);
  const Value rows = call.op("MatMul", {call.reshape(a, Ints{-1, columns}), b});
  const Value sizes =
      joined(call, {part(call, call.shape(a), 0, rank - 1), part(call, call.shape(b), 1, 2)});
  call.result_rows({rows, sizes});
}

Value with_axis(OpCall& call, Value x, std::int64_t axis) {
  return call.op("ExpandDims", {x, call.int_scalar(axis, kInt32)});
}

void matmul(OpCall& call) {
  Value a = call.tensor(0);
  Value b = call.tensor(1);
  const std::int64_t a_rank = call.rank_of(a);
  const std::int64_t b_rank = call.rank_of(b);
  if (a_rank == 2 && b_rank == 2) return call.result(call.op("MatMul", {a, b}));
  if (a_rank > 2 && b_rank == 2 && is_floating(call.graph.type(a)) && call.dims_of(a).back() > 0)
    return product_of_rows(call, a, b);
  if (a_rank == 1) a = with_axis(call, a, 0);
  if (b_rank == 1) b = with_axis(call, b, 1);
  Value y = call.op("BatchMatMulV2", {a, b});
  Ints gone;
  if (a_rank == 1) gone.push_back(-2);
  if (b_rank == 1) gone.push_back(-1);
  if (!gone.empty()) y = call.op("Squeeze", {y}, {{"squeeze_dims", gone}});
  call.result(y);
}

/// `value` times the node's factor, which is 1 where it is not there.
Value scaled(OpCall& call, Value value, const char* name) {
  const double factor = call.real(name, 1);
  const Type type = call.graph.type(value);
  if (factor == 1) return value;
  if (!is_floating(type) && factor != std::trunc(factor))
    call.unsupported("a fraction as " + std::string(name));
  return call.op("Mul", {value, call.scalar(factor, type)});
}

void gemm(OpCall& call) {
  const Value product = call.op("MatMul", {call.tensor(0), call.tensor(1)},
                                {{"transpose_a", call.integer("transA", 0) != 0},
                                 {"transpose_b", call.integer("transB", 0) != 0}});
  const Value y = scaled(call, product, "alpha");
  if (!call.has(2) || call.real("beta", 1) == 0) return call.result(y);
  const Value c = as_bias(call, scaled(call, call.tensor(2), "beta"));
  const auto bias = call.graph.dims(c);
  const auto wide = call.graph.dims(y);
  const bool each_column =
      bias && wide && bias->size() == 1 && bias->front() > 0 && bias->front() == wide->back();
  const bool fusible = each_column && is_floating(call.graph.type(y));
  call.result(call.op(fusible ? "BiasAdd" : "AddV2", {y, c}));
}

/// What an equation without an arrow means: the axes that are broadcast, then the letters that
/// stand in it once, in the order of the alphabet.
std::string with_result(const std::string& equation) {
  std::map<char, int> letters;
  for (const char c : equation)
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) ++letters[c];
  std::string result = equation.find("...") == std::string::npos ? "->" : "->...";
  for (const auto& [letter, count] : letters)
    if (count == 1) result += letter;
  return equation + result;
}

void einsum(OpCall& call) {
  std::string equation;
  for (const char c : call.text("equation", ""))
    if (c != ' ') equation += c;
  if (equation.find("->") == std::string::npos) equation = with_result(equation);
  call.result(call.op("Einsum", {call.tensors()}, {{"equation", equation}}));
}

void det(OpCall& call) {
  call.result(call.op("MatrixDeterminant", {call.tensor(0)}));
}

constexpr Entry kEntries[] = {
    {"MatMul", 1, matmul, Types::kWidened},
    {"Gemm", 1, gemm, Types::kWidened},
    {"Einsum", 12, einsum, Types::kWidened},
    {"Det", 11, det},
};

}  // namespace

std::span<const Entry> linear() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
