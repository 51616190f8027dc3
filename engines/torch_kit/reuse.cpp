// SPDX-License-Identifier: Apache-2.0
// That nobody else holds an argument is decided when the call runs: both executors hand a value
// over at its last use, so that a tensor counted once then belongs to the call alone.
#include "torch_kit/reuse.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <string>
#include <utility>

#include "torch_kit/own_operators.h"

namespace joulemark::torch_kit {
namespace {

namespace tj = ::torch::jit;

struct Row {
  const char* name;
  const char* overload;
  bool binary;  ///< takes a second tensor, and the two may change places
};

constexpr Row kRows[] = {
    {"relu", "", false},      {"hardtanh", "", false}, {"clamp", "", false},
    {"hardswish", "", false}, {"sigmoid", "", false},  {"tanh", "", false},
    {"silu", "", false},      {"gelu", "", false},     {"leaky_relu", "", false},
    {"add", "Tensor", true},  {"mul", "Tensor", true},
};

std::string aten(const Row& row) {
  return std::string("aten::") + row.name;
}

std::string ours(const Row& row) {
  return std::string("joulemark::") + row.name;
}

/// An operator's two forms.
struct Forms {
  c10::OperatorHandle functional;
  c10::OperatorHandle in_place;
  bool binary;
};

/// Nobody else holds the tensor, nor the memory that it is a view of.
bool is_sole_owner(const c10::IValue& value) {
  if (!value.isTensor()) return false;
  const at::Tensor& tensor = value.toTensor();
  return tensor.use_count() == 1 && tensor.has_storage() && tensor.storage().use_count() == 1 &&
         tensor.is_non_overlapping_and_dense() && at::isFloatingType(tensor.scalar_type());
}

/// Whether the result has the type and shape of the first of the arguments on top of the stack,
/// which nobody else holds. May let the two tensors of a binary operator change places.
bool may_work_in_place(const Forms& forms, tj::Stack& stack) {
  const std::size_t count = forms.functional.schema().arguments().size();
  const std::size_t first = stack.size() - count;
  if (!forms.binary) return is_sole_owner(stack[first]);
  c10::IValue& a = stack[first];
  c10::IValue& b = stack[first + 1];
  if (!a.isTensor() || !b.isTensor() || a.toTensor().scalar_type() != b.toTensor().scalar_type() ||
      a.toTensor().sizes() != b.toTensor().sizes())
    return false;
  if (is_sole_owner(a)) return true;
  const bool scaled = count > 2 && stack[first + 2].toScalar().toDouble() != 1;
  if (scaled || !is_sole_owner(b)) return false;
  std::swap(a, b);
  return true;
}

tj::Operation operation(const Forms& forms) {
  return [forms](tj::Stack& stack) {
    const auto& form = may_work_in_place(forms, stack) ? forms.in_place : forms.functional;
    form.callBoxed(&stack);
  };
}

void register_operator(const Row& row) {
  auto& dispatcher = c10::Dispatcher::singleton();
  const Forms forms{dispatcher.findSchemaOrThrow(aten(row).c_str(), row.overload),
                    dispatcher.findSchemaOrThrow((aten(row) + "_").c_str(), row.overload),
                    row.binary};
  const c10::FunctionSchema& schema = forms.functional.schema();
  register_once(tj::Operator(ours(row), row.overload, schema.arguments(), schema.returns(),
                             operation(forms), c10::AliasAnalysisKind::PURE_FUNCTION));
}

const Row* row_of(const tj::Node& node) {
  const c10::FunctionSchema* schema = node.maybeSchema();
  if (schema == nullptr) return nullptr;
  for (const Row& row : kRows)
    if (schema->name() == aten(row) && schema->overload_name() == row.overload) return &row;
  return nullptr;
}

void reuse_in(tj::Block* block) {
  for (auto it = block->nodes().begin(); it != block->nodes().end(); ++it) {
    for (tj::Block* inner : it->blocks()) reuse_in(inner);
    const Row* row = row_of(**it);
    if (row == nullptr) continue;
    it->replaceWithNewSymbol(c10::Symbol::fromQualString(ours(*row)));
    it.destroyCurrent();
  }
}

}  // namespace

void reuse_arguments(tj::Graph& graph) {
  for (const Row& row : kRows) register_operator(row);
  reuse_in(graph.block());
}

}  // namespace joulemark::torch_kit
