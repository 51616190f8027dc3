// SPDX-License-Identifier: Apache-2.0
// Pooling over windows and over whole planes.
#include <algorithm>
#include <limits>

#include "mxnet/dtypes.h"
#include "mxnet/ops/direct.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/images.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

struct Pool : lowering::PoolingWindow {
  explicit Pool(OpCall& call) : PoolingWindow(lowering::read_pooling_window(call)) {
    if (is_dilated()) call.unsupported("pooling with dilations");
    if (!is_floating(call.type(0))) call.unsupported("pooling of integers");
    const Ints sizes = spatial_sizes(call, call.tensor(0), kernel.size());
    padding = lowering::padding_of(call, window, kernel, sizes);
    more = lowering::overhang(call, *this, padding, sizes);
  }

  Padding padding;
  Ints more;  ///< behind it, for the windows that ceil_mode adds
};

/// As much padding on both sides as a kernel takes: less than a window.
bool pads_itself(const Pool& pool, const Padding& padding) {
  if (!padding.is_even()) return false;
  for (std::size_t i = 0; i < pool.kernel.size(); ++i)
    if (padding.begin[i] >= pool.kernel[i]) return false;
  return true;
}

Value pooled(OpCall& call, const Pool& pool, const char* type, const Value& x, const Ints& pad) {
  return call.op("Pooling", {x},
                 {{"kernel", pool.kernel},
                  {"stride", pool.window.strides},
                  {"pad", pad},
                  {"pool_type", type},
                  {"count_include_pad", true}});
}

void max_pool(OpCall& call) {
  if (call.wants(1)) call.unsupported("the places of the greatest elements");
  const Pool pool(call);
  const Padding padding = with_overhang(pool.padding, pool.more);
  const Value x = call.tensor(0);
  if (pads_itself(pool, padding)) return call.result(pooled(call, pool, "max", x, padding.begin));
  const double lowest = -std::numeric_limits<float>::max();
  call.result(pooled(call, pool, "max", padded(call, x, padding.begin, padding.end, lowest),
                     Ints(pool.kernel.size(), 0)));
}

/// The mean over the elements of a window that count, which padding may do or not.
void average_pool(OpCall& call) {
  const Pool pool(call);
  const Value x = call.tensor(0);
  const Ints& more = pool.more;
  const Ints none(more.size(), 0);
  const bool padding_counts = call.integer("count_include_pad", 0) != 0;
  if (more == none && pads_itself(pool, pool.padding) &&
      (padding_counts || pool.padding.begin == none))
    return call.result(pooled(call, pool, "avg", x, pool.padding.begin));
  const Padding padding = with_overhang(pool.padding, more);
  const Value means =
      pooled(call, pool, "avg", padded(call, x, padding.begin, padding.end, 0), none);
  // How much of each window counts.
  Ints one = x->dims;
  one[0] = one[1] = 1;
  const Value ones = call.broadcast(call.scalar(1, x->type), one);
  const Value counted =
      padding_counts
          ? padded(call, padded(call, ones, pool.padding.begin, pool.padding.end, 1), none, more, 0)
          : padded(call, ones, padding.begin, padding.end, 0);
  call.result(call.op("_npi_true_divide", {means, pooled(call, pool, "avg", counted, none)}));
}

/// Over all spatial axes.
template <Name type>
void global_pool(OpCall& call) {
  const Value x = call.tensor(0);
  const std::size_t axes = x->dims.size() < 2 ? 0 : x->dims.size() - 2;
  spatial_sizes(call, x, axes);
  call.result(
      call.op("Pooling", {x},
              {{"kernel", Ints(axes, 1)}, {"global_pool", true}, {"pool_type", type.text}}));
}

constexpr Entry kEntries[] = {
    {"MaxPool", 1, max_pool},
    {"AveragePool", 1, average_pool},
    {"GlobalAveragePool", 1, global_pool<"avg">},
    {"GlobalMaxPool", 1, global_pool<"max">},
};

}  // namespace

std::span<const Entry> pooling() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
