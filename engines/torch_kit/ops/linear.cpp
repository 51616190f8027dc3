// SPDX-License-Identifier: Apache-2.0
// Products of matrices.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "torch_kit/ops/activate.h"
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {
namespace {

void matmul(OpCall& call) {
  call.result(call.call("aten::matmul", {call.tensor(0), call.tensor(1)}));
}

/// A factor as a number of the tensors' kind.
c10::IValue factor(OpCall& call, const char* name) {
  const double value = call.real(name, 1);
  if (at::isFloatingType(call.type(0))) return value;
  if (value != std::trunc(value)) call.unsupported("a fraction as " + std::string(name));
  return static_cast<std::int64_t>(value);
}

JitValue* gemm_product(OpCall& call) {
  const bool added = call.has(2) && call.real("beta", 1) != 0;
  const bool plain = call.real("alpha", 1) == 1 && (!added || call.real("beta", 1) == 1);
  const bool b_rows = call.integer("transB", 0) != 0;
  JitValue* a = call.tensor(0);
  if (call.integer("transA", 0) != 0) a = call.call("aten::t", {a});
  if (plain && b_rows && (!added || call.rank(2) == 1)) {
    const tj::NamedValue bias = added ? call.tensor_or_none(2) : tj::NamedValue(c10::IValue());
    return call.call("aten::linear", {a, call.tensor(1), bias});
  }
  JitValue* b = call.tensor(1);
  if (b_rows) b = call.call("aten::t", {b});
  if (added)
    return call.call("aten::addmm",
                     {call.tensor(2), a, b, factor(call, "beta"), factor(call, "alpha")});
  JitValue* product = call.call("aten::mm", {a, b});
  return plain ? product : call.call("aten::mul.Scalar", {product, factor(call, "alpha")});
}

void gemm(OpCall& call) {
  call.result(gemm_product(call));
}

void fused_gemm(OpCall& call) {
  Activation activation{call.text("activation", "")};
  if (call.has_attribute("activation_alpha")) activation.alpha = call.real("activation_alpha", 0);
  if (call.has_attribute("activation_beta")) activation.beta = call.real("activation_beta", 0);
  call.result(activate(call, gemm_product(call), activation));
}

/// How many axes the result of an equation has, an ellipsis standing for `ellipsis` of them.
std::int64_t einsum_rank(const std::string& equation, std::int64_t ellipsis) {
  std::string output;
  if (const auto arrow = equation.find("->"); arrow != std::string::npos) {
    output = equation.substr(arrow + 2);
  } else {
    if (equation.find("...") != std::string::npos) output = "...";
    for (const char c : equation)
      if (std::isalpha(static_cast<unsigned char>(c)) != 0 && equation.find(c) == equation.rfind(c))
        output += c;
  }
  std::int64_t rank = output.find("...") != std::string::npos ? ellipsis : 0;
  for (const char c : output)
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) ++rank;
  return rank;
}

/// Axes that the longest ellipsis stands for.
std::int64_t ellipsis_rank(OpCall& call, const std::string& equation) {
  std::int64_t most = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    const std::size_t end = std::min(equation.find(',', start), equation.find("->", start));
    const std::string term = equation.substr(start, end - start);
    std::int64_t letters = 0;
    for (const char c : term)
      if (std::isalpha(static_cast<unsigned char>(c)) != 0) ++letters;
    if (term.find("...") != std::string::npos) most = std::max(most, call.rank(i) - letters);
    if (end == std::string::npos) break;
    start = end + 1;
  }
  return most;
}

void einsum(OpCall& call) {
  const std::string equation = call.text("equation", "");
  JitValue* sum =
      call.call("aten::einsum", {equation, call.graph.tensor_list(call.tensors()), c10::IValue()});
  const std::int64_t rank = einsum_rank(equation, ellipsis_rank(call, equation));
  call.result(call.graph.declare(sum, call.type(0), rank));
}

void det(OpCall& call) {
  call.result(call.call("aten::linalg_det", {call.tensor(0)}));
}

constexpr Entry kEntries[] = {
    {"MatMul", 1, matmul, Types::kWidened},
    {"Gemm", 1, gemm, Types::kWidened},
    {"FusedGemm", 1, fused_gemm, Types::kAsTheyAre, kMicrosoft},
    {"Einsum", 12, einsum, Types::kWidened},
    {"Det", 11, det},
};

}  // namespace

std::span<const Entry> linear() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
