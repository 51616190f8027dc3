// SPDX-License-Identifier: Apache-2.0
// Resize and Upsample: PyTorch's own kernels where they compute what ONNX defines, else index
// arithmetic.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "torch_kit/lowering/host_arithmetic.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/resample.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

/// The numbers of a list of floats; none where it is left out or empty.
std::vector<JitValue*> reals(OpCall& call, std::size_t i) {
  if (!call.has(i)) return {};
  std::vector<JitValue*> all;
  if (const Operand& given = call.operand(i); given.host) {
    for (JitValue* value : given.host->elements) all.push_back(as_type(call, value, at::kDouble));
    return all;
  }
  if (const auto known = call.constant(i)) {
    for (std::int64_t k = 0; k < known->numel(); ++k)
      all.push_back(call.constant_value(known->reshape(-1)[k].item().toDouble()));
    return all;
  }
  const auto length = length_of(call, i);
  if (!length)
    call.unsupported("the number of elements of input " + std::to_string(i) + " is not known");
  for (std::int64_t k = 0; k < static_cast<std::int64_t>(*length); ++k)
    all.push_back(
        call.call("aten::Float.Tensor", {call.call("aten::select.int", {call.tensor(i), 0, k})}));
  return all;
}

Ints axes_of(OpCall& call) {
  const std::int64_t rank = call.rank(0);
  Ints all(static_cast<std::size_t>(rank));
  std::iota(all.begin(), all.end(), 0);
  Ints axes = call.integers("axes", all);
  for (std::int64_t& axis : axes) axis = call.axis_of(call.tensor(0), axis);
  return axes;
}

/// Sizes are computed in float32, as ONNX's shape inference does it.
void set_scale(OpCall& call, ResizedAxis& axis, JitValue* scale, bool crops) {
  axis.scale = scale;
  JitValue* length = call.call("aten::mul.float", {real(call, axis.in), scale});
  if (crops) {
    JitValue* part = call.call("aten::sub.float", {axis.end, axis.start});
    length = call.call("aten::mul.float", {length, part});
  }
  axis.out = call.call("aten::floor.float", {to_float32(call, length)});
}

void set_size(OpCall& call, ResizedAxis& axis, JitValue* size) {
  axis.out = size;
  axis.scale = call.call("aten::div.float", {real(call, size), real(call, axis.in)});
}

/// All axes get the smallest or the largest scale that one of them would have.
void keep_aspect_ratio(OpCall& call, std::vector<ResizedAxis>& axes, const std::string& policy) {
  if (policy == "stretch") return;
  if (policy != "not_larger" && policy != "not_smaller")
    call.unsupported("keep_aspect_ratio_policy '" + policy + "'");
  const char* choose = policy == "not_larger" ? "prim::min.float" : "prim::max.float";
  JitValue* scale = axes.front().scale;
  for (const ResizedAxis& axis : axes) scale = call.call(choose, {scale, axis.scale});
  for (ResizedAxis& axis : axes) {
    JitValue* length = call.call("aten::mul.float", {real(call, axis.in), scale});
    axis.scale = scale;
    axis.out = call.call("aten::floor.float", {call.call("aten::add.float", {length, 0.5})});
  }
}

std::optional<double> known_real(OpCall& call, JitValue* value) {
  const auto known = call.graph.value_of(value);
  if (!known || !known->isDouble()) return std::nullopt;
  return known->toDouble();
}

bool is_one(OpCall& call, JitValue* value) {
  return known_real(call, value) == 1.0;
}

/// Whether `size` is the size that the axis has already.
bool same_size(OpCall& call, const ResizedAxis& axis, JitValue* size) {
  if (size == axis.in) return true;
  const auto a = call.graph.value_of(axis.in);
  const auto b = call.graph.value_of(size);
  if (a && b) return a->toInt() == b->toInt();
  tj::Node* left = axis.in->node();
  tj::Node* right = size->node();
  if (a || b || left->kind() != right->kind() || left->kind() != tj::aten::size) return false;
  return left->input(0) == right->input(0) && call.graph.value_of(left->inputs()[1])->toInt() ==
                                                  call.graph.value_of(right->inputs()[1])->toInt();
}

