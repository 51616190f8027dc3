// SPDX-License-Identifier: Apache-2.0
// Convolutions.
#include <algorithm>

#include "torch_kit/ops/activate.h"
#include "torch_kit/ops/convolve.h"
#include "torch_kit/ops/families.h"

namespace joulemark::torch_kit::ops {
namespace {

std::size_t spatial_axes(OpCall& call) {
  const std::int64_t rank = call.rank(1);
  if (rank < 3) call.invalid("its weights have rank " + std::to_string(rank) + ", not 3 or more");
  return static_cast<std::size_t>(rank - 2);
}

JitValue* convolved(OpCall& call) {
  spatial_axes(call);
  return convolve(call, call.tensor(0), call.tensor(1), call.tensor_or_none(2));
}

void convolution_entry(OpCall& call) {
  call.result(convolved(call));
}

/// With something added, and an activation, behind it.
void fused_convolution(OpCall& call) {
  JitValue* y = convolved(call);
  if (call.has(3)) y = call.call("aten::add.Tensor", {y, call.tensor(3)});
  Activation activation{call.text("activation", "")};
  const auto numbers = call.reals("activation_params", {});
  if (!numbers.empty()) activation.alpha = numbers[0];
  if (numbers.size() > 1) activation.beta = numbers[1];
  call.result(activate(call, y, activation));
}

/// What is cut from a full transposed convolution, which has (in - 1) · stride + reach elements on
/// an axis, and how many of it or of what stands behind it are the result.
struct Cut {
  std::vector<JitValue*> begin, end;
};

JitValue* full_size(OpCall& call, const Window& window, const std::vector<JitValue*>& kernel,
                    std::size_t axis) {
  JitValue* one = int_constant(call, 1);
  JitValue* last = sub(call, call.size(call.tensor(0), static_cast<std::int64_t>(axis) + 2), one);
  JitValue* spread = mul(call, last, int_constant(call, window.strides[axis]));
  JitValue* reach =
      mul(call, sub(call, kernel[axis], one), int_constant(call, window.dilations[axis]));
  return add(call, add(call, spread, reach), one);
}

/// The size that the model asks for on an axis; null when it follows from the padding.
JitValue* asked_size(OpCall& call, const Window& window, const Ints& shape, std::size_t axis) {
  if (!shape.empty()) return int_constant(call, shape[axis]);
  if (window.auto_pad != AutoPad::kSameUpper && window.auto_pad != AutoPad::kSameLower)
    return nullptr;
  JitValue* size = call.size(call.tensor(0), static_cast<std::int64_t>(axis) + 2);
  return mul(call, size, int_constant(call, window.strides[axis]));
}

Cut cut_of(OpCall& call, const Window& window, const std::vector<JitValue*>& kernel,
           const Ints& extra) {
  Ints shape = call.integers("output_shape", {});
  if (shape.size() > window.axes())
    shape.erase(shape.begin(), shape.end() - static_cast<std::ptrdiff_t>(window.axes()));
  if (!shape.empty() && shape.size() != window.axes()) call.invalid("output_shape is too short");
  Cut cut;
  for (std::size_t i = 0; i < window.axes(); ++i) {
    JitValue* asked = asked_size(call, window, shape, i);
    if (asked == nullptr) {
      cut.begin.push_back(int_constant(call, window.begin[i]));
      cut.end.push_back(int_constant(call, window.end[i] - extra[i]));
      continue;
    }
    JitValue* full = full_size(call, window, kernel, i);
    JitValue* total = sub(call, full, asked);
    JitValue* padding = add(call, total, int_constant(call, extra[i]));
    JitValue* half = floor_div(call, padding, int_constant(call, 2));
    const bool upper = window.auto_pad == AutoPad::kSameUpper;
    cut.begin.push_back(upper ? half : sub(call, padding, half));
    cut.end.push_back(sub(call, total, cut.begin.back()));
  }
  return cut;
}

/// The cut as PyTorch's padding and output padding, where it has that form.
struct NativeCut {
  Ints padding, output_padding;
};

std::optional<NativeCut> native(OpCall& call, const Window& window, const Cut& cut) {
  NativeCut native;
  for (std::size_t i = 0; i < window.axes(); ++i) {
    const auto begin = call.graph.value_of(cut.begin[i]);
    const auto end = call.graph.value_of(cut.end[i]);
    if (!begin || !end) return std::nullopt;
    const std::int64_t more = begin->toInt() - end->toInt();
    if (begin->toInt() < 0 || more < 0 || more >= std::max(window.strides[i], window.dilations[i]))
      return std::nullopt;
    native.padding.push_back(begin->toInt());
    native.output_padding.push_back(more);
  }
  return native;
}

JitValue* minus(OpCall& call, JitValue* value) {
  return sub(call, int_constant(call, 0), value);
}

/// Everything, then cut or grown, then the bias: of what lies outside only the bias is left.
JitValue* cut_transposed(OpCall& call, const char* op, const Window& window, const Cut& cut) {
  const Ints none(window.axes(), 0);
  JitValue* all = call.call(op, {call.tensor(0), call.tensor(1), c10::IValue(), window.strides,
                                 none, none, call.integer("group", 1), window.dilations});
  Padding padding;
  for (JitValue* begin : cut.begin) padding.begin.push_back(minus(call, begin));
  for (JitValue* end : cut.end) padding.end.push_back(minus(call, end));
  JitValue* y = pad(call, all, padding, 0);
  if (!call.has(2)) return y;
  Ints shape(window.axes() + 1, 1);
  shape[0] = -1;
  return call.call("aten::add.Tensor", {y, call.call("aten::reshape", {call.tensor(2), shape})});
}

void transposed_convolution(OpCall& call) {
  const std::size_t axes = spatial_axes(call);
  const char* op = by_axes(call, axes, "aten::conv_transpose1d", "aten::conv_transpose2d.input",
                           "aten::conv_transpose3d.input");
  const Window window = read_window(call, axes);
  Ints extra = call.integers("output_padding", {});
  extra.resize(axes, 0);
  const Cut cut = cut_of(call, window, kernel_of(call, call.tensor(1), axes), extra);
  const auto own = native(call, window, cut);
  if (!own) return call.result(cut_transposed(call, op, window, cut));
  call.result(call.call(
      op, {call.tensor(0), call.tensor(1), call.tensor_or_none(2), window.strides, own->padding,
           own->output_padding, call.integer("group", 1), window.dilations}));
}

constexpr Entry kEntries[] = {
    {"Conv", 1, convolution_entry},
    {"FusedConv", 1, fused_convolution, Types::kAsTheyAre, kMicrosoft},
    {"ConvTranspose", 1, transposed_convolution},
};

}  // namespace

std::span<const Entry> convolution() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
