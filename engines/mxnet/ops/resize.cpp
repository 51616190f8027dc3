// SPDX-License-Identifier: Apache-2.0
// Resize and Upsample: MXNet's kernels where they compute what ONNX defines, else axis by axis with
// what is known of every element of the output.
#include <algorithm>
#include <cmath>

#include "lowering_kit/resample_places.h"
#include "mxnet/dtypes.h"
#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

using lowering::ResampledAxis;
using lowering::Resampling;

struct Axis {
  std::size_t place = 0;
  ResampledAxis sizes;
};
using Axes = std::vector<Axis>;

void check_count(OpCall& call, std::size_t have, std::size_t want) {
  if (have != want) call.invalid("scales, sizes or roi do not fit the axes");
}

Axes all_axes(OpCall& call) {
  const Value x = call.tensor(0);
  Axes axes;
  for (const std::int64_t axis :
       call.integers("axes", iota(static_cast<std::int64_t>(x->dims.size())))) {
    const auto place = static_cast<std::size_t>(call.axis_of(x, axis));
    axes.push_back({place, {x->dims[place], x->dims[place], 1, {}}});
  }
  return axes;
}

/// The regions of a crop are (start…, end…) over the axes.
void set_regions(OpCall& call, Axes& axes) {
  const std::vector<double> roi = call.constant_reals(1);
  check_count(call, roi.size(), 2 * axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i)
    axes[i].sizes.region = {roi[i], roi[i + axes.size()]};
}

/// Rounded down; what is far too large stays so.
std::int64_t whole(double size) {
  constexpr double kTooLarge = 1e15;
  return static_cast<std::int64_t>(std::floor(std::clamp(size, -1.0, kTooLarge)));
}

std::vector<double> scales_of(OpCall& call) {
  if (call.opset() < 9) return call.reals("scales", {});
  return call.constant_reals(call.opset() < 11 ? 1 : 2);
}

/// Sizes are computed in float32, as ONNX's shape inference does it.
void set_scales(OpCall& call, Axes& axes) {
  const std::vector<double> scales = scales_of(call);
  check_count(call, scales.size(), axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    ResampledAxis& axis = axes[i].sizes;
    if (!(scales[i] > 0) || !std::isfinite(scales[i])) call.invalid("a scale is not positive");
    axis.scale = scales[i];
    double length = static_cast<double>(axis.in) * axis.scale;
    if (axis.region) length *= axis.region->end - axis.region->start;
    axis.out = whole(static_cast<float>(length));
  }
}

/// All axes get the smallest or the largest scale that one of them would have.
void keep_aspect_ratio(OpCall& call, Axes& axes) {
  const std::string policy = call.text("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch" || axes.empty()) return;
  if (policy != "not_larger" && policy != "not_smaller")
    call.unsupported("keep_aspect_ratio_policy '" + policy + "'");
  const auto by_scale = [](const Axis& a, const Axis& b) { return a.sizes.scale < b.sizes.scale; };
  const auto chosen = policy == "not_larger" ? std::ranges::min_element(axes, by_scale)
                                             : std::ranges::max_element(axes, by_scale);
  const double scale = chosen->sizes.scale;
  for (Axis& axis : axes) {
    axis.sizes.scale = scale;
    axis.sizes.out = whole(static_cast<double>(axis.sizes.in) * scale + 0.5);
  }
}

void set_sizes(OpCall& call, Axes& axes) {
  const Ints sizes = call.constant_ints(3);
  check_count(call, sizes.size(), axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    ResampledAxis& axis = axes[i].sizes;
    axis.out = sizes[i];
    axis.scale = static_cast<double>(axis.out) / static_cast<double>(axis.in);
  }
  keep_aspect_ratio(call, axes);
}

/// What is known of each element of the output must fit in memory.
void check_size(OpCall& call, const ResampledAxis& axis) {
  constexpr std::int64_t kMost = 1 << 24;
  if (axis.out < 0 || axis.in < 1) call.invalid("a size is not positive");
  if (axis.out > kMost) call.unsupported("an axis of " + std::to_string(axis.out) + " elements");
}

/// The axes whose size changes.
Axes changed_axes(OpCall& call, const Resampling& how) {
  Axes axes = all_axes(call);
  const bool crops = how.coordinates == "tf_crop_and_resize";
  if (crops) set_regions(call, axes);
  const bool by_sizes = call.opset() >= 11 && call.has(3);
  by_sizes ? set_sizes(call, axes) : set_scales(call, axes);
  for (const Axis& axis : axes) check_size(call, axis.sizes);
  if (!crops) std::erase_if(axes, [](const Axis& axis) { return axis.sizes.scale == 1; });
  return axes;
}

bool are_planes(OpCall& call, const Axes& axes) {
  return call.rank(0) == 4 && call.type(0) == kFloat && axes.size() == 2 && axes[0].place == 2 &&
         axes[1].place == 3;
}

