// SPDX-License-Identifier: Apache-2.0
// Conversions between element types.
#include "model/dtype.h"
#include "torch_kit/dtypes.h"
#include "torch_kit/ops/convert.h"
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {
namespace {

void cast_to(OpCall& call, jm_dtype to) {
  const Conversion conversion{to, call.integer("saturate", 1) != 0, call.text("round_mode", "up")};
  call.result(convert(call, call.tensor(0), call.dtype(0), conversion), 0, to);
}

void cast_by_attribute(OpCall& call) {
  cast_to(call, static_cast<jm_dtype>(call.integer("to", JM_UNDEFINED)));
}

void cast_like(OpCall& call) {
  cast_to(call, call.dtype(1));
}

/// Packed integers are held one by one: only the sign is read anew.
JitValue* reread_packed(OpCall& call, PackedRange from, jm_dtype to) {
  if (packed_range(to)->bits != from.bits) call.invalid("both types must have the same width");
  return convert(call, call.tensor(0), call.dtype(0), {.to = to});
}

void bit_cast(OpCall& call) {
  const auto to = static_cast<jm_dtype>(call.integer("to", JM_UNDEFINED));
  const auto storage = storage_of(to);
  const auto held = storage_of(call.dtype(0));
  if (!storage || !held) call.unsupported("PyTorch has no tensors of one of the types");
  if (call.dtype(0) == to) return call.result(call.operand(0));
  const auto packed = packed_range(call.dtype(0));
  if (packed && packed_range(to)) return call.result(reread_packed(call, *packed, to), 0, to);
  if (storage->packed_bits != 0 || held->packed_bits != 0)
    call.unsupported(std::string("from ") + model::dtype_name(call.dtype(0)) + " to " +
                     model::dtype_name(to));
  if (c10::elementSize(storage->type) != c10::elementSize(held->type))
    call.invalid("both types must have the same width");
  // A copy, because TorchScript refuses the view.
  call.result(call.call("aten::view_copy.dtype", {call.tensor(0), storage->type}));
}

constexpr Entry kEntries[] = {
    {"Cast", 6, cast_by_attribute},
    {"CastLike", 15, cast_like},
    {"BitCast", 26, bit_cast},
};

}  // namespace

std::span<const Entry> cast() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
