// SPDX-License-Identifier: Apache-2.0
// Transposed convolutions.
#include <algorithm>

#include "mxnet/dtypes.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/images.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

struct Transposed {
  explicit Transposed(OpCall& call)
      : weights(call.dims(1)),
        kernel(weights.begin() + std::min<std::ptrdiff_t>(2, std::ssize(weights)), weights.end()),
        window(read_window(call, kernel.size())),
        sizes(spatial_sizes(call, call.tensor(0), kernel.size())),
        group(call.integer("group", 1)) {
    if (!is_floating(call.type(0))) call.unsupported("a convolution of integers");
    if (group < 1 || weights[0] % group != 0) call.invalid("its channels do not make equal groups");
    for (std::size_t i = 0; i < kernel.size(); ++i)
      reach.push_back((kernel[i] - 1) * window.dilations[i] + 1);
  }

  Ints weights;
  Ints kernel;
  Window window;
  Ints sizes;
  std::int64_t group;
  Ints reach;  ///< what the kernel spans on each spatial axis
};

/// What is cut from each axis of the full result; negative where zeros are added.
Padding cuts(OpCall& call, const Transposed& of) {
  Padding cut{of.window.begin, of.window.end};
  const std::size_t axes = of.sizes.size();
  const Ints more = call.integers("output_padding", Ints(axes, 0));
  const Ints wanted = call.integers("output_shape", {});
  const AutoPad pad = of.window.auto_pad;
  const bool same = pad == AutoPad::kSameUpper || pad == AutoPad::kSameLower;
  if (more.size() != axes) call.invalid("output_padding does not fit its input");
  // Sizes of the batch and the channels may stand in front.
  if (!wanted.empty() && wanted.size() < axes) call.invalid("output_shape does not fit its input");
  for (std::size_t i = 0; i < axes; ++i) {
    const std::int64_t stride = of.window.strides[i];
    const std::int64_t full = stride * (of.sizes[i] - 1) + of.reach[i] + more[i];
    if (!wanted.empty() || same) {
      const std::int64_t total =
          wanted.empty() ? of.reach[i] - stride + more[i] : full - wanted[wanted.size() - axes + i];
      const std::int64_t half = (total < 0 ? total - 1 : total) / 2;
      cut.begin[i] = pad == AutoPad::kSameUpper ? half : total - half;
      cut.end[i] = total - cut.begin[i];
    }
    cut.end[i] -= more[i];
  }
  return cut;
}

Value deconvolution(OpCall& call, const Transposed& of, const Ints& pad, const Ints& more) {
  Inputs inputs{call.tensor(0), call.graph.fresh(call.tensor(1))};
  if (call.has(2)) inputs.push_back(call.graph.fresh(call.tensor(2)));
  return call.op("Deconvolution", inputs,
                 {{"kernel", of.kernel},
                  {"stride", of.window.strides},
                  {"dilate", of.window.dilations},
                  {"pad", pad},
                  {"adj", more},
                  {"num_filter", of.weights[1] * of.group},
                  {"num_group", of.group},
                  {"no_bias", !call.has(2)}});
}

/// Less behind than before, by less than a step: what the kernel does itself.
bool cuts_itself(const Transposed& of, const Padding& cut) {
  for (std::size_t i = 0; i < of.sizes.size(); ++i) {
    const std::int64_t more = cut.begin[i] - cut.end[i];
    if (cut.begin[i] < 0 || more < 0 || more >= of.window.strides[i]) return false;
  }
  return true;
}

Value without(OpCall& call, Value y, const Padding& cut) {
  Padding added = cut;
  for (std::size_t i = 0; i < cut.begin.size(); ++i) {
    const std::int64_t size = y->dims[i + 2];
    const std::int64_t from = std::max<std::int64_t>(cut.begin[i], 0);
    const std::int64_t to = size - std::max<std::int64_t>(cut.end[i], 0);
    if (from > to) call.invalid("more is cut than there is");
    y = part(call, y, static_cast<std::int64_t>(i) + 2, from, to);
    added.begin[i] = std::max<std::int64_t>(-cut.begin[i], 0);
    added.end[i] = std::max<std::int64_t>(-cut.end[i], 0);
  }
  return padded(call, y, added.begin, added.end, 0);
}

/// Zeros that are added have the bias too.
void transposed_convolution_entry(OpCall& call) {
  if (call.dims(1).size() < 3) call.invalid("its weights have no spatial axes");
  const Transposed of(call);
  const Padding cut = cuts(call, of);
  const Ints none(of.sizes.size(), 0);
  if (cuts_itself(of, cut)) {
    Ints more;
    for (std::size_t i = 0; i < none.size(); ++i) more.push_back(cut.begin[i] - cut.end[i]);
    return call.result(deconvolution(call, of, cut.begin, more));
  }
  const bool adds = std::ranges::any_of(cut.begin, [](std::int64_t size) { return size < 0; }) ||
                    std::ranges::any_of(cut.end, [](std::int64_t size) { return size < 0; });
  if (adds && call.has(2)) call.unsupported("a bias where zeros are added");
  call.result(without(call, deconvolution(call, of, none, none), cut));
}

constexpr Entry kEntries[] = {
    {"ConvTranspose", 1, transposed_convolution_entry},
};

}  // namespace

std::span<const Entry> transposed_convolution() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