/// Whether the kernel for planes, which knows sizes and no scales, computes the same.
bool is_bilinear(OpCall& call, const Axes& axes, const Resampling& how) {
  if (!are_planes(call, axes) || how.mode != "linear" || how.antialias || how.exclude_outside)
    return false;
  const bool exact = std::ranges::all_of(axes, [](const Axis& axis) {
    const double length = axis.sizes.scale * static_cast<double>(axis.sizes.in);
    return axis.sizes.out > 1 && length == static_cast<double>(axis.sizes.out);
  });
  return exact && (how.coordinates == "half_pixel" || how.coordinates == "pytorch_half_pixel" ||
                   how.coordinates == "align_corners");
}

Value bilinear(OpCall& call, const Axes& axes, const Resampling& how) {
  return call.op("_contrib_BilinearResize2D", {call.tensor(0)},
                 {{"height", axes[0].sizes.out},
                  {"width", axes[1].sizes.out},
                  {"mode", "size"},
                  {"align_corners", how.coordinates == "align_corners"}});
}

/// How often every element of both axes is repeated; 0 where that is not what is done.
std::int64_t repetition(OpCall& call, const Axes& axes, const Resampling& how) {
  if (how.mode != "nearest" || !are_planes(call, axes)) return 0;
  const std::int64_t times = axes[0].sizes.out / axes[0].sizes.in;
  for (const Axis& axis : axes) {
    if (axis.sizes.out != times * axis.sizes.in) return 0;
    const Ints places = lowering::nearest_places(call, axis.sizes, how);
    for (std::size_t i = 0; i < places.size(); ++i)
      if (places[i] != static_cast<std::int64_t>(i) / times) return 0;
  }
  return times;
}

Value mixed(OpCall& call, const Value& x, const Axis& axis, const Resampling& how) {
  constexpr std::int64_t kMostWeights = 1 << 26;
  if (axis.sizes.in > kMostWeights / std::max<std::int64_t>(axis.sizes.out, 1))
    call.unsupported("axes that large in mode '" + how.mode + "'");
  const std::vector<double> weights = lowering::resample_matrix(call, axis.sizes, how);
  const Type wide = x->type == kDouble ? kDouble : kFloat;
  const Value matrix = call.cast(call.graph.constant_copy({kDouble,
                                                           {axis.sizes.out, axis.sizes.in},
                                                           weights.data(),
                                                           weights.size() * sizeof(double)}),
                                 wide);
  Ints order = iota(static_cast<std::int64_t>(x->dims.size()));
  std::swap(order[axis.place], order.back());
  const Value y = call.op("FullyConnected", {call.transpose(call.cast(x, wide), order), matrix},
                          {{"num_hidden", axis.sizes.out}, {"no_bias", true}, {"flatten", false}});
  return call.cast(call.transpose(y, order), x->type);
}

/// Elements of the output that lie outside of the input get a value of their own.
Value filled_outside(OpCall& call, const Value& x, const Axis& axis, const Resampling& how) {
  std::vector<char> outside;
  const double last = static_cast<double>(axis.sizes.in - 1);
  for (const double position : lowering::positions_of(call, axis.sizes, how))
    outside.push_back(position < 0 || position > last);
  if (std::ranges::find(outside, 1) == outside.end()) return x;
  Ints dims(x->dims.size(), 1);
  dims[axis.place] = axis.sizes.out;
  const Value mask = call.graph.constant_copy({kBool, dims, outside.data(), outside.size()});
  return call.op("_npi_where", {mask, call.scalar(how.outside_value, x->type), x});
}

Value resampled(OpCall& call, const Value& x, const Axis& axis, Resampling how) {
  // Before opset 11 what becomes smaller is rounded the other way.
  if (call.opset() < 11 && call.node.op_type != "Upsample" && axis.sizes.scale < 1)
    how.nearest = "ceil";
  const Value y = how.mode == "nearest"
                      ? picked(call, x, axis.place, nearest_places(call, axis.sizes, how))
                      : mixed(call, x, axis, how);
  return how.coordinates == "tf_crop_and_resize" ? filled_outside(call, y, axis, how) : y;
}

/// Scales of Upsample are an attribute in opset 7, an input in opset 9.
void resize(OpCall& call) {
  const Resampling how(call);
  const Axes axes = changed_axes(call, how);
  Value x = call.tensor(0);
  Ints dims = x->dims;
  for (const Axis& axis : axes) dims[axis.place] = axis.sizes.out;
  if (size_of(dims) == 0) return call.result(empty(call, x->type, dims));
  if (is_bilinear(call, axes, how)) return call.result(bilinear(call, axes, how));
  if (const std::int64_t times = repetition(call, axes, how); times > 1)
    return call.result(call.op("UpSampling", {x},
                               {{"scale", times}, {"sample_type", "nearest"}, {"num_args", 1}}));
  for (const Axis& axis : axes) x = resampled(call, x, axis, how);
  call.result(x);
}

constexpr Entry kEntries[] = {
    {"Resize", 10, resize},
    {"Upsample", 7, resize, lowering::Types::kAsTheyAre, lowering::kOnnx, 9},
};

}  // namespace

std::span<const Entry> resizing() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
