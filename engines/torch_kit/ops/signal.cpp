// SPDX-License-Identifier: Apache-2.0
// Fourier transforms. ONNX has complex numbers as a last axis of size 2, and real ones as one of 1.
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {
namespace {

enum class Numbers { kReal, kComplex };

Numbers numbers_of(OpCall& call, JitValue* x) {
  const auto last = call.graph.value_of(call.size(x, -1));
  if (last && last->toInt() == 1) return Numbers::kReal;
  if (last && last->toInt() == 2) return Numbers::kComplex;
  call.unsupported("whether its numbers are complex must be known when the model is loaded");
}

bool is_half(at::ScalarType type) {
  return type == at::kHalf || type == at::kBFloat16;
}

/// Without the last axis: a tensor of real or of complex numbers.
JitValue* as_numbers(OpCall& call, JitValue* x, Numbers numbers) {
  if (is_half(call.type_of(x))) x = call.cast(x, at::kFloat);
  if (numbers == Numbers::kReal) return call.call("aten::squeeze.dim", {x, -1});
  return call.call("aten::view_as_complex",
                   {call.call("aten::contiguous", {x, c10::IValue(std::int64_t{0})})});
}

JitValue* as_pairs(OpCall& call, JitValue* x) {
  return call.call("aten::view_as_real", {x});
}

/// What a transform gives.
enum class Result { kComplex, kReal };

/// fft(x, length, axis, norm), whose result has the rank of `x`.
JitValue* transform(OpCall& call, const char* op, JitValue* x, const tj::NamedValue& length,
                    const tj::NamedValue& axis, Result result) {
  JitValue* made = call.call(op, {x, length, axis, c10::IValue()});
  const bool wide = c10::toRealValueType(call.type_of(x)) == at::kDouble;
  at::ScalarType type = wide ? at::kDouble : at::kFloat;
  if (result == Result::kComplex) type = c10::toComplexType(type);
  return call.graph.declare(made, type, call.rank_of(x));
}

/// Counted from the front. Since opset 20 it may be told by the run only.
JitValue* axis_of_dft(OpCall& call, JitValue* x) {
  const std::int64_t rank = call.rank_of(x);
  JitValue* axis = call.constant_value(call.opset() < 20 ? call.integer("axis", 1) : -2);
  if (call.opset() >= 20 && call.has(2)) axis = call.number(2);
  if (const auto known = call.graph.value_of(axis);
      known && call.axis_of(x, known->toInt()) == rank - 1)
    call.invalid("its axis is that of the complex numbers");
  return call.call("aten::remainder.int", {axis, rank});
}

tj::NamedValue length_of_dft(OpCall& call) {
  if (!call.has(1)) return {c10::IValue()};
  return {call.number(1)};
}

void dft(OpCall& call) {
  JitValue* x = call.tensor(0);
  const at::ScalarType type = call.type_of(x);
  const Numbers numbers = numbers_of(call, x);
  JitValue* axis = axis_of_dft(call, x);
  const tj::NamedValue length = length_of_dft(call);
  const bool onesided = call.integer("onesided", 0) != 0;
  const bool inverse = call.integer("inverse", 0) != 0;
  JitValue* signal = as_numbers(call, x, numbers);
  if (inverse && onesided) {
    JitValue* made = transform(call, "aten::fft_irfft", signal, length, axis, Result::kReal);
    return call.result(call.cast(call.call("aten::unsqueeze", {made, -1}), type));
  }
  if (onesided && numbers == Numbers::kComplex)
    call.unsupported("a transform of complex numbers is not one-sided");
  const char* forward = onesided ? "aten::fft_rfft" : "aten::fft_fft";
  JitValue* made =
      transform(call, inverse ? "aten::fft_ifft" : forward, signal, length, axis, Result::kComplex);
  call.result(call.cast(as_pairs(call, made), type));
}

/// The window, of ones where there is none, as long as a frame.
JitValue* frame_length(OpCall& call) {
  if (call.has(3)) return call.number(3);
  if (call.has(2)) return call.size(call.tensor(2), 0);
  return call.size(call.tensor(0), 1);
}

void stft(OpCall& call) {
  JitValue* x = call.tensor(0);
  const at::ScalarType type = call.type_of(x);
  // A signal may come without the axis of its numbers.
  const Numbers numbers = call.rank_of(x) == 2 ? Numbers::kReal : numbers_of(call, x);
  JitValue* signal = call.rank_of(x) == 2 ? x : as_numbers(call, x, numbers);
  const bool onesided = call.integer("onesided", 1) != 0;
  if (onesided && numbers == Numbers::kComplex)
    call.unsupported("a transform of complex numbers is not one-sided");
  JitValue* frames = call.call("aten::unfold", {signal, 1, frame_length(call), call.number(1)});
  call.graph.declare(frames, call.type_of(signal), call.rank_of(signal) + 1);
  if (call.has(2)) frames = call.call("aten::mul.Tensor", {frames, call.tensor(2)});
  if (is_half(call.type_of(frames))) frames = call.cast(frames, at::kFloat);
  JitValue* made = transform(call, onesided ? "aten::fft_rfft" : "aten::fft_fft", frames,
                             c10::IValue(), -1, Result::kComplex);
  call.result(call.cast(as_pairs(call, made), type));
}

constexpr Entry kEntries[] = {
    {"DFT", 17, dft},
    {"STFT", 17, stft},
};

}  // namespace

std::span<const Entry> signal() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
