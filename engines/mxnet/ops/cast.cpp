// SPDX-License-Identifier: Apache-2.0
// Conversions of element types.
#include "model/dtype.h"
#include "mxnet/dtypes.h"
#include "mxnet/ops/families.h"

namespace joulemark::mx::ops {
namespace {

void cast_entry(OpCall& call) {
  const auto wanted = static_cast<jm_dtype>(call.integer("to", 0));
  const auto type = type_of(wanted);
  if (!type) call.unsupported(std::string("a cast to ") + model::dtype_name(wanted));
  call.result(call.cast(call.tensor(0), *type));
}

void cast_like(OpCall& call) {
  call.result(call.cast(call.tensor(0), call.type(1)));
}

constexpr Entry kEntries[] = {
    {"Cast", 6, cast_entry},
    {"CastLike", 15, cast_like},
};

}  // namespace

std::span<const Entry> cast() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
