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

struct Pool {
  explicit Pool(OpCall& call)
      : kernel(call.integers("kernel_shape", {})), window(read_window(call, kernel.size())) {
    if (kernel.empty()) call.invalid("it has no kernel_shape");
    for (const std::int64_t size : kernel)
      if (size < 1) call.invalid("kernel_shape must be positive");
    if (call.rank(0) != static_cast<std::int64_t>(kernel.size()) + 2)
      call.invalid("kernel_shape does not fit an input of rank " + std::to_string(call.rank(0)));
    if (std::ranges::any_of(window.dilations, [](std::int64_t step) { return step != 1; }))
      call.unsupported("pooling with dilations");
    padding = padding_of(call, window, call.tensor(0), kernel);
  }

  Ints kernel;
  Window window;
  Padding padding;
};

/// What must be added behind each axis so that windows which start inside of the padded image and
/// reach beyond it are counted too.
Ints overhang(OpCall& call, const Pool& pool) {
  Ints more(pool.kernel.size(), 0);
  if (call.integer("ceil_mode", 0) == 0 || pool.window.auto_pad != AutoPad::kExplicit) return more;
  const Ints sizes = spatial_sizes(call, call.tensor(0), pool.kernel.size());
  for (std::size_t i = 0; i < more.size(); ++i) {
    if (sizes[i] < 0) call.unsupported("ceil_mode on images whose sizes only a run tells");
    const std::int64_t stride = pool.window.strides[i];
    const std::int64_t padded = sizes[i] + pool.padding.begin[i] + pool.padding.end[i];
    std::int64_t windows = (padded - pool.kernel[i] + stride - 1) / stride + 1;
    // The last window must start before the padding behind.
    if ((windows - 1) * stride >= sizes[i] + pool.padding.begin[i]) --windows;
    more[i] = std::max<std::int64_t>((windows - 1) * stride + pool.kernel[i] - padded, 0);
  }
  return more;
}

Padding with_overhang(Padding padding, const Ints& more) {
  for (std::size_t i = 0; i < more.size(); ++i) padding.end[i] += more[i];
  return padding;
}

/// `op` over windows of an image that is padded already.
Value pooled(OpCall& call, const Pool& pool, const std::string& op, Value x) {
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

void max_pool(OpCall& call) {
  if (call.wants(1)) call.unsupported("the places of the greatest elements");
  const Pool pool(call);
  const Type type = call.type(0);
  const Value x = in_kernel_type(call, call.tensor(0));
  const Padding padding = with_overhang(pool.padding, overhang(call, pool));
  const Form form = form_of(call, call.graph.type(x), pool.kernel.size());
  // Only the kernel for channels last, which the optimiser converts to, pads by itself.
  const bool native = form.channels_first && !padding.none() && form.model_axes == 2 &&
                      call.graph.layout() == Layout::kChannelsLast;
  if (!native) {
    const Value padded = pad_images(call, x, padding, lowest(call.graph.type(x)));
    return call.result(call.cast(pooled(call, pool, "MaxPool", padded), type));
  }
  const Value y = call.op("MaxPool", {x},
                          {{"ksize", form.each_axis(pool.kernel, 1)},
                           {"strides", form.each_axis(pool.window.strides, 1)},
                           {"padding", "EXPLICIT"},
                           {"explicit_paddings", form.pairs(padding.begin, padding.end)},
                           {"data_format", form.data_format}});
  call.result(call.cast(y, type));
}

/// The mean over the elements of a window that count, which padding may do or not.
void average_pool(OpCall& call) {
  const Pool pool(call);
  const Value x = call.tensor(0);
  const Ints more = overhang(call, pool);
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
    {"GlobalAveragePool", 1, global_pool<"Mean">},
    {"GlobalMaxPool", 1, global_pool<"Max">},
};

}  // namespace

std::span<const Entry> pooling() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
