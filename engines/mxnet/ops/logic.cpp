// SPDX-License-Identifier: Apache-2.0
// Comparisons, truth values, selection.
#include "mxnet/ops/direct.h"
#include "mxnet/ops/families.h"

namespace joulemark::mx::ops {
namespace {

constexpr Entry kEntries[] = {
    {"And", 7, binary<"_npi_bitwise_and">},
    {"Or", 7, binary<"_npi_bitwise_or">},
    {"Xor", 7, binary<"_npi_bitwise_xor">},
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
