// SPDX-License-Identifier: Apache-2.0
// Convolutions.
#include <algorithm>

#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"
#include "tensorflow/ops/window.h"

namespace joulemark::tf::ops {
namespace {

/// The sizes of the weights [out, in / group, kernel…]; all must be known.
Ints weight_sizes(OpCall& call) {
  const model::OnnxTensor* weight = call.weight(1);
  const Ints dims = weight != nullptr ? weight->dims : call.dims_of(call.tensor(1));
  if (dims.size() < 3)
    call.invalid("its weights have rank " + std::to_string(dims.size()) + ", not 3 or more");
  if (std::ranges::any_of(dims, [](std::int64_t size) { return size < 0; }))
    call.unsupported("weights whose sizes only a run tells");
  return dims;
}

/// [a, b, kernel…] as [kernel…, b, a], the kernel over as many axes as the form has.
Value kernel_first(OpCall& call, const Form& form) {
  Ints order = iota(static_cast<std::int64_t>(form.model_axes) + 2);
  std::rotate(order.begin(), order.begin() + 2, order.end());
  std::swap(order[order.size() - 2], order[order.size() - 1]);
  const auto moved = call.transposed_weight(1, order);
  const Value weights = moved ? *moved : call.transpose(call.tensor(1), order);
  if (form.model_axes == form.axes) return weights;
  return call.op("ExpandDims", {weights, call.int_scalar(0, kInt32)});
}

struct Convolution {
  Form form;
  Window window;
  Ints weights;  ///< their sizes
  std::int64_t group;
};

Value plain(OpCall& call, const Convolution& of, Value x, const Attrs& attrs) {
  return call.op(of.form.axes == 3 ? "Conv3D" : "Conv2D",
                 {to_form(call, of.form, x), kernel_first(call, of.form)}, attrs);
}

/// Every input channel on its own: [kernel…, channels, multiplier].
Value depthwise(OpCall& call, const Convolution& of, Value x, const Attrs& attrs) {
  Value filter = kernel_first(call, of.form);  // [kernel…, 1, channels · multiplier]
  const std::int64_t multiplier = of.weights[0] / of.group;
  Ints sizes = call.dims_of(filter);
  sizes[2] = of.group;
  sizes[3] = multiplier;
  filter = call.reshape(filter, sizes);
  return call.op("DepthwiseConv2dNative", {to_form(call, of.form, x), filter}, attrs);
}

Value convolve(OpCall& call, const Convolution& of, Value x, const Attrs& attrs) {
  const std::int64_t channels = call.dims_of(x)[1];
  if (of.group > 1 && of.group == channels && of.form.axes == 2)
    return depthwise(call, of, x, attrs);
  return plain(call, of, x, attrs);
}

/// The bias has one number a channel.
Value add_bias(OpCall& call, const Form& form, Value y) {
  if (!call.has(2)) return y;
  if (form.axes == 2)
    return call.op("BiasAdd", {y, call.tensor(2)}, {{"data_format", form.data_format}});
  return call.op("AddV2", {y, call.tensor(2)});
}

void convolution_entry(OpCall& call) {
  Value x = call.tensor(0);
  const Ints weights = weight_sizes(call);
  const std::size_t axes = weights.size() - 2;
  const Convolution of{form_of(call, call.graph.type(x), axes), read_window(call, axes), weights,
                       call.integer("group", 1)};
  Padding padding = padding_of(call, of.window, x, Ints(weights.begin() + 2, weights.end()));
  const bool own_padding = of.form.axes == 2 && std::ranges::min(padding.begin) >= 0 &&
                           std::ranges::min(padding.end) >= 0;
  if (!own_padding) {
    x = pad_images(call, x, padding, 0);
    padding = {Ints(axes, 0), Ints(axes, 0)};
  }
  Attrs attrs{{"strides", of.form.each_axis(of.window.strides, 1)},
              {"dilations", of.form.each_axis(of.window.dilations, 1)},
              {"data_format", of.form.data_format},
              {"padding", padding.none() ? "VALID" : "EXPLICIT"}};
  if (!padding.none())
    attrs.emplace_back("explicit_paddings", of.form.pairs(padding.begin, padding.end));
  const Value y = convolve(call, of, x, attrs);
  call.result(from_form(call, of.form, add_bias(call, of.form, y)));
}

constexpr Entry kEntries[] = {
    {"Conv", 1, convolution_entry},
};

}  // namespace

std::span<const Entry> convolution() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
