// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/ops/window.h"

#include <algorithm>

#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {

Ints Form::each_axis(const Ints& spatial, std::int64_t others) const {
  Ints all(axes - model_axes, others);
  all.insert(all.end(), spatial.begin(), spatial.end());
  all.insert(all.begin(), others);
  all.insert(channels_first ? all.begin() + 1 : all.end(), others);
  return all;
}

Ints Form::pairs(const Ints& begin, const Ints& end) const {
  const Ints before = each_axis(begin, 0);
  const Ints behind = each_axis(end, 0);
  Ints all;
  for (std::size_t i = 0; i < before.size(); ++i) {
    all.push_back(before[i]);
    all.push_back(behind[i]);
  }
  return all;
}

Form form_of(const OpCall& call, Type type, std::size_t axes) {
  if (axes < 1 || axes > 3)
    call.unsupported("TensorFlow has it over 1 to 3 spatial axes, not " + std::to_string(axes));
  if (axes == 3) return {false, 3, 3, "NDHWC"};
  // oneDNN has kernels for both forms of these images, all others exist for channels last alone.
  const bool first = type == kFloat;
  return {first, 2, axes, first ? "NCHW" : "NHWC"};
}

Value to_form(OpCall& call, const Form& form, Value x) {
  if (form.model_axes == 1) x = call.op("ExpandDims", {x, call.int_scalar(2, kInt32)});
  return form.channels_first ? x : channels_last(call, x);
}

Value from_form(OpCall& call, const Form& form, Value y) {
  if (!form.channels_first) y = channels_first(call, y);
  return form.model_axes == 1 ? call.op("Squeeze", {y}, {{"squeeze_dims", Ints{2}}}) : y;
}

Ints spatial_sizes(OpCall& call, Value x, std::size_t axes) {
  const Ints dims = call.dims_of(x);
  if (dims.size() != axes + 2)
    call.invalid("its input has rank " + std::to_string(dims.size()) + ", not " +
                 std::to_string(axes + 2));
  return {dims.begin() + 2, dims.end()};
}

Padding padding_of(OpCall& call, const Window& window, Value x, const Ints& kernel) {
  const Ints sizes = window.pads_by_size() ? spatial_sizes(call, x, window.axes()) : Ints{};
  return lowering::padding_of(call, window, kernel, sizes);
}

Value pad_images(OpCall& call, Value x, const Padding& padding, double value) {
  if (padding.none()) return x;
  Ints pairs(4, 0);
  for (std::size_t i = 0; i < padding.begin.size(); ++i) {
    pairs.push_back(padding.begin[i]);
    pairs.push_back(padding.end[i]);
  }
  const auto rank = static_cast<std::int64_t>(padding.begin.size() + 2);
  return call.op("PadV2", {x, call.reshape(call.ints(pairs), Ints{rank, 2}),
                           call.scalar(value, call.graph.type(x))});
}

}  // namespace joulemark::tf::ops
