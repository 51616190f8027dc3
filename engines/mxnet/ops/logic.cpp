// SPDX-License-Identifier: Apache-2.0
// Comparisons, truth values, selection.
#include "mxnet/ops/direct.h"
#include "mxnet/ops/families.h"

namespace joulemark::mx::ops {
namespace {

/// MXNet has operations on bits of truth values only where both have one size.
template <Name op>
void of_truths(OpCall& call) {
  const auto number = [&](std::size_t i) {
    return call.dims(0) == call.dims(1) ? call.tensor(i) : call.cast(call.tensor(i), kUint8);
  };
  call.result(call.cast(call.op(op.text, {number(0), number(1)}), kBool));
}

constexpr Entry kEntries[] = {
    {"And", 7, of_truths<"_npi_bitwise_and">},
    {"Or", 7, of_truths<"_npi_bitwise_or">},
    {"Xor", 7, of_truths<"_npi_bitwise_xor">},
    {"Equal", 7, binary<"_npi_equal">},
    {"Less", 7, binary<"_npi_less">},
    {"LessOrEqual", 12, binary<"_npi_less_equal">},
    {"Greater", 7, binary<"_npi_greater">},
    {"GreaterOrEqual", 12, binary<"_npi_greater_equal">},
    {"Where", 9, [](OpCall& call) { call.result(call.op("_npi_where", call.tensors())); }},
};

}  // namespace

std::span<const Entry> logic() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