std::vector<ResizedAxis> all_axes(OpCall& call, const Ints& numbers) {
  std::vector<ResizedAxis> axes;
  for (const std::int64_t number : numbers) {
    ResizedAxis axis;
    axis.axis = number;
    axis.in = call.size(call.tensor(0), number);
    axes.push_back(axis);
  }
  return axes;
}

void check_count(OpCall& call, std::size_t have, std::size_t want) {
  if (have != want) call.invalid("scales, sizes or roi do not fit the axes");
}

/// The regions of a crop are (start…, end…) over the axes.
void set_regions(OpCall& call, std::vector<ResizedAxis>& axes) {
  const std::vector<JitValue*> roi = reals(call, 1);
  check_count(call, roi.size(), 2 * axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    axes[i].start = roi[i];
    axes[i].end = roi[i + axes.size()];
  }
}

/// How a size of the output is told.
enum class By { kScales, kSizes };

std::vector<ResizedAxis> scaled_axes(OpCall& call, std::vector<ResizedAxis> axes,
                                     const std::vector<JitValue*>& scales, bool crops) {
  check_count(call, scales.size(), axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) set_scale(call, axes[i], scales[i], crops);
  if (!crops)
    std::erase_if(axes, [&](const ResizedAxis& axis) { return is_one(call, axis.scale); });
  return axes;
}

/// The axes whose size changes, or might.
std::vector<ResizedAxis> changed_axes(OpCall& call, By by, bool crops) {
  std::vector<ResizedAxis> axes = all_axes(call, axes_of(call));
  if (crops) set_regions(call, axes);
  if (by == By::kSizes) {
    const std::vector<JitValue*> sizes = call.int_elements(3);
    check_count(call, sizes.size(), axes.size());
    const std::string policy = call.text("keep_aspect_ratio_policy", "stretch");
    for (std::size_t i = 0; i < axes.size(); ++i) set_size(call, axes[i], sizes[i]);
    if (!axes.empty()) keep_aspect_ratio(call, axes, policy);
    if (crops || policy != "stretch") return axes;
    std::erase_if(axes, [&](const ResizedAxis& axis) { return same_size(call, axis, axis.out); });
    return axes;
  }
  return scaled_axes(call, std::move(axes), reals(call, call.opset() < 11 ? 1 : 2), crops);
}

/// The last `axes.size()` of 3 to 5 axes change, which is what PyTorch's kernels do.
bool is_image(OpCall& call, const std::vector<ResizedAxis>& axes) {
  const std::int64_t rank = call.rank(0);
  if (axes.empty() || axes.size() > 3 || rank != static_cast<std::int64_t>(axes.size()) + 2)
    return false;
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (axes[i].axis != static_cast<std::int64_t>(i) + 2) return false;
  return true;
}

template <class Test>
bool all_scales(OpCall& call, const std::vector<ResizedAxis>& axes, Test test) {
  return std::all_of(axes.begin(), axes.end(), [&](const ResizedAxis& axis) {
    const auto scale = known_real(call, axis.scale);
    return scale && test(*scale);
  });
}

/// PyTorch multiplies with the inverse of the scale in float32: exact for powers of two.
bool is_power_of_two(double scale) {
  int exponent = 0;
  return scale >= 1 && std::frexp(scale, &exponent) == 0.5;
}

/// Where more than one element comes out of one, PyTorch's half_pixel is ONNX's
/// pytorch_half_pixel.
bool gives_several(double scale) {
  return scale >= 2;
}

bool has_several(OpCall& call, const std::vector<ResizedAxis>& axes) {
  return std::all_of(axes.begin(), axes.end(), [&](const ResizedAxis& axis) {
    const auto out = call.graph.value_of(axis.out);
    return out && out->toInt() > 1;
  });
}

bool is_whole(double scale) {
  return scale == std::floor(scale);
}

