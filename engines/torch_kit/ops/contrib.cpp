// SPDX-License-Identifier: Apache-2.0
// Operators that ONNX Runtime's optimiser writes, except attention: fused activations,
// normalisations and products.
#include "torch_kit/ops/contrib.h"

#include <cmath>

#include "torch_kit/ops/activate.h"
#include "torch_kit/ops/arithmetic.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/indices.h"
#include "torch_kit/ops/normalized.h"
#include "torch_kit/ops/values.h"

namespace joulemark::torch_kit::ops {
namespace {

/// Input 0, and input 1 added where there is one.
JitValue* biased(OpCall& call) {
  return call.has(1) ? sum(call, call.tensor(0), call.tensor(1)) : call.tensor(0);
}

void gelu(OpCall& call) {
  call.result(call.call("aten::gelu", {call.tensor(0), std::string("none")}));
}

void bias_gelu(OpCall& call) {
  call.result(call.call("aten::gelu", {biased(call), std::string("none")}));
}

void fast_gelu(OpCall& call) {
  call.result(call.call("aten::gelu", {biased(call), std::string("tanh")}));
}

void quick_gelu(OpCall& call) {
  call.result(swish(call, call.tensor(0), call.real("alpha", 1.702F)));
}

/// Inputs 0 and 1 and, where there is one, the bias.
JitValue* skipped(OpCall& call, std::size_t bias) {
  JitValue* total = biased(call);
  return call.has(bias) ? sum(call, total, call.tensor(bias)) : total;
}

void skip_layer_normalization(OpCall& call) {
  JitValue* total = skipped(call, 4);
  const Normalized over(call, total, -1);
  const auto results =
      over.layer_norm({call.tensor(2), call.has(3) ? call.tensor(3) : nullptr},
                      call.real("epsilon", 1e-12F), call.wants(1) || call.wants(2));
  call.result(results.value);
  if (call.wants(1)) call.result(call.cast(results.mean, at::kFloat), 1);
  if (call.wants(2)) call.result(call.cast(results.inverse_deviation, at::kFloat), 2);
  call.result(total, 3);
}

void skip_simplified_layer_normalization(OpCall& call) {
  if (call.wants(1)) call.unsupported("the mean of SkipSimplifiedLayerNormalization");
  JitValue* total = skipped(call, 3);
  const Normalized over(call, total, -1);
  const double epsilon = call.real("epsilon", 1e-12F);
  call.result(over.rms_norm(call.tensor(2), epsilon));
  if (call.wants(2)) call.result(over.inverse_rms(epsilon), 2);
  call.result(total, 3);
}

JitValue* embedded(OpCall& call, std::size_t table, std::size_t indices) {
  return looked_up(call, call.tensor(table), call.tensor(indices));
}

/// The first rows of the table of positions, as many as there are words.
JitValue* first_positions(OpCall& call) {
  JitValue* length = call.size(call.tensor(0), 1);
  return call.call("aten::slice.Tensor", {call.tensor(3), 0, 0, length, 1});
}

/// Inputs: words, segments, three tables, scale and bias, a mask, positions.
void embed_layer_normalization(OpCall& call) {
  JitValue* total =
      sum(call, embedded(call, 2, 0), call.has(8) ? embedded(call, 3, 8) : first_positions(call));
  if (call.has(1)) total = sum(call, total, embedded(call, 4, 1));
  const Normalized over(call, total, -1);
  const auto normalized =
      over.layer_norm({call.tensor(5), call.tensor(6)}, call.real("epsilon", 1e-12F), false);
  call.result(normalized.value);
  if (call.wants(1) && call.has(7)) {
    JitValue* ones = call.call("aten::eq.Scalar", {call.tensor(7), 1});
    call.result(call.call("aten::sum.dim_IntList", {ones, Ints{1}, false, at::kInt}), 1);
  } else if (call.wants(1)) {
    JitValue* batch = call.graph.int_list({call.size(call.tensor(0), 0)});
    call.result(call.call("aten::zeros", {batch, at::kInt, c10::IValue(),
                                          c10::IValue(call.graph.device()), c10::IValue()}),
                1);
  }
  call.result(total, 2);
}

/// A factor of FusedMatMul, its first axis moved behind the other batch axes or its last two
/// exchanged.
JitValue* turned(OpCall& call, std::size_t i, const char* batch, const char* rows) {
  JitValue* value = call.tensor(i);
  const std::int64_t rank = call.rank(i);
  if (rank > 2 && call.integer(batch, 0) != 0)
    value = call.call("aten::movedim.int", {value, 0, rank - 2});
  if (rank > 1 && call.integer(rows, 0) != 0)
    value = call.call("aten::transpose.int", {value, -2, -1});
  return value;
}

void fused_matmul(OpCall& call) {
  JitValue* a = turned(call, 0, "transBatchA", "transA");
  JitValue* b = turned(call, 1, "transBatchB", "transB");
  JitValue* product = call.call("aten::matmul", {a, b});
  const double alpha = call.real("alpha", 1);
  if (alpha != 1) product = call.call("aten::mul.Scalar", {product, alpha});
  call.result(product);
}

constexpr Entry kEntries[] = {
    contrib_entry("Gelu", gelu),
    contrib_entry("BiasGelu", bias_gelu),
    contrib_entry("FastGelu", fast_gelu),
    contrib_entry("QuickGelu", quick_gelu),
    contrib_entry("SkipLayerNormalization", skip_layer_normalization),
    contrib_entry("SkipSimplifiedLayerNormalization", skip_simplified_layer_normalization),
    contrib_entry("EmbedLayerNormalization", embed_layer_normalization),
    contrib_entry("FusedMatMul", fused_matmul),
};

}  // namespace

std::span<const Entry> contrib() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
