// SPDX-License-Identifier: Apache-2.0
// One rule per family of operators, as ONNX's operator definitions say what they put out. A rule
// that cannot tell says nothing: what follows is a lower bound.
#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "model/known_shapes.h"

namespace joulemark::model {
namespace {

using Shape = std::optional<KnownShape>;
using Rule = Shape (*)(const KnownShapes&, const OnnxNode&);

/// The axis counted from the front; empty where there is none.
std::optional<std::size_t> axis_of(std::int64_t axis, std::size_t rank) {
  if (axis < 0) axis += static_cast<std::int64_t>(rank);
  if (axis < 0 || axis > static_cast<std::int64_t>(rank)) return std::nullopt;
  return static_cast<std::size_t>(axis);
}

/// A count as an integer; empty where it is beyond every tensor.
std::optional<std::int64_t> whole(double count) {
  constexpr double kMost = 1e15;
  return count <= kMost ? std::optional(static_cast<std::int64_t>(count)) : std::nullopt;
}

Shape same(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* x = known.input(node, 0);
  return x != nullptr ? Shape(*x) : std::nullopt;
}

/// Joining only makes dimensions larger, so that what one says holds for the result. Null: one of
/// which nothing is known.
KnownShape join(const KnownShape* x, KnownShape joined) {
  joined.exact = joined.exact && x != nullptr && x->exact;
  if (x == nullptr) return joined;
  if (x->dims.size() > joined.dims.size())
    joined.dims.insert(joined.dims.begin(), x->dims.size() - joined.dims.size(), 1);
  const std::size_t offset = joined.dims.size() - x->dims.size();
  for (std::size_t axis = 0; axis < x->dims.size(); ++axis) {
    std::int64_t& dim = joined.dims[offset + axis];
    dim = dim == 0 || x->dims[axis] == 0 ? 0 : std::max(dim, x->dims[axis]);
  }
  return joined;
}

Shape broadcast(const KnownShapes& known, const OnnxNode& node) {
  KnownShape joined;
  bool any = false;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const KnownShape* x = known.input(node, i);
    any = any || x != nullptr;
    joined = join(x, std::move(joined));
  }
  return any ? Shape(std::move(joined)) : std::nullopt;
}

Shape matrix_product(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* a = known.input(node, 0);
  const KnownShape* b = known.input(node, 1);
  if (a == nullptr || b == nullptr || a->dims.size() < 2 || b->dims.size() < 2) return std::nullopt;
  KnownShape result{.dims = a->dims, .exact = a->exact && b->exact};
  if (b->dims.size() > a->dims.size())
    result.dims.insert(result.dims.begin(), b->dims.begin(),
                       b->dims.end() - static_cast<std::ptrdiff_t>(a->dims.size()));
  const std::size_t offset = result.dims.size() - b->dims.size();
  for (std::size_t axis = 0; axis + 2 < b->dims.size(); ++axis)
    result.dims[offset + axis] = std::max(result.dims[offset + axis], b->dims[axis]);
  result.dims.back() = b->dims.back();
  return result;
}

Shape gemm(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* a = known.input(node, 0);
  const KnownShape* b = known.input(node, 1);
  if (a == nullptr || b == nullptr || a->dims.size() != 2 || b->dims.size() != 2)
    return std::nullopt;
  return KnownShape{{a->dims[integer_or(node, "transA", 0) != 0 ? 1 : 0],
                     b->dims[integer_or(node, "transB", 0) != 0 ? 0 : 1]},
                    a->exact && b->exact};
}

/// Cells that a window passes over along one axis; empty where it does not fit.
struct Window {
  std::int64_t size, stride, dilation, padding;
};
std::int64_t places(std::int64_t length, const Window& window) {
  const std::int64_t reach = window.dilation * (window.size - 1) + 1;
  const std::int64_t room = length + window.padding - reach;
  return room < 0 || window.stride < 1 ? 0 : room / window.stride + 1;
}

std::int64_t at_or(const Dims& list, std::size_t index, std::int64_t otherwise) {
  return index < list.size() ? list[index] : otherwise;
}

/// Small enough to be multiplied and added.
bool are_small(const Dims& list) {
  constexpr std::int64_t kMost = 1 << 20;
  return std::all_of(list.begin(), list.end(),
                     [](std::int64_t value) { return value >= 0 && value <= kMost; });
}

Shape windows(const OnnxNode& node, const KnownShape& x, const Dims& kernel,
              std::int64_t channels) {
  if (x.dims.size() != kernel.size() + 2) return std::nullopt;
  const Dims strides = integers_of(node, "strides");
  const Dims dilations = integers_of(node, "dilations");
  const Dims pads = integers_of(node, "pads");
  const OnnxAttributeValue* automatic = node.attribute("auto_pad");
  const auto* mode = automatic != nullptr ? std::get_if<std::string>(automatic) : nullptr;
  for (const Dims* list : {&kernel, &strides, &dilations, &pads})
    if (!are_small(*list)) return std::nullopt;
  const bool keeps_size = mode != nullptr && mode->starts_with("SAME");
  KnownShape result{{x.dims[0], channels}, x.exact};
  for (std::size_t axis = 0; axis < kernel.size(); ++axis) {
    const std::int64_t length = x.dims[axis + 2];
    const std::int64_t stride = at_or(strides, axis, 1);
    if (stride < 1) return std::nullopt;
    const std::int64_t padding = at_or(pads, axis, 0) + at_or(pads, axis + kernel.size(), 0);
    result.dims.push_back(
        keeps_size ? (length + stride - 1) / stride
                   : places(length, {kernel[axis], stride, at_or(dilations, axis, 1), padding}));
  }
  return result;
}

Shape convolution(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* x = known.input(node, 0);
  const KnownShape* w = known.input(node, 1);
  if (x == nullptr || w == nullptr || w->dims.size() < 3) return std::nullopt;
  return windows(node, *x, Dims(w->dims.begin() + 2, w->dims.end()), w->dims[0]);
}

Shape pooling(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* x = known.input(node, 0);
  if (x == nullptr || x->dims.size() < 3) return std::nullopt;
  return windows(node, *x, integers_of(node, "kernel_shape"), x->dims[1]);
}

Shape global_pooling(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* x = known.input(node, 0);
  if (x == nullptr || x->dims.size() < 3) return std::nullopt;
  KnownShape result = *x;
  std::fill(result.dims.begin() + 2, result.dims.end(), 1);
  return result;
}

/// What a dimension of 0 in the wanted shape copies; false where that is not known.
bool copy_dims(const KnownShape* x, KnownShape& result) {
  for (std::size_t axis = 0; axis < result.dims.size(); ++axis) {
    if (result.dims[axis] != 0) continue;
    if (x == nullptr || axis >= x->dims.size() || !x->exact) return false;
    result.dims[axis] = x->dims[axis];
  }
  return true;
}

/// The one open dimension takes what the others leave, of a lower bound at least that.
Shape reshape(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* x = known.input(node, 0);
  const Dims* wanted = known.integers(node, 1);
  if (wanted == nullptr) return std::nullopt;
  KnownShape result{*wanted, true};
  if (!copy_dims(x, result)) return std::nullopt;
  const auto open = std::find(result.dims.begin(), result.dims.end(), -1);
  if (open == result.dims.end()) return result;
  *open = 1;
  const double others = product(result.dims);
  if (x == nullptr || others <= 0) return std::nullopt;
  const auto rest = whole(std::floor(product(x->dims) / others));
  if (!rest) return std::nullopt;
  *open = *rest;
  result.exact = x->exact;
  return result;
}

Shape expand(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* x = known.input(node, 0);
  const Dims* wanted = known.integers(node, 1);
  if (x == nullptr && wanted == nullptr) return std::nullopt;
  if (wanted == nullptr) return KnownShape{x->dims, false};
  return join(x, KnownShape{*wanted, true});
}

Shape filled(const KnownShapes& known, const OnnxNode& node) {
  const Dims* wanted = known.integers(node, 0);
  return wanted != nullptr ? Shape(KnownShape{*wanted, true}) : std::nullopt;
}

/// Attention puts out what its queries were, where its values are as wide.
Shape attention(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* q = known.input(node, 0);
  const KnownShape* v = known.input(node, 2);
  if (q == nullptr || v == nullptr || q->dims.empty() || v->dims.empty()) return std::nullopt;
  return q->dims.back() == v->dims.back() ? Shape(*q) : std::nullopt;
}

Shape flatten(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* x = known.input(node, 0);
  if (x == nullptr || !x->exact) return std::nullopt;
  const auto axis = axis_of(integer_or(node, "axis", 1), x->dims.size());
  if (!axis) return std::nullopt;
  const auto middle = x->dims.begin() + static_cast<std::ptrdiff_t>(*axis);
  const auto rows = whole(product(Dims(x->dims.begin(), middle)));
  const auto columns = whole(product(Dims(middle, x->dims.end())));
  if (!rows || !columns) return std::nullopt;
  return KnownShape{{*rows, *columns}, true};
}

Shape transpose(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* x = known.input(node, 0);
  if (x == nullptr) return std::nullopt;
  KnownShape result = *x;
  const Dims order = integers_of(node, "perm");
  if (order.empty()) {
    std::reverse(result.dims.begin(), result.dims.end());
    return result;
  }
  if (order.size() != x->dims.size()) return std::nullopt;
  for (std::size_t axis = 0; axis < order.size(); ++axis) {
    const auto from = axis_of(order[axis], x->dims.size());
    if (!from || *from >= x->dims.size()) return std::nullopt;
    result.dims[axis] = x->dims[*from];
  }
  return result;
}

Shape concat(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* first = known.input(node, 0);
  if (first == nullptr) return std::nullopt;
  KnownShape result = *first;
  const auto axis = axis_of(integer_or(node, "axis", 0), result.dims.size());
  if (!axis || *axis >= result.dims.size()) return std::nullopt;
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    const KnownShape* x = known.input(node, i);
    result.exact = result.exact && x != nullptr && x->exact;
    if (x != nullptr && x->dims.size() == result.dims.size()) result.dims[*axis] += x->dims[*axis];
  }
  return result;
}

