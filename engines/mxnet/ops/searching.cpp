// SPDX-License-Identifier: Apache-2.0
// Places of greatest and least elements, sums on the way.
#include "mxnet/ops/direct.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

/// The first of equal ones.
template <Name op>
void place_of(OpCall& call) {
  if (call.integer("select_last_index", 0) != 0) call.unsupported("the last of equal elements");
  const Value x = call.tensor(0);
  const Attrs attrs{{"axis", call.axis_of(x, call.integer("axis", 0))},
                    {"keepdims", call.integer("keepdims", 1) != 0}};
  call.result(call.cast(call.op(op.text, {x}, attrs), kInt64));
}

void cumulative_sum(OpCall& call) {
  if (call.integer("exclusive", 0) != 0 || call.integer("reverse", 0) != 0)
    call.unsupported("an exclusive or a reversed sum");
  const Value x = call.tensor(0);
  const std::int64_t axis = call.axis_of(x, call.constant_ints(1).at(0));
  call.result(call.cast(call.op("_np_cumsum", {x}, {{"axis", axis}}), x->type));
}

constexpr Entry kEntries[] = {
    {"ArgMax", 1, place_of<"_npi_argmax">},
    {"ArgMin", 1, place_of<"_npi_argmin">},
    {"CumSum", 11, cumulative_sum},
};

}  // namespace

std::span<const Entry> searching() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
