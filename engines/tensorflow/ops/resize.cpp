// SPDX-License-Identifier: Apache-2.0
// Resize and Upsample: TensorFlow's kernel where it computes what ONNX defines, else axis by axis.
#include <algorithm>
#include <bit>
#include <cmath>

#include "tensorflow/dtypes.h"
#include "tensorflow/ops/families.h"
#include "tensorflow/ops/resample.h"
#include "tensorflow/ops/values.h"

namespace joulemark::tf::ops {
namespace {

/// A number of the node's inputs, which may be known.
struct Number {
  Value value;  ///< a scalar of doubles
  std::optional<double> known;
};

std::optional<double> known_real(OpCall& call, Value scalar) {
  const Type type = call.graph.type(scalar);
  const Value bits = type == kFloat ? call.op("Bitcast", {scalar}, {{"type", kInt32}}) : scalar;
  const auto known = call.graph.known_ints(bits);
  if (!known || known->size() != 1) return std::nullopt;
  const std::int64_t number = known->front();
  return type == kFloat
             ? static_cast<double>(std::bit_cast<float>(static_cast<std::int32_t>(number)))
             : static_cast<double>(number);
}

Number number_of(OpCall& call, Value scalar) {
  return {call.cast(scalar, kDouble), known_real(call, scalar)};
}

Number number_of(OpCall& call, double number) {
  return {call.scalar(number, kDouble), number};
}

/// The numbers of an input; none where it is left out or empty.
std::vector<Number> numbers(OpCall& call, std::size_t i) {
  if (!call.has(i)) return {};
  const Value list = call.tensor(i);
  const Ints count = call.dims_of(list);
  if (count.size() != 1 || count[0] < 0)
    call.unsupported("the number of elements of input " + std::to_string(i) + " is not known");
  std::vector<Number> all;
  for (std::int64_t k = 0; k < count[0]; ++k)
    all.push_back(number_of(call, element(call, list, k)));
  return all;
}

/// How a size of the output is told.
enum class By { kScales, kSizes };

struct Axis {
  ResizedAxis sizes;
  Number in, scale;
  std::optional<double> out;  ///< where it is known
};

std::vector<Axis> all_axes(OpCall& call, const Ints& places) {
  std::vector<Axis> axes;
  for (const std::int64_t place : places) {
    Axis axis;
    axis.in = number_of(call, size_of_axis(call, call.tensor(0), place));
    axis.sizes.axis = place;
    axis.sizes.in = axis.in.value;
    axes.push_back(axis);
  }
  return axes;
}

void check_count(OpCall& call, std::size_t have, std::size_t want) {
  if (have != want) call.invalid("scales, sizes or roi do not fit the axes");
}

/// The regions of a crop are (start…, end…) over the axes.
void set_regions(OpCall& call, std::vector<Axis>& axes) {
  const std::vector<Number> roi = numbers(call, 1);
  check_count(call, roi.size(), 2 * axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i)
    axes[i].sizes.region = Region{roi[i].value, roi[i + axes.size()].value};
}

/// Sizes are computed in float32, as ONNX's shape inference does it.
void set_scale(OpCall& call, Axis& axis, const Number& scale) {
  axis.scale = scale;
  axis.sizes.scale = scale.value;
  Value length = call.op("Mul", {axis.sizes.in, scale.value});
  if (axis.sizes.region)
    length = call.op("Mul",
                     {length, call.op("Sub", {axis.sizes.region->end, axis.sizes.region->start})});
  axis.sizes.out = call.cast(call.op("Floor", {call.cast(length, kFloat)}), kDouble);
  if (scale.known && axis.in.known && !axis.sizes.region)
    axis.out = std::floor(static_cast<float>(*scale.known * *axis.in.known));
}

void set_size(OpCall& call, Axis& axis, const Number& size) {
  axis.sizes.out = size.value;
  axis.out = size.known;
  axis.scale.value = call.op("RealDiv", {size.value, axis.sizes.in});
  axis.sizes.scale = axis.scale.value;
  if (size.known && axis.in.known) axis.scale.known = *size.known / *axis.in.known;
}

/// All axes get the smallest or the largest scale that one of them would have.
void keep_aspect_ratio(OpCall& call, std::vector<Axis>& axes) {
  const std::string policy = call.text("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch" || axes.empty()) return;
  if (policy != "not_larger" && policy != "not_smaller")
    call.unsupported("keep_aspect_ratio_policy '" + policy + "'");
  Value scale = axes.front().sizes.scale;
  for (const Axis& axis : axes)
    scale = call.op(policy == "not_larger" ? "Minimum" : "Maximum", {scale, axis.sizes.scale});
  for (Axis& axis : axes) {
    const Value length = call.op("Mul", {axis.sizes.in, scale});
    axis.scale = {scale, {}};
    axis.sizes.scale = scale;
    axis.sizes.out = call.op("Floor", {call.op("AddV2", {length, call.scalar(0.5, kDouble)})});
    axis.out.reset();
  }
}

/// The axes whose size changes, or might.
std::vector<Axis> changed_axes(OpCall& call, By by) {
  Ints places = call.integers("axes", iota(call.rank(0)));
  for (std::int64_t& place : places) place = call.axis_of(call.tensor(0), place);
  std::vector<Axis> axes = all_axes(call, places);
  const bool crops = call.text("coordinate_transformation_mode", "") == "tf_crop_and_resize";
  if (crops) set_regions(call, axes);
  std::vector<Number> wanted;
  if (by == By::kSizes)
    wanted = numbers(call, 3);
  else if (call.opset() < 9)
    for (const double scale : call.reals("scales", {})) wanted.push_back(number_of(call, scale));
  else
    wanted = numbers(call, call.opset() < 11 ? 1 : 2);
  check_count(call, wanted.size(), axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i)
    by == By::kSizes ? set_size(call, axes[i], wanted[i]) : set_scale(call, axes[i], wanted[i]);
  if (by == By::kSizes) keep_aspect_ratio(call, axes);
  if (!crops) std::erase_if(axes, [&](const Axis& axis) { return axis.scale.known == 1.0; });
  return axes;
}

/// Whether TensorFlow's kernel for planes, which knows sizes and no scales, computes the same.
bool kernel_fits(OpCall& call, const std::vector<Axis>& axes, const Resampling& how) {
  const bool planes = call.rank(0) == 4 && axes.size() == 2 && axes[0].sizes.axis == 2 &&
                      axes[1].sizes.axis == 3 && call.type(0) == kFloat;
  if (!planes || how.mode != "linear" || how.antialias || how.exclude_outside) return false;
  const bool exact = std::ranges::all_of(axes, [](const Axis& axis) {
    return axis.out && axis.in.known && axis.scale.known && *axis.out > 1 &&
           *axis.scale.known * *axis.in.known == *axis.out;
  });
  return exact && (how.coordinates == "half_pixel" || how.coordinates == "pytorch_half_pixel" ||
                   how.coordinates == "align_corners" || how.coordinates == "asymmetric");
}

Value by_kernel(OpCall& call, const std::vector<Axis>& axes, const Resampling& how) {
  const Ints sizes{static_cast<std::int64_t>(*axes[0].out),
                   static_cast<std::int64_t>(*axes[1].out)};
  const bool corners = how.coordinates == "align_corners";
  const bool half = how.coordinates.ends_with("half_pixel");
  const Value y =
      call.op("ResizeBilinear", {channels_last(call, call.tensor(0)), call.ints(sizes, kInt32)},
              {{"align_corners", corners}, {"half_pixel_centers", half}});
  return channels_first(call, y);
}

/// Before opset 11 what becomes smaller is rounded the other way.
void round_as_before_11(OpCall& call, const Axis& axis, Resampling& how) {
  if (call.opset() >= 11 || call.node.op_type == "Upsample" || how.mode != "nearest") return;
  if (!axis.scale.known) call.unsupported("scales that only a run tells, before opset 11");
  how.nearest = *axis.scale.known < 1 ? "ceil" : "floor";
}

/// The sizes that are known, which TensorFlow's own rules cannot always tell.
void declare_sizes(OpCall& call, Value y, const std::vector<Axis>& axes) {
  Ints dims = call.dims_of(call.tensor(0));
  for (const Axis& axis : axes)
    dims[static_cast<std::size_t>(axis.sizes.axis)] =
        axis.out ? static_cast<std::int64_t>(*axis.out) : -1;
  call.graph.declare(y, dims);
}

void write(OpCall& call, By by) {
  Resampling how(call);
  const std::vector<Axis> axes = changed_axes(call, by);
  if (kernel_fits(call, axes, how)) return call.result(by_kernel(call, axes, how));
  Value x = call.tensor(0);
  for (const Axis& axis : axes) {
    round_as_before_11(call, axis, how);
    x = resample(call, x, axis.sizes, how);
  }
  if (!axes.empty()) declare_sizes(call, x, axes);
  call.result(x);
}

void resize(OpCall& call) {
  write(call, call.opset() >= 11 && call.has(3) ? By::kSizes : By::kScales);
}

/// Scales are an attribute in opset 7, an input in opset 9.
void upsample(OpCall& call) {
  write(call, By::kScales);
}

constexpr Entry kEntries[] = {
    {"Resize", 10, resize, Types::kWidened},
    {"Upsample", 7, upsample, Types::kWidened, kOnnx, 9},
};

}  // namespace

std::span<const Entry> resizing() {
  return kEntries;
}

}  // namespace joulemark::tf::ops