Shape gather(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* x = known.input(node, 0);
  const KnownShape* indices = known.input(node, 1);
  if (x == nullptr || indices == nullptr) return std::nullopt;
  const auto axis = axis_of(integer_or(node, "axis", 0), x->dims.size());
  if (!axis || *axis >= x->dims.size()) return std::nullopt;
  KnownShape result{Dims(x->dims.begin(), x->dims.begin() + static_cast<std::ptrdiff_t>(*axis)),
                    x->exact && indices->exact};
  result.dims.insert(result.dims.end(), indices->dims.begin(), indices->dims.end());
  result.dims.insert(result.dims.end(), x->dims.begin() + static_cast<std::ptrdiff_t>(*axis) + 1,
                     x->dims.end());
  return result;
}

Shape unsqueeze(const KnownShapes& known, const OnnxNode& node) {
  const KnownShape* x = known.input(node, 0);
  const Dims* given = known.integers(node, 1);
  Dims axes = given != nullptr ? *given : integers_of(node, "axes");
  if (x == nullptr || axes.empty()) return std::nullopt;
  KnownShape result = *x;
  const std::size_t rank = x->dims.size() + axes.size();
  for (std::int64_t& axis : axes) axis += axis < 0 ? static_cast<std::int64_t>(rank) : 0;
  std::sort(axes.begin(), axes.end());
  for (const std::int64_t axis : axes) {
    if (axis < 0 || axis > static_cast<std::int64_t>(result.dims.size())) return std::nullopt;
    result.dims.insert(result.dims.begin() + axis, 1);
  }
  return result;
}

