// SPDX-License-Identifier: Apache-2.0
// Windows of signals.
#include <numbers>

#include "tensorflow/dtypes.h"
#include "tensorflow/ops/families.h"

namespace joulemark::tf::ops {
namespace {

/// a − b cos φ + c cos 2φ, where φ goes once around.
struct Cosines {
  double a, b, c;
};

void window(OpCall& call, const Cosines& of) {
  const auto type = type_of(static_cast<jm_dtype>(call.integer("output_datatype", JM_FLOAT32)));
  if (!type) call.unsupported("its output_datatype");
  const auto number = [&](double value) { return call.scalar(value, kDouble); };
  const auto times = [&](double factor, Value x) { return call.op("Mul", {number(factor), x}); };
  const Value size = call.cast(call.reshape(call.tensor(0), Ints{}), kDouble);
  const bool periodic = call.integer("periodic", 1) != 0;
  const Value length = periodic ? size : call.op("Sub", {size, number(1)});
  const Value steps = call.op("Range", {number(0), size, number(1)});
  const Value angle = call.op("RealDiv", {times(2 * std::numbers::pi, steps), length});
  Value y = call.op("Sub", {number(of.a), times(of.b, call.op("Cos", {angle}))});
  if (of.c != 0) y = call.op("AddV2", {y, times(of.c, call.op("Cos", {times(2, angle)}))});
  call.result(call.cast(y, *type));
}

void hann(OpCall& call) {
  window(call, {0.5, 0.5, 0});
}

void hamming(OpCall& call) {
  window(call, {25.0 / 46, 21.0 / 46, 0});
}

void blackman(OpCall& call) {
  window(call, {0.42, 0.5, 0.08});
}

constexpr Entry kEntries[] = {
    {"HannWindow", 17, hann},
    {"HammingWindow", 17, hamming},
    {"BlackmanWindow", 17, blackman},
};

}  // namespace

std::span<const Entry> windows() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
