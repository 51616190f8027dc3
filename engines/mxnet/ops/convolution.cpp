// SPDX-License-Identifier: Apache-2.0
// Convolutions.
#include "mxnet/dtypes.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/images.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

void convolution_entry(OpCall& call) {
  const Ints weights = call.dims(1);
  if (weights.size() < 3)
    call.invalid("its weights have rank " + std::to_string(weights.size()) + ", not 3 or more");
  if (!is_floating(call.type(0))) call.unsupported("a convolution of integers");
  const Ints kernel(weights.begin() + 2, weights.end());
  const Window window = read_window(call, kernel.size());
  Value x = call.tensor(0);
  Padding padding = padding_of(call, window, x, kernel);
  if (!padding.is_even()) {
    x = padded(call, x, padding.begin, padding.end, 0);
    padding.begin.assign(kernel.size(), 0);
  }
  Inputs inputs{x, call.graph.fresh(call.tensor(1))};
  if (call.has(2)) inputs.push_back(call.graph.fresh(call.tensor(2)));
  call.result(call.op("Convolution", inputs,
                      {{"kernel", kernel},
                       {"stride", window.strides},
                       {"dilate", window.dilations},
                       {"pad", padding.begin},
                       {"num_filter", weights[0]},
                       {"num_group", call.integer("group", 1)},
                       {"no_bias", !call.has(2)}}));
}

constexpr Entry kEntries[] = {
    {"Conv", 1, convolution_entry},
};

}  // namespace

std::span<const Entry> convolution() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
