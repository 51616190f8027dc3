// SPDX-License-Identifier: Apache-2.0
// Convolutions.
#include <algorithm>

#include "tensorflow/ops/families.h"
#include "tensorflow/ops/filters.h"
#include "tensorflow/ops/values.h"
#include "tensorflow/ops/window.h"

namespace joulemark::tf::ops {
namespace {

struct Convolution {
  Form form;
  Window window;
  Ints weights;  ///< their sizes
  std::int64_t group;
  bool depthwise;  ///< every input channel on its own
};

Convolution read_convolution(OpCall& call) {
  const Ints weights = weight_sizes(call);
  const std::size_t axes = weights.size() - 2;
  const auto rank = static_cast<std::int64_t>(weights.size());
  const Ints images = call.dims_of(of_rank(call, call.tensor(0), rank));
  const Form form = form_of(call, computed_in(call.type(0)), axes);
  const std::int64_t group = call.integer("group", 1);
  if (group < 1 || weights[0] % group != 0) call.invalid("its channels do not make equal groups");
  return {form, read_window(call, axes), weights, group,
          group > 1 && group == images[1] && form.axes == 2};
}

/// Filters of each channel: [kernel…, channels, multiplier].
Value depthwise_filter(OpCall& call, const Convolution& of) {
  const Value filter = kernel_first(call, of.form);  // [kernel…, 1, channels · multiplier]
  Ints sizes = call.dims_of(filter);
  sizes[2] = of.group;
  sizes[3] = of.weights[0] / of.group;
  return call.reshape(filter, sizes);
}

/// TensorFlow's kernels over volumes know no groups: one convolution each.
Value grouped_volumes(OpCall& call, const Convolution& of, Value x, const Attrs& attrs) {
  const Value last = call.int_scalar(4, kInt32);
  const Attrs parts{{"num_split", of.group}};
  const auto images = call.graph.op_all("Split", {last, to_form(call, of.form, x)}, parts);
  const auto filters = call.graph.op_all("Split", {last, kernel_first(call, of.form)}, parts);
  std::vector<Value> results;
  for (std::size_t i = 0; i < images.size(); ++i)
    results.push_back(call.op("Conv3D", {images[i], filters[i]}, attrs));
  return call.op("ConcatV2", {results, last});
}

Value convolve(OpCall& call, const Convolution& of, Value x, const Attrs& attrs) {
  if (of.depthwise)
    return call.op("DepthwiseConv2dNative", {to_form(call, of.form, x), depthwise_filter(call, of)},
                   attrs);
  if (of.form.axes == 3 && of.group > 1) return grouped_volumes(call, of, x, attrs);
  return call.op(of.form.axes == 3 ? "Conv3D" : "Conv2D",
                 {to_form(call, of.form, x), kernel_first(call, of.form)}, attrs);
}

/// Whether the padding is as much as keeps the size at a stride of 1, which has a word of its own.
bool keeps_size(const Convolution& of, const Padding& padding) {
  for (std::size_t i = 0; i < padding.begin.size(); ++i) {
    const std::int64_t reach = (of.weights[i + 2] - 1) * of.window.dilations[i];
    if (of.window.strides[i] != 1 || padding.begin[i] != reach / 2 ||
        padding.end[i] != reach - reach / 2)
      return false;
  }
  return true;
}

/// The bias has one number a channel.
Value add_bias(OpCall& call, const Form& form, Value y) {
  if (!call.has(2)) return y;
  const Value bias = call.cast(call.tensor(2), call.graph.type(y));
  if (form.axes == 2) return call.op("BiasAdd", {y, bias}, {{"data_format", form.data_format}});
  return call.op("AddV2", {y, bias});
}

/// What the kernels pad themselves, as attributes; the rest is done before them, and then `x` is
/// padded. A depthwise convolution that is fused aborts the process over explicit numbers.
Attrs pad_by_attributes(OpCall& call, const Convolution& of, Value& x) {
  const Ints kernel(of.weights.begin() + 2, of.weights.end());
  const Padding padding = padding_of(call, of.window, x, kernel);
  if (padding.none()) return {{"padding", "VALID"}};
  if (of.form.model_axes == of.form.axes && keeps_size(of, padding)) return {{"padding", "SAME"}};
  const bool explicit_numbers = of.form.axes == 2 && !of.depthwise &&
                                std::ranges::min(padding.begin) >= 0 &&
                                std::ranges::min(padding.end) >= 0;
  if (explicit_numbers)
    return {{"padding", "EXPLICIT"},
            {"explicit_paddings", of.form.pairs(padding.begin, padding.end)}};
  x = pad_images(call, x, padding, 0);
  return {{"padding", "VALID"}};
}

void convolution_entry(OpCall& call) {
  const Convolution of = read_convolution(call);
  Value x = call.cast(call.tensor(0), computed_in(call.type(0)));
  Attrs attrs = pad_by_attributes(call, of, x);
  attrs.emplace_back("strides", of.form.each_axis(of.window.strides, 1));
  attrs.emplace_back("dilations", of.form.each_axis(of.window.dilations, 1));
  attrs.emplace_back("data_format", of.form.data_format);
  const Value y = convolve(call, of, x, attrs);
  const Value images = from_form(call, of.form, add_bias(call, of.form, y));
  call.result(call.cast(images, call.type(0)));
}

constexpr Entry kEntries[] = {
    {"Conv", 1, convolution_entry},
};

}  // namespace

std::span<const Entry> convolution() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
