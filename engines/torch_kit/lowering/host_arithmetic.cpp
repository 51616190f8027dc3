// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/host_arithmetic.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace joulemark::torch_kit {
namespace {

using Kind = c10::TypeKind;

Kind kind_of(const JitValue* value) {
  return value->type()->kind();
}

const char* suffix(const JitValue* value) {
  if (kind_of(value) == Kind::FloatType) return ".float";
  return kind_of(value) == Kind::BoolType ? ".bool" : ".int";
}

JitValue* rounded(OpCall& call, JitValue* value) {
  const bool short_one = kind_of(value) == Kind::FloatType && call.dtype(0) == JM_FLOAT32;
  return short_one ? to_float32(call, value) : value;
}

/// A TorchScript operator with an overload for int and one for float.
JitValue* same_type(OpCall& call, const std::string& op, JitValue* a, JitValue* b) {
  return call.call((op + suffix(a)).c_str(), {a, b});
}

/// ONNX truncates where TorchScript's floordiv rounds down. Sizes are exact in a double.
JitValue* divide(OpCall& call, JitValue* a, JitValue* b) {
  if (kind_of(a) == Kind::FloatType) return call.call("aten::div.float", {a, b});
  return call.call("aten::Int.float", {call.call("aten::div.int", {a, b})});
}

JitValue* modulo(OpCall& call, JitValue* a, JitValue* b) {
  if (call.integer("fmod", 0) == 0) return same_type(call, "aten::remainder", a, b);
  JitValue* quotient = divide(call, a, b);
  return same_type(call, "aten::sub", a, same_type(call, "aten::mul", quotient, b));
}

/// One of two numbers, without a branch.
JitValue* select(OpCall& call, JitValue* condition, JitValue* a, JitValue* b) {
  if (const auto known = call.graph.value_of(condition)) return known->toBool() ? a : b;
  if (kind_of(a) != Kind::IntType) return nullptr;
  JitValue* yes = call.call("aten::Int.bool", {condition});
  JitValue* no = call.call("aten::sub.int", {1, yes});
  return call.call("aten::add.int",
                   {call.call("aten::mul.int", {a, yes}), call.call("aten::mul.int", {b, no})});
}

JitValue* unary(OpCall& call, const std::string& op, JitValue* a) {
  const bool real = kind_of(a) == Kind::FloatType;
  if (op == "Neg") return call.call(real ? "aten::neg.float" : "aten::neg.int", {a});
  if (op == "Not") return call.call("aten::__not__", {a});
  if (op == "Sqrt" && real) return rounded(call, call.call("aten::sqrt.float", {a}));
  if ((op == "Floor" || op == "Ceil") && real) {
    JitValue* whole = call.call(op == "Floor" ? "aten::floor.float" : "aten::ceil.float", {a});
    return call.call("aten::Float.Scalar", {whole});
  }
  return nullptr;
}

JitValue* binary(OpCall& call, const std::string& op, JitValue* a, JitValue* b) {
  static const std::unordered_map<std::string, const char*> same{
      {"Add", "aten::add"},        {"Sub", "aten::sub"},     {"Mul", "aten::mul"},
      {"Max", "prim::max"},        {"Min", "prim::min"},     {"Less", "aten::lt"},
      {"LessOrEqual", "aten::le"}, {"Greater", "aten::gt"},  {"GreaterOrEqual", "aten::ge"},
      {"Equal", "aten::eq"},       {"And", "aten::__and__"}, {"Or", "aten::__or__"}};
  if (kind_of(a) != kind_of(b)) return nullptr;
  const bool truth = kind_of(a) == Kind::BoolType;
  if (truth != (op == "And" || op == "Or") && !(truth && op == "Equal")) return nullptr;
  if (op == "Div") return rounded(call, divide(call, a, b));
  if (op == "Mod") return rounded(call, modulo(call, a, b));
  const auto found = same.find(op);
  if (found == same.end()) return nullptr;
  JitValue* value = same_type(call, found->second, a, b);
  const bool exact = op != "Add" && op != "Sub" && op != "Mul";
  return exact ? value : rounded(call, value);
}

JitValue* apply_operator(OpCall& call, const std::vector<JitValue*>& args) {
  const std::string& op = call.node.op_type;
  if (op == "Where") return select(call, args[0], args[1], args[2]);
  if (args.size() == 1 && (op == "Max" || op == "Min")) return args[0];
  if (args.size() == 1) return unary(call, op, args[0]);
  JitValue* value = args[0];
  for (std::size_t i = 1; value != nullptr && i < args.size(); ++i)
    value = binary(call, op, value, args[i]);
  return value;
}

}  // namespace

/// A TorchScript float has 53 bits. Cut to the 24 of a float32 (Veltkamp's splitting), because the
/// ceiling of 10 * 0.1 depends on it. Of one exact operation on float32s the result is exact.
JitValue* to_float32(OpCall& call, JitValue* value) {
  constexpr double kSplit = (1 << 29) + 1;
  JitValue* large = call.call("aten::mul.float", {value, kSplit});
  return call.call("aten::sub.float", {large, call.call("aten::sub.float", {large, value})});
}

JitValue* as_type(OpCall& call, JitValue* value, at::ScalarType type) {
  const Kind kind = kind_of(value);
  if (type == at::kBool) {
    if (kind == Kind::BoolType) return value;
    return call.call(kind == Kind::FloatType ? "aten::Bool.float" : "aten::Bool.int", {value});
  }
  if (at::isFloatingType(type)) {
    if (kind == Kind::BoolType) return call.call("aten::Float.bool", {value});
    if (kind == Kind::IntType) value = call.call("aten::Float.Scalar", {value});
    return type == at::kFloat ? to_float32(call, value) : value;
  }
  if (kind == Kind::IntType) return value;
  return call.call(kind == Kind::BoolType ? "aten::Int.bool" : "aten::Int.float", {value});
}

JitValue* combine(OpCall& call, Reduction reduction, JitValue* a, JitValue* b) {
  switch (reduction) {
    case Reduction::kSum:
      return rounded(call, same_type(call, "aten::add", a, b));
    case Reduction::kProduct:
      return rounded(call, same_type(call, "aten::mul", a, b));
    case Reduction::kMax:
      return same_type(call, "prim::max", a, b);
    case Reduction::kMin:
      return same_type(call, "prim::min", a, b);
  }
  return nullptr;
}

std::optional<HostNumbers> elementwise_numbers(OpCall& call, const std::vector<HostNumbers>& in) {
  HostNumbers out;
  std::size_t count = 1;
  for (const HostNumbers& part : in) {
    out.rank = std::max(out.rank, part.rank);
    if (part.elements.size() == 1) continue;
    if (count != 1 && part.elements.size() != count) return std::nullopt;
    count = part.elements.size();
  }
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<JitValue*> args;
    for (const HostNumbers& part : in)
      args.push_back(part.elements[part.elements.size() == 1 ? 0 : i]);
    JitValue* value = apply_operator(call, args);
    if (value == nullptr) return std::nullopt;
    out.elements.push_back(value);
  }
  return out;
}

}  // namespace joulemark::torch_kit