struct Row {
  std::string_view op_type;
  Rule rule;
};
/// In alphabetical order.
constexpr auto kRules = std::to_array<Row>({
    {"Abs", same},
    {"Add", broadcast},
    {"And", broadcast},
    {"Attention", attention},
    {"AveragePool", pooling},
    {"BatchNormalization", same},
    {"Cast", same},
    {"Clip", same},
    {"Concat", concat},
    {"ConstantOfShape", filled},
    {"Conv", convolution},
    {"Div", broadcast},
    {"Dropout", same},
    {"Elu", same},
    {"Equal", broadcast},
    {"Erf", same},
    {"Exp", same},
    {"Expand", expand},
    {"Flatten", flatten},
    {"Gather", gather},
    {"Gelu", same},
    {"Gemm", gemm},
    {"GlobalAveragePool", global_pooling},
    {"GlobalMaxPool", global_pooling},
    {"GroupQueryAttention", same},
    {"HardSigmoid", same},
    {"HardSwish", same},
    {"Identity", same},
    {"InstanceNormalization", same},
    {"LRN", same},
    {"LayerNormalization", same},
    {"LeakyRelu", same},
    {"MatMul", matrix_product},
    {"MaxPool", pooling},
    {"Mul", broadcast},
    {"MultiHeadAttention", attention},
    {"PRelu", same},
    {"Pow", broadcast},
    {"Relu", same},
    {"Reshape", reshape},
    {"SimplifiedLayerNormalization", same},
    {"SkipLayerNormalization", same},
    {"SkipSimplifiedLayerNormalization", same},
    {"Sigmoid", same},
    {"Softmax", same},
    {"Softplus", same},
    {"Sqrt", same},
    {"Sub", broadcast},
    {"Sum", broadcast},
    {"Tanh", same},
    {"Transpose", transpose},
    {"Unsqueeze", unsqueeze},
    {"Where", broadcast},
});

}  // namespace

std::optional<KnownShape> output_shape(const KnownShapes& known, const OnnxNode& node) {
  const auto row = std::find_if(kRules.begin(), kRules.end(),
                                [&](const Row& each) { return each.op_type == node.op_type; });
  return row == kRules.end() ? std::nullopt : row->rule(known, node);
}

}  // namespace joulemark::model
