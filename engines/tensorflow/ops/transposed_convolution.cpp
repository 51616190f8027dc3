// SPDX-License-Identifier: Apache-2.0
// Transposed convolutions: what TensorFlow has as the gradient of a convolution by its input.
#include <algorithm>

#include "tensorflow/ops/families.h"
#include "tensorflow/ops/filters.h"
#include "tensorflow/ops/values.h"
#include "tensorflow/ops/window.h"

namespace joulemark::tf::ops {
namespace {

struct Transposed {
  Form form;
  Window window;
  Ints reach;  ///< what the kernel spans on each spatial axis
  std::int64_t group;
  std::int64_t channels;  ///< of a group's result
};

Transposed read_transposed(OpCall& call) {
  const Ints weights = weight_sizes(call);
  const std::size_t axes = weights.size() - 2;
  if (call.rank(0) != static_cast<std::int64_t>(weights.size()))
    call.invalid("its weights do not fit an input of rank " + std::to_string(call.rank(0)));
  Transposed of{
      form_of(call, computed_in(call.type(0)), axes), read_window(call, axes), {}, 0, weights[1]};
  // The gradient's kernels take channels last alone.
  of.form.channels_first = false;
  of.form.data_format = of.form.axes == 3 ? "NDHWC" : "NHWC";
  of.group = call.integer("group", 1);
  if (of.group < 1 || weights[0] % of.group != 0)
    call.invalid("its channels do not make equal groups");
  for (std::size_t i = 0; i < axes; ++i)
    of.reach.push_back((weights[i + 2] - 1) * of.window.dilations[i] + 1);
  return of;
}

/// The kernel with as many zeros between its elements as its dilations say, which the gradient's
/// kernels lack.
Value spread(OpCall& call, const Transposed& of, Value kernel) {
  const auto first = static_cast<std::int64_t>(of.form.axes - of.form.model_axes);
  for (std::size_t i = 0; i < of.reach.size(); ++i) {
    const std::int64_t step = of.window.dilations[i];
    if (step == 1) continue;
    const std::int64_t axis = first + static_cast<std::int64_t>(i);
    const std::int64_t size = (of.reach[i] - 1) / step + 1;
    const std::int64_t rank = call.rank_of(kernel);
    Ints pairs(static_cast<std::size_t>(2 * rank), 0);
    pairs[static_cast<std::size_t>(2 * axis + 1)] = 1;
    const Value more = call.op("Pad", {kernel, call.reshape(call.ints(pairs), Ints{rank, 2})});
    Ints places(static_cast<std::size_t>(of.reach[i]), size);
    for (std::int64_t k = 0; k < size; ++k) places[static_cast<std::size_t>(k * step)] = k;
    kernel = call.op("GatherV2", {more, call.ints(places), call.int_scalar(axis, kInt32)});
  }
  return kernel;
}

/// Sizes of an image, which is in its form, once nothing is cut from it; int32.
Value full_sizes(OpCall& call, const Transposed& of, Value x) {
  const Value sizes = call.cast(call.op("Shape", {x}), kInt64);
  const auto axes = static_cast<std::int64_t>(of.form.axes);
  const std::size_t more = of.form.axes - of.form.model_axes;
  Ints strides = of.window.strides;
  strides.insert(strides.begin(), more, 1);
  Ints rest = of.reach;
  rest.insert(rest.begin(), more, 1);
  for (std::size_t i = 0; i < rest.size(); ++i) rest[i] -= strides[i];
  const Value spatial = call.op(
      "AddV2",
      {call.op("Mul", {part(call, sizes, 1, axes + 1), call.ints(strides)}), call.ints(rest)});
  return call.cast(joined(call, {part(call, sizes, 0, 1), spatial, call.ints({of.channels})}),
                   kInt32);
}

Value gradient(OpCall& call, const Transposed& of, Value x, Value kernel) {
  return call.op(of.form.axes == 3 ? "Conv3DBackpropInputV2" : "Conv2DBackpropInput",
                 {full_sizes(call, of, x), kernel, x},
                 {{"strides", of.form.each_axis(of.window.strides, 1)},
                  {"padding", "VALID"},
                  {"data_format", of.form.data_format}});
}

/// In the form of the kernels, with nothing cut.
Value full_result(OpCall& call, const Transposed& of) {
  const Value x = to_form(call, of.form, call.cast(call.tensor(0), computed_in(call.type(0))));
  const Value kernel = spread(call, of, kernel_first(call, of.form));
  if (of.group == 1) return gradient(call, of, x, kernel);
  const Value last = call.int_scalar(static_cast<std::int64_t>(of.form.axes) + 1, kInt32);
  const Attrs parts{{"num_split", of.group}};
  const auto images = call.graph.op_all("Split", {last, x}, parts);
  const auto kernels = call.graph.op_all("Split", {last, kernel}, parts);
  std::vector<Value> results;
  for (std::size_t i = 0; i < images.size(); ++i)
    results.push_back(gradient(call, of, images[i], kernels[i]));
  return call.op("ConcatV2", {results, last});
}

/// What is cut from each axis; negative where zeros are added.
Padding cuts(OpCall& call, const Transposed& of) {
  Padding cut{of.window.begin, of.window.end};
  const Ints more = call.integers("output_padding", Ints(of.reach.size(), 0));
  const Ints wanted = call.integers("output_shape", {});
  const bool same =
      of.window.auto_pad == AutoPad::kSameUpper || of.window.auto_pad == AutoPad::kSameLower;
  const Ints sizes = spatial_sizes(call, call.tensor(0), of.reach.size());
  if (more.size() != sizes.size()) call.invalid("output_padding does not fit its input");
  // Sizes of the batch and the channels may stand in front.
  if (!wanted.empty() && wanted.size() < sizes.size())
    call.invalid("output_shape does not fit its input");
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (!wanted.empty() || same) {
      if (!wanted.empty() && sizes[i] < 0)
        call.unsupported("output_shape with images whose sizes only a run tells");
      const std::int64_t full = of.window.strides[i] * (sizes[i] - 1) + of.reach[i] + more[i];
      const std::int64_t total = wanted.empty() ? of.reach[i] - of.window.strides[i] + more[i]
                                                : full - wanted[wanted.size() - sizes.size() + i];
      const bool upper = of.window.auto_pad == AutoPad::kSameUpper;
      const std::int64_t half = (total < 0 ? total - 1 : total) / 2;
      cut.begin[i] = upper ? half : total - half;
      cut.end[i] = total - cut.begin[i];
    }
    cut.end[i] -= more[i];
  }
  return cut;
}

/// `y`, in the model's form, without what is cut.
Value without(OpCall& call, Value y, const Padding& cut) {
  if (cut.none()) return y;
  Padding added = cut;
  Ints from(2, 0);
  Ints to(2, 0);
  std::int64_t open_ends = 3;
  for (std::size_t i = 0; i < cut.begin.size(); ++i) {
    added.begin[i] = std::max<std::int64_t>(-cut.begin[i], 0);
    added.end[i] = std::max<std::int64_t>(-cut.end[i], 0);
    from.push_back(std::max<std::int64_t>(cut.begin[i], 0));
    to.push_back(std::min<std::int64_t>(-cut.end[i], 0));
    if (to.back() == 0) open_ends |= std::int64_t{4} << i;
  }
  y = call.op("StridedSlice", {y, call.ints(from), call.ints(to), call.ints(Ints(from.size(), 1))},
              {{"end_mask", open_ends}});
  return pad_images(call, y, added, 0);
}

void transposed_convolution_entry(OpCall& call) {
  const Transposed of = read_transposed(call);
  const Padding cut = cuts(call, of);
  Value y = without(call, from_form(call, of.form, full_result(call, of)), cut);
  if (call.has(2)) {
    Ints each_channel(of.reach.size() + 1, 1);
    each_channel.front() = -1;
    y = call.op("AddV2",
                {y, call.reshape(call.cast(call.tensor(2), call.graph.type(y)), each_channel)});
  }
  call.result(call.cast(y, call.type(0)));
}

constexpr Entry kEntries[] = {
    {"ConvTranspose", 1, transposed_convolution_entry},
};

}  // namespace

std::span<const Entry> transposed_convolution() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
