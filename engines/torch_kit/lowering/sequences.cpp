// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/sequences.h"

namespace joulemark::torch_kit {

bool is_list(const JitValue* value) {
  return value != nullptr && value->type()->kind() == c10::TypeKind::ListType;
}

bool is_sequence(const Operand& operand) {
  return operand.sequence.has_value() || is_list(operand.tensor);
}

JitValue* as_list(OpCall& call, Operand& operand) {
  if (is_list(operand.tensor)) return operand.tensor;
  if (!operand.sequence) call.invalid("it is given a tensor where a sequence is expected");
  std::vector<JitValue*> elements;
  for (Operand& element : *operand.sequence) elements.push_back(call.as_tensor(element));
  return call.graph.tensor_list(elements);
}

JitValue* as_value(OpCall& call, Operand& operand) {
  return is_sequence(operand) ? as_list(call, operand) : call.as_tensor(operand);
}

}  // namespace joulemark::torch_kit
