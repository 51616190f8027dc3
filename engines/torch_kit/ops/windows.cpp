// SPDX-License-Identifier: Apache-2.0
// Windows and filters of signals.
#include "torch_kit/dtypes.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/indices.h"

namespace joulemark::torch_kit::ops {
namespace {

at::ScalarType output_type(OpCall& call) {
  const auto storage =
      storage_of(static_cast<jm_dtype>(call.integer("output_datatype", JM_FLOAT32)));
  if (!storage || storage->packed_bits != 0) call.unsupported("its output_datatype");
  return storage->type;
}

/// window(size, periodic, shape…, dtype, layout, device, pin_memory)
void window(OpCall& call, const char* op, const std::vector<double>& shape) {
  const bool periodic = call.integer("periodic", 1) != 0;
  Args args{call.number(0), periodic};
  for (const double value : shape) args.emplace_back(value);
  for (const c10::IValue& option :
       {c10::IValue(at::kDouble), c10::IValue(), c10::IValue(call.graph.device()), c10::IValue()})
    args.emplace_back(option);
  call.result(call.cast(call.call(op, args), output_type(call)));
}

void hann(OpCall& call) {
  window(call, "aten::hann_window.periodic", {});
}

void hamming(OpCall& call) {
  constexpr double kAlpha = 25.0 / 46.0;
  window(call, "aten::hamming_window.periodic_alpha_beta", {kAlpha, 1 - kAlpha});
}

void blackman(OpCall& call) {
  window(call, "aten::blackman_window.periodic", {});
}

/// An input of one element as a number of rank 0.
JitValue* real_input(OpCall& call, std::size_t i) {
  return call.call("aten::reshape", {call.cast(call.tensor(i), at::kDouble), Ints{}});
}

constexpr double kMel = 2595;
constexpr double kHertz = 700;

JitValue* to_mel(OpCall& call, JitValue* hertz) {
  JitValue* ratio = call.call("aten::div.Scalar", {hertz, kHertz});
  JitValue* log = call.call("aten::log10", {call.call("aten::add.Scalar", {ratio, 1})});
  return call.call("aten::mul.Scalar", {log, kMel});
}

JitValue* to_hertz(OpCall& call, JitValue* mel) {
  JitValue* exponent = call.call("aten::div.Scalar", {mel, kMel});
  JitValue* power = call.call("aten::pow.Scalar", {10.0, exponent});
  return call.call("aten::mul.Scalar", {call.call("aten::sub.Scalar", {power, 1}), kHertz});
}

/// The bins of the spectrum where the filters begin, culminate and end.
JitValue* mel_bins(OpCall& call, JitValue* filters) {
  JitValue* count = call.call("aten::add.int", {filters, 2});
  JitValue* low = to_mel(call, real_input(call, 3));
  JitValue* range = call.call("aten::sub.Tensor", {to_mel(call, real_input(call, 4)), low});
  JitValue* step = call.call("aten::div.Scalar", {range, count});
  JitValue* mel = call.call("aten::mul.Tensor", {counted(call, count, at::kDouble), step});
  JitValue* hertz = to_hertz(call, call.call("aten::add.Tensor", {mel, low}));
  JitValue* scale = call.call("aten::add.Scalar", {real_input(call, 1), 1});
  JitValue* bins = call.call("aten::mul.Tensor", {hertz, scale});
  return call.call("aten::floor", {call.call("aten::div.Tensor", {bins, real_input(call, 2)})});
}

/// `value` where both conditions hold, else 0.
JitValue* within(OpCall& call, JitValue* value, JitValue* from, JitValue* to) {
  JitValue* inside = call.call("aten::logical_and", {from, to});
  return call.call("aten::where.ScalarOther", {inside, value, 0.0});
}

/// Triangles over the spectrum: [spectrum, filters].
void mel_weights(OpCall& call) {
  JitValue* filters = call.number(0);
  JitValue* spectrum =
      call.call("aten::add.int", {call.call("aten::floordiv.int", {call.number(1), 2}), 1});
  JitValue* bins = mel_bins(call, filters);
  const auto edge = [&](std::int64_t first) {
    return call.call("aten::narrow", {bins, 0, first, filters});
  };
  JitValue* low = edge(0);
  JitValue* centre = edge(1);
  JitValue* high = edge(2);
  JitValue* at = call.call("aten::unsqueeze", {counted(call, spectrum, at::kDouble), 1});
  const auto ratio = [&](JitValue* distance, JitValue* length) {
    JitValue* divisor = call.call("aten::clamp", {length, 1.0, c10::IValue()});
    return call.call("aten::div.Tensor", {distance, divisor});
  };
  JitValue* rise =
      ratio(call.call("aten::sub.Tensor", {at, low}), call.call("aten::sub.Tensor", {centre, low}));
  JitValue* fall = ratio(call.call("aten::sub.Tensor", {high, at}),
                         call.call("aten::sub.Tensor", {high, centre}));
  rise = within(call, rise, call.call("aten::ge.Tensor", {at, low}),
                call.call("aten::lt.Tensor", {at, centre}));
  fall = within(call, fall, call.call("aten::gt.Tensor", {at, centre}),
                call.call("aten::lt.Tensor", {at, high}));
  JitValue* sides = call.call("aten::add.Tensor", {rise, fall});
  JitValue* peak = call.call("aten::eq.Tensor", {at, centre});
  call.result(
      call.cast(call.call("aten::masked_fill.Scalar", {sides, peak, 1.0}), output_type(call)));
}

constexpr Entry kEntries[] = {
    {"HannWindow", 17, hann},
    {"HammingWindow", 17, hamming},
    {"BlackmanWindow", 17, blackman},
    {"MelWeightMatrix", 17, mel_weights},
};

}  // namespace

std::span<const Entry> windows() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