/// The rest of the name of PyTorch's kernel for `how`, or "".
std::string kernel(OpCall& call, const std::vector<ResizedAxis>& axes, const Resampling& how,
                   By by) {
  if (!is_image(call, axes) || !at::isFloatingType(call.type(0)) || how.antialias ||
      how.exclude_outside)
    return "";
  const std::string rank = std::to_string(axes.size()) + "d";
  if (how.mode == "nearest") {
    const bool fits = how.coordinates == "asymmetric" && how.nearest == "floor";
    return fits && all_scales(call, axes, is_power_of_two) ? "nearest" + rank : "";
  }
  const bool half = how.coordinates == "half_pixel" ||
                    (how.coordinates == "pytorch_half_pixel" &&
                     (all_scales(call, axes, gives_several) || has_several(call, axes)));
  const bool corners =
      how.coordinates == "align_corners" && (by == By::kSizes || all_scales(call, axes, is_whole));
  if (!half && !corners) return "";
  if (how.mode == "cubic") return axes.size() == 2 && how.cubic == -0.75 ? "bicubic2d" : "";
  static const char* const linear[] = {"linear1d", "bilinear2d", "trilinear3d"};
  return linear[axes.size() - 1];
}

/// upsample_*(x, sizes, [align_corners,] scales…): each scale or None.
JitValue* call_kernel(OpCall& call, const std::string& name, const std::vector<ResizedAxis>& axes,
                      const Resampling& how, By by) {
  std::vector<JitValue*> sizes;
  for (const ResizedAxis& axis : axes) sizes.push_back(axis.out);
  Args args{call.tensor(0), call.graph.int_list(sizes)};
  if (how.mode != "nearest") args.emplace_back(how.coordinates == "align_corners");
  for (const ResizedAxis& axis : axes) {
    if (by == By::kScales)
      args.emplace_back(axis.scale);
    else
      args.emplace_back(c10::IValue());
  }
  JitValue* made = call.call(("aten::upsample_" + name).c_str(), args);
  return call.graph.declare(made, call.type(0), call.rank(0));
}

/// Before opset 11 what becomes smaller is rounded the other way.
void round_as_before_11(OpCall& call, const ResizedAxis& axis, Resampling& how) {
  if (call.opset() >= 11 || call.node.op_type == "Upsample" || how.mode != "nearest") return;
  const auto scale = known_real(call, axis.scale);
  if (!scale) call.unsupported("scales that only a run tells, before opset 11");
  how.nearest = *scale < 1 ? "ceil" : "floor";
}

void write(OpCall& call, const std::vector<ResizedAxis>& axes, Resampling how, By by) {
  const std::string name = kernel(call, axes, how, by);
  if (!name.empty()) return call.result(call_kernel(call, name, axes, how, by));
  JitValue* x = call.tensor(0);
  for (const ResizedAxis& axis : axes) {
    round_as_before_11(call, axis, how);
    x = resample(call, x, axis, how);
  }
  call.result(x);
}

void resize(OpCall& call) {
  const Resampling how(call);
  const By by = call.opset() >= 11 && call.has(3) ? By::kSizes : By::kScales;
  const bool crops = how.coordinates == "tf_crop_and_resize";
  write(call, changed_axes(call, by, crops), how, by);
}

/// Scales are an attribute in opset 7, an input in opset 9.
void upsample(OpCall& call) {
  const Resampling how(call);
  if (call.opset() >= 9)
    return write(call, changed_axes(call, By::kScales, false), how, By::kScales);
  std::vector<JitValue*> scales;
  for (const double scale : call.reals("scales", {})) scales.push_back(call.constant_value(scale));
  write(call, scaled_axes(call, all_axes(call, axes_of(call)), scales, false), how, By::kScales);
}

constexpr Entry kEntries[] = {
    {"Resize", 10, resize, Types::kWidened},
    {"Upsample", 7, upsample, Types::kWidened, kOnnx, 9},
};

}  // namespace

std::span<const Entry> resizing() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
