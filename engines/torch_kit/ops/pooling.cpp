// SPDX-License-Identifier: Apache-2.0
// Pooling over windows and over whole planes. A padding that PyTorch's kernels do not take is made
// before them: then the window starts at the first padded element and ends where ONNX says.
#include <ATen/ops/full.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "lowering_kit/padding.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/window.h"

namespace joulemark::torch_kit::ops {
namespace {

struct Pool : lowering::PoolingWindow {
  explicit Pool(OpCall& call) : PoolingWindow(lowering::read_pooling_window(call)) {
    if (call.rank(0) != static_cast<std::int64_t>(kernel.size()) + 2)
      call.invalid("kernel_shape does not fit an input of rank " + std::to_string(call.rank(0)));
  }
};

/// What PyTorch's pooling takes as its own padding: the same on both sides, at most half a window,
/// around an input that a window fits in.
std::optional<Ints> native_padding(OpCall& call, const Pool& pool, const Padding& padding) {
  const auto pads = symmetric(call, padding);
  for (std::size_t i = 0; pads && i < pads->size(); ++i) {
    const auto size = call.graph.value_of(call.size(call.tensor(0), static_cast<int>(i) + 2));
    const bool fits = !size || size->toInt() + 2 * (*pads)[i] >= pool.reach(i);
    if ((*pads)[i] > pool.kernel[i] / 2 || !fits) return std::nullopt;
  }
  return pads;
}

/// How many windows ONNX counts on an axis.
JitValue* windows_on(OpCall& call, const Pool& pool, const Padding& padding, JitValue* size,
                     std::size_t axis) {
  JitValue* one = int_constant(call, 1);
  JitValue* stride = int_constant(call, pool.window.strides[axis]);
  JitValue* before = add(call, size, padding.begin[axis]);
  JitValue* span =
      sub(call, add(call, before, padding.end[axis]), int_constant(call, pool.reach(axis)));
  if (!pool.is_open_ended) return add(call, floor_div(call, span, stride), one);
  span = add(call, span, sub(call, stride, one));
  JitValue* count = add(call, floor_div(call, span, stride), one);
  // The last window must start before the padding behind.
  JitValue* most = add(call, floor_div(call, sub(call, before, one), stride), one);
  return call.call("prim::min.int", {count, most});
}

/// The padding with which exactly the windows that ONNX counts fit.
Padding exact_padding(OpCall& call, const Pool& pool, const Padding& padding, JitValue* x) {
  Padding exact{padding.begin, {}};
  for (std::size_t i = 0; i < pool.kernel.size(); ++i) {
    JitValue* size = call.size(x, static_cast<std::int64_t>(i) + 2);
    JitValue* count = windows_on(call, pool, padding, size, i);
    JitValue* last = sub(call, count, int_constant(call, 1));
    JitValue* covered = add(call, mul(call, last, int_constant(call, pool.window.strides[i])),
                            int_constant(call, pool.reach(i)));
    exact.end.push_back(sub(call, sub(call, covered, size), padding.begin[i]));
  }
  return exact;
}

c10::IValue lowest(at::ScalarType type) {
  if (at::isFloatingType(type)) return -std::numeric_limits<double>::infinity();
  if (type == at::kByte) return std::int64_t{0};
  if (type == at::kChar) return std::int64_t{std::numeric_limits<std::int8_t>::min()};
  if (type == at::kShort) return std::int64_t{std::numeric_limits<std::int16_t>::min()};
  if (type == at::kInt) return std::int64_t{std::numeric_limits<std::int32_t>::min()};
  return std::numeric_limits<std::int64_t>::min();
}

/// Sizes of the last axes.
std::vector<JitValue*> sizes_of(OpCall& call, JitValue* x, std::size_t axes) {
  std::vector<JitValue*> sizes;
  for (std::size_t i = 0; i < axes; ++i)
    sizes.push_back(call.size(x, static_cast<std::int64_t>(i) + 2));
  return sizes;
}

JitValue* product(OpCall& call, const std::vector<JitValue*>& factors) {
  JitValue* all = int_constant(call, 1);
  for (JitValue* factor : factors) all = mul(call, all, factor);
  return all;
}

/// The coordinates along the axes of positions in a plane whose axes have `sizes`.
std::vector<JitValue*> coordinates(OpCall& call, JitValue* positions,
                                   const std::vector<JitValue*>& sizes) {
  std::vector<JitValue*> at(sizes.size());
  for (std::size_t i = sizes.size(); i-- > 0;) {
    at[i] = i == 0 ? positions : call.call("aten::remainder.Scalar", {positions, sizes[i]});
    if (i > 0)
      positions = call.call("aten::div.Scalar_mode", {positions, sizes[i], std::string("floor")});
  }
  return at;
}

/// Positions in a plane from coordinates, the last axis or the first running fastest.
JitValue* positions_of(OpCall& call, std::vector<JitValue*> at, std::vector<JitValue*> sizes) {
  if (call.integer("storage_order", 0) != 0) {
    std::ranges::reverse(at);
    std::ranges::reverse(sizes);
  }
  JitValue* position = at[0];
  for (std::size_t i = 1; i < at.size(); ++i) {
    position = call.call("aten::mul.Scalar", {position, sizes[i]});
    position = call.call("aten::add.Tensor", {position, at[i]});
  }
  return position;
}

/// ONNX counts positions through the whole input, PyTorch through one (padded) plane.
JitValue* whole_positions(OpCall& call, const Pool& pool, JitValue* positions,
                          const std::vector<JitValue*>& padded, const Padding* before) {
  const std::size_t axes = pool.kernel.size();
  const std::vector<JitValue*> sizes = sizes_of(call, call.tensor(0), axes);
  if (before != nullptr || call.integer("storage_order", 0) != 0) {
    std::vector<JitValue*> at = coordinates(call, positions, padded);
    for (std::size_t i = 0; before != nullptr && i < axes; ++i)
      at[i] = call.call("aten::sub.Scalar", {at[i], before->begin[i], 1});
    positions = positions_of(call, at, sizes);
  }
  JitValue* batch = call.size(call.tensor(0), 0);
  JitValue* channels = call.size(call.tensor(0), 1);
  JitValue* plane = product(call, sizes);
  JitValue* end = mul(call, mul(call, batch, channels), plane);
  JitValue* starts = call.call(
      "aten::arange.start_step",
      {0, end, plane, at::kLong, c10::IValue(), c10::IValue(call.graph.device()), c10::IValue()});
  std::vector<JitValue*> shape{batch, channels};
  shape.resize(axes + 2, int_constant(call, 1));
  starts = reshape(call, starts, shape);
  return call.call("aten::add.Tensor", {positions, starts});
}

void max_pool(OpCall& call) {
  const Pool pool(call);
  const std::size_t axes = pool.kernel.size();
  JitValue* x = call.tensor(0);
  const Padding padding = padding_of(call, pool.window, x, constants(call, pool.kernel));
  auto pads = native_padding(call, pool, padding);
  const bool native = pads.has_value();
  if (!native) {
    x = pad(call, x, exact_padding(call, pool, padding, x), lowest(call.type(0)));
    pads = Ints(axes, 0);
  }
  const bool ceil = native && pool.is_open_ended;
  const Args args{x, pool.kernel, pool.window.strides, *pads, pool.window.dilations, ceil};
  if (!call.wants(1))
    return call.result(call.call(
        by_axes(call, axes, "aten::max_pool1d", "aten::max_pool2d", "aten::max_pool3d"), args));
  const auto both =
      call.graph.call_all(by_axes(call, axes, "aten::max_pool1d_with_indices",
                                  "aten::max_pool2d_with_indices", "aten::max_pool3d_with_indices"),
                          args);
  call.result(both[0], 0);
  call.result(
      whole_positions(call, pool, both[1], sizes_of(call, x, axes), native ? nullptr : &padding),
      1);
}

/// Sums of windows, each divided by the number of elements in the kernel: a convolution with one
/// channel, which is the only form that has dilation and any padding. `x`: (planes, 1, …).
JitValue* window_means(OpCall& call, const Pool& pool, JitValue* x, at::ScalarType type) {
  Ints shape{1, 1};
  shape.insert(shape.end(), pool.kernel.begin(), pool.kernel.end());
  const auto count =
      std::accumulate(pool.kernel.begin(), pool.kernel.end(), std::int64_t{1}, std::multiplies{});
  JitValue* weight =
      call.constant_value(at::full(shape, 1.0 / static_cast<double>(count),
                                   at::TensorOptions(type).device(call.graph.device())));
  const std::size_t axes = pool.kernel.size();
  const char* op = by_axes(call, axes, "aten::conv1d", "aten::conv2d", "aten::conv3d");
  return call.call(
      op, {x, weight, c10::IValue(), pool.window.strides, Ints(axes, 0), pool.window.dilations, 1});
}

/// Every plane of `x` as a batch of its own.
JitValue* planes(OpCall& call, JitValue* x, std::size_t axes) {
  JitValue* one = int_constant(call, 1);
  std::vector<JitValue*> shape{mul(call, call.size(x, 0), call.size(x, 1)), one};
  for (JitValue* size : sizes_of(call, x, axes)) shape.push_back(size);
  return reshape(call, x, shape);
}

JitValue* back_to_channels(OpCall& call, JitValue* x, JitValue* pooled, std::size_t axes) {
  std::vector<JitValue*> shape{call.size(x, 0), call.size(x, 1)};
  for (JitValue* size : sizes_of(call, pooled, axes)) shape.push_back(size);
  return reshape(call, pooled, shape);
}

/// 1 where an element counts, 0 in what stands around: the padding too counts if `with_padding`.
JitValue* counted(OpCall& call, const Pool& pool, const Padding& padding, const Padding& exact,
                  bool with_padding) {
  const std::size_t axes = pool.kernel.size();
  std::vector<JitValue*> shape(2, int_constant(call, 1));
  for (JitValue* size : sizes_of(call, call.tensor(0), axes)) shape.push_back(size);
  JitValue* ones = call.call("aten::ones", {call.graph.int_list(shape), call.type(0), c10::IValue(),
                                            c10::IValue(call.graph.device()), c10::IValue()});
  if (!with_padding) return pad(call, ones, exact, 0.0);
  ones = pad(call, ones, padding, 1.0);
  Padding rest;
  for (std::size_t i = 0; i < axes; ++i) {
    rest.begin.push_back(int_constant(call, 0));
    rest.end.push_back(sub(call, exact.end[i], padding.end[i]));
  }
  return pad(call, ones, rest, 0.0);
}

/// Averages with any padding and dilation.
JitValue* general_average(OpCall& call, const Pool& pool, const Padding& padding,
                          bool with_padding) {
  const std::size_t axes = pool.kernel.size();
  JitValue* x = call.tensor(0);
  const Padding exact = exact_padding(call, pool, padding, x);
  const at::ScalarType type = call.type(0);
  JitValue* padded = pad(call, planes(call, x, axes), exact, 0.0);
  JitValue* sums = window_means(call, pool, padded, type);
  JitValue* counts =
      window_means(call, pool, counted(call, pool, padding, exact, with_padding), type);
  return back_to_channels(call, x, call.call("aten::div.Tensor", {sums, counts}), axes);
}

void average_pool(OpCall& call) {
  const Pool pool(call);
  const std::size_t axes = pool.kernel.size();
  JitValue* x = call.tensor(0);
  const Padding padding = padding_of(call, pool.window, x, constants(call, pool.kernel));
  const auto pads = native_padding(call, pool, padding);
  const bool with_padding = call.integer("count_include_pad", 0) != 0;
  if (!pads || pool.is_dilated())
    return call.result(general_average(call, pool, padding, with_padding));
  Args args{x, pool.kernel, pool.window.strides, *pads, pool.is_open_ended, with_padding};
  const char* op = by_axes(call, axes, "aten::avg_pool1d", "aten::avg_pool2d", "aten::avg_pool3d");
  if (axes > 1) args.emplace_back(c10::IValue());
  call.result(call.call(op, args));
}

/// (Σ |x|^p)^(1/p); the padding adds nothing.
void lp_pool(OpCall& call) {
  const Pool pool(call);
  const std::size_t axes = pool.kernel.size();
  const double p = call.opset() < 2 ? call.real("p", 2) : static_cast<double>(call.integer("p", 2));
  JitValue* x = call.tensor(0);
  const at::ScalarType type = call.type(0);
  const Padding padding = padding_of(call, pool.window, x, constants(call, pool.kernel));
  const Padding exact = exact_padding(call, pool, padding, x);
  JitValue* powers = call.call("aten::pow.Tensor_Scalar", {call.call("aten::abs", {x}), p});
  JitValue* means =
      window_means(call, pool, pad(call, planes(call, powers, axes), exact, 0.0), type);
  const auto count =
      std::accumulate(pool.kernel.begin(), pool.kernel.end(), 1.0, std::multiplies{});
  JitValue* roots = call.call("aten::pow.Tensor_Scalar", {means, 1 / p});
  JitValue* norm = call.call("aten::mul.Scalar", {roots, std::pow(count, 1 / p)});
  call.result(back_to_channels(call, x, norm, axes));
}

/// All axes but those of batch and channels.
Ints plane_axes(OpCall& call) {
  Ints axes;
  for (std::int64_t axis = 2; axis < call.rank(0); ++axis) axes.push_back(axis);
  return axes;
}

void global_average_pool(OpCall& call) {
  const Ints axes = plane_axes(call);
  if (axes.empty()) return call.result(call.tensor(0));
  call.result(call.call("aten::mean.dim", {call.tensor(0), axes, true, c10::IValue()}));
}

void global_max_pool(OpCall& call) {
  const Ints axes = plane_axes(call);
  if (axes.empty()) return call.result(call.tensor(0));
  call.result(call.call("aten::amax", {call.tensor(0), axes, true}));
}

void global_lp_pool(OpCall& call) {
  const double p = call.opset() < 2 ? call.real("p", 2) : static_cast<double>(call.integer("p", 2));
  const Ints axes = plane_axes(call);
  if (axes.empty()) return call.result(call.call("aten::abs", {call.tensor(0)}));
  call.result(
      call.call("aten::linalg_vector_norm", {call.tensor(0), p, axes, true, c10::IValue()}));
}

/// The sizes whose positions the indices count: (size - 1) · stride - pads + kernel.
std::vector<JitValue*> unpooled_shape(OpCall& call, const Pool& pool) {
  JitValue* x = call.tensor(0);
  std::vector<JitValue*> shape{call.size(x, 0), call.size(x, 1)};
  for (std::size_t i = 0; i < pool.kernel.size(); ++i) {
    JitValue* last =
        sub(call, call.size(x, static_cast<std::int64_t>(i) + 2), int_constant(call, 1));
    JitValue* spread = mul(call, last, int_constant(call, pool.window.strides[i]));
    const std::int64_t rest = pool.kernel[i] - pool.window.begin[i] - pool.window.end[i];
    shape.push_back(add(call, spread, int_constant(call, rest)));
  }
  return shape;
}

void max_unpool(OpCall& call) {
  const Pool pool(call);
  JitValue* x = call.tensor(0);
  const std::vector<JitValue*> shape = unpooled_shape(call, pool);
  JitValue* count = call.graph.int_list({product(call, shape)});
  JitValue* zeros = call.call(
      "aten::new_zeros", {x, count, c10::IValue(), c10::IValue(), c10::IValue(), c10::IValue()});
  JitValue* positions = call.call("aten::reshape", {call.tensor(1), Ints{-1}});
  JitValue* values = call.call("aten::reshape", {x, Ints{-1}});
  JitValue* flat = call.call("aten::scatter.src", {zeros, 0, positions, values});
  JitValue* plane = reshape(call, flat, shape);
  if (!call.has(2)) return call.result(plane);
  const std::vector<JitValue*> asked = call.int_elements(2);
  if (asked.size() != shape.size()) call.invalid("output_shape has a wrong length");
  Padding larger;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    larger.begin.push_back(int_constant(call, 0));
    larger.end.push_back(sub(call, asked[i], shape[i]));
  }
  call.result(pad(call, plane, larger, 0));
}

constexpr Entry kEntries[] = {
    {"MaxPool", 1, max_pool},
    {"AveragePool", 1, average_pool},
    {"LpPool", 1, lp_pool},
    {"GlobalAveragePool", 1, global_average_pool},
    {"GlobalMaxPool", 1, global_max_pool},
    {"GlobalLpPool", 1, global_lp_pool},
    {"MaxUnpool", 9, max_unpool},
};

}  // namespace

std::span<const Entry> pooling() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
