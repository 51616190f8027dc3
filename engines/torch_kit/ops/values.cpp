// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/values.h"

namespace joulemark::torch_kit::ops {

JitValue* add(OpCall& call, JitValue* a, JitValue* b) {
  return call.call("aten::add.int", {a, b});
}

JitValue* sub(OpCall& call, JitValue* a, JitValue* b) {
  return call.call("aten::sub.int", {a, b});
}

JitValue* mul(OpCall& call, JitValue* a, JitValue* b) {
  return call.call("aten::mul.int", {a, b});
}

JitValue* floor_div(OpCall& call, JitValue* a, JitValue* b) {
  return call.call("aten::floordiv.int", {a, b});
}

std::vector<JitValue*> constants(OpCall& call, const Ints& values) {
  std::vector<JitValue*> made;
  made.reserve(values.size());
  for (const std::int64_t value : values) made.push_back(call.constant_value(value));
  return made;
}

JitValue* int_constant(OpCall& call, std::int64_t value) {
  return call.constant_value(value);
}

tj::NamedValue or_none(JitValue* value) {
  if (value == nullptr) return {c10::IValue()};
  return {value};
}

JitValue* reshape(OpCall& call, JitValue* value, const std::vector<JitValue*>& sizes) {
  return call.call("aten::reshape", {value, call.graph.int_list(sizes)});
}

}  // namespace joulemark::torch_kit::ops
