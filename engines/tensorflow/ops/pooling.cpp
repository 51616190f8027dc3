// SPDX-License-Identifier: Apache-2.0
// Pooling over windows and over whole planes.
#include <algorithm>
#include <limits>

#include "tensorflow/dtypes.h"
#include "tensorflow/ops/direct.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/values.h"
#include "tensorflow/ops/window.h"

namespace joulemark::tf::ops {
namespace {

struct Pool : lowering::PoolingWindow {
  explicit Pool(OpCall& call) : PoolingWindow(lowering::read_pooling_window(call)) {
    if (call.rank(0) != static_cast<std::int64_t>(kernel.size()) + 2)
      call.invalid("kernel_shape does not fit an input of rank " + std::to_string(call.rank(0)));
    const bool by_size = window.pads_by_size() || is_open_ended;
    const Ints sizes = by_size ? spatial_sizes(call, call.tensor(0), kernel.size()) : Ints{};
    padding = lowering::padding_of(call, window, kernel, sizes);
    more = lowering::overhang(call, *this, padding, sizes);
  }

  Padding padding;
  Ints more;  ///< behind it, for the windows that ceil_mode adds
};

/// Where the elements of all windows over one axis of an image lie: [windows, kernel].
Value places_of_windows(OpCall& call, const Pool& pool, Value x, std::size_t i) {
  const Value size = size_of_axis(call, x, static_cast<std::int64_t>(i) + 2);
  const Value end = call.op("Sub", {size, call.int_scalar(pool.reach(i) - 1)});
  const Value first =
      call.op("Range", {call.int_scalar(0), end, call.int_scalar(pool.window.strides[i])});
  Ints offsets = iota(pool.kernel[i]);
  for (std::int64_t& offset : offsets) offset *= pool.window.dilations[i];
  return call.op("AddV2", {call.reshape(first, Ints{-1, 1}), call.ints(offsets)});
}

/// A window over several axes as windows over each of them, for what the kernels lack. `reduce`:
/// "Max" or "Mean".
Value pooled_by_axes(OpCall& call, const Pool& pool, const char* reduce, Value x) {
  for (std::size_t i = pool.kernel.size(); i-- > 0;) {
    const auto axis = static_cast<std::int64_t>(i) + 2;
    const Value windows = call.op(
        "GatherV2", {x, places_of_windows(call, pool, x, i), call.int_scalar(axis, kInt32)});
    x = call.op(reduce, {windows, call.int_scalar(axis + 1, kInt32)});
  }
  return x;
}

/// `op` over windows of an image that is padded already.
Value pooled(OpCall& call, const Pool& pool, const std::string& op, Value x) {
  if (pool.is_dilated() || pool.kernel.size() > 3)
    return pooled_by_axes(call, pool, op == "MaxPool" ? "Max" : "Mean", x);
  const Form form = form_of(call, call.graph.type(x), pool.kernel.size());
  const std::string name = op + (form.axes == 3 ? "3D" : "");
  const Value y = call.op(name.c_str(), {to_form(call, form, x)},
                          {{"ksize", form.each_axis(pool.kernel, 1)},
                           {"strides", form.each_axis(pool.window.strides, 1)},
                           {"padding", "VALID"},
                           {"data_format", form.data_format}});
  return from_form(call, form, y);
}

double lowest(Type type) {
  if (type == kInt8) return std::numeric_limits<std::int8_t>::min();
  if (is_integer(type)) return type == kUint8 ? 0 : std::numeric_limits<std::int32_t>::min();
  return -std::numeric_limits<double>::infinity();
}

/// Kernels exist for floating types; these hold every value of small integers.
Value in_kernel_type(OpCall& call, Value x) {
  const Type type = call.graph.type(x);
  return type == kFloat || type == kDouble || type == kHalf || type == kBfloat16
             ? x
             : call.cast(x, type == kInt8 || type == kUint8 ? kFloat : kDouble);
}

/// The number of each element of x. `storage_order` 1 counts the first spatial axis fastest.
Value numbered(OpCall& call, Value x) {
  const std::int64_t rank = call.rank_of(x);
  Ints order = iota(rank);
  if (call.integer("storage_order", 0) != 0) std::reverse(order.begin() + 2, order.end());
  const Value sizes =
      call.op("GatherV2", {call.shape(x), call.ints(order, kInt32), call.int_scalar(0, kInt32)});
  const Value count = call.op("Prod", {sizes, call.int_scalar(0, kInt32)});
  const Value all = call.op("Range", {call.int_scalar(0), count, call.int_scalar(1)});
  return call.transpose(call.reshape(all, sizes), order);
}

/// The greatest elements with their numbers, of several the first. The last axis goes first, so
/// that rows decide before columns.
void max_pool_with_places(OpCall& call, const Pool& pool, const Padding& padding) {
  const Type type = call.type(0);
  Value x = in_kernel_type(call, call.tensor(0));
  Value numbers = pad_images(call, numbered(call, x), padding, 0);
  x = pad_images(call, x, padding, lowest(call.graph.type(x)));
  for (std::size_t i = pool.kernel.size(); i-- > 0;) {
    const auto axis = static_cast<std::int64_t>(i) + 2;
    const Value along = call.int_scalar(axis, kInt32);
    const Value behind = call.int_scalar(axis + 1, kInt32);
    const Value places = places_of_windows(call, pool, x, i);
    const Value windows = call.op("GatherV2", {x, places, along});
    const Value best = call.op("ArgMax", {windows, behind});
    const Value one = call.op(
        "OneHot",
        {best, call.int_scalar(pool.kernel[i], kInt32), call.int_scalar(1), call.int_scalar(0)},
        {{"axis", axis + 1}});
    const Value candidates = call.op("GatherV2", {numbers, places, along});
    numbers = call.op("Sum", {call.op("Mul", {candidates, one}), behind});
    x = call.op("Max", {windows, behind});
  }
  call.result(call.cast(x, type));
  call.result(numbers, 1);
}

void max_pool(OpCall& call) {
  const Pool pool(call);
  const Padding padding = with_overhang(pool.padding, pool.more);
  if (call.wants(1)) return max_pool_with_places(call, pool, padding);
  const Type type = call.type(0);
  const Value x = in_kernel_type(call, call.tensor(0));
  // Only the kernel for channels last, which the optimiser converts to, pads by itself.
  const bool native = type == kFloat && !padding.none() && pool.kernel.size() == 2 &&
                      !pool.is_dilated() && call.graph.layout() == Layout::kChannelsLast;
  if (!native) {
    const Value padded = pad_images(call, x, padding, lowest(call.graph.type(x)));
    return call.result(call.cast(pooled(call, pool, "MaxPool", padded), type));
  }
  const Form form = form_of(call, type, 2);
  call.result(call.op("MaxPool", {x},
                      {{"ksize", form.each_axis(pool.kernel, 1)},
                       {"strides", form.each_axis(pool.window.strides, 1)},
                       {"padding", "EXPLICIT"},
                       {"explicit_paddings", form.pairs(padding.begin, padding.end)},
                       {"data_format", form.data_format}}));
}

/// The mean over the elements of a window that count, which padding may do or not.
void average_pool(OpCall& call) {
  const Pool pool(call);
  const Value x = call.tensor(0);
  const Ints& more = pool.more;
  const Padding padding = with_overhang(pool.padding, more);
  const Value means = pooled(call, pool, "AvgPool", pad_images(call, x, padding, 0));
  const bool padding_counts = call.integer("count_include_pad", 0) != 0;
  const Padding none{Ints(more.size(), 0), more};
  if (padding.none() || (padding_counts && none.none())) return call.result(means);
  // How much of each window counts.
  const Value size = call.op("Shape", {x}, {{"out_type", kInt64}});
  const Value ones =
      call.op("Fill",
              {joined(call, {call.ints({1, 1}), part(call, size, 2, call.rank_of(x))}),
               call.scalar(1, call.graph.type(x))},
              {{"index_type", kInt64}});
  const Value counted = padding_counts
                            ? pad_images(call, pad_images(call, ones, pool.padding, 1), none, 0)
                            : pad_images(call, ones, padding, 0);
  call.result(call.op("RealDiv", {means, pooled(call, pool, "AvgPool", counted)}));
}

/// The root of the sum of powers, which padding adds nothing to.
void lp_pool(OpCall& call) {
  const Pool pool(call);
  const Value x = call.tensor(0);
  const Type type = call.graph.type(x);
  const double p = call.opset() < 2 ? call.real("p", 2) : static_cast<double>(call.integer("p", 2));
  const Padding padding = with_overhang(pool.padding, pool.more);
  const Value powers = call.op("Pow", {call.op("Abs", {x}), call.scalar(p, type)});
  const Value means = pooled(call, pool, "AvgPool", pad_images(call, powers, padding, 0));
  double count = 1;
  for (const std::int64_t size : pool.kernel) count *= static_cast<double>(size);
  const Value sums = call.op("Mul", {means, call.scalar(count, type)});
  call.result(call.op("Pow", {sums, call.scalar(1 / p, type)}));
}

/// Over all spatial axes.
template <Name op>
void global_pool(OpCall& call) {
  const Value x = call.tensor(0);
  Ints axes = iota(call.rank_of(x));
  axes.erase(axes.begin(), axes.begin() + 2);
  call.result(call.op(op.text, {x, call.ints(axes, kInt32)}, {{"keep_dims", true}}));
}

constexpr Entry kEntries[] = {
    {"MaxPool", 1, max_pool},
    {"AveragePool", 1, average_pool},
    {"LpPool", 1, lp_pool},
    {"GlobalAveragePool", 1, global_pool<"Mean">},
    {"GlobalMaxPool", 1, global_pool<"Max">},
};

}  // namespace

std::span<const Entry> pooling() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
