// SPDX-License-Identifier: Apache-2.0
// Conversions of element types.
#include "model/dtype.h"
#include "tensorflow/dtypes.h"
#include "tensorflow/ops/families.h"

namespace joulemark::tf::ops {
namespace {

/// Before opset 6 the type is a word.
jm_dtype wanted_type(OpCall& call) {
  if (call.opset() >= 6) return static_cast<jm_dtype>(call.integer("to", 0));
  std::string name = call.text("to", "");
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (name == "float") return JM_FLOAT32;
  if (name == "double") return JM_FLOAT64;
  return model::dtype_from_name(name).value_or(JM_UNDEFINED);
}

void cast_entry(OpCall& call) {
  const jm_dtype wanted = wanted_type(call);
  const auto type = type_of(wanted);
  if (!type) call.unsupported(std::string("a cast to ") + model::dtype_name(wanted));
  call.result(call.cast(call.tensor(0), *type));
}

void cast_like(OpCall& call) {
  call.result(call.cast(call.tensor(0), call.type(1)));
}

/// The same bits read as another type of the same width.
void bit_cast(OpCall& call) {
  const auto wanted = static_cast<jm_dtype>(call.integer("to", 0));
  const auto type = type_of(wanted);
  if (!type) call.unsupported(std::string("to ") + model::dtype_name(wanted));
  const Value x = call.tensor(0);
  if (size_of(call.graph.type(x)) != size_of(*type))
    call.invalid("both types must have the same width");
  if (call.graph.type(x) == kBool) return call.result(call.cast(x, *type));
  call.result(call.op("Bitcast", {x}, {{"type", *type}}));
}

constexpr Entry kEntries[] = {
    {"Cast", 1, cast_entry},
    {"CastLike", 15, cast_like},
    {"BitCast", 26, bit_cast},
};

}  // namespace

std::span<const Entry> cast() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
