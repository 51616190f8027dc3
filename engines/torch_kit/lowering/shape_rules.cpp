// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/shape_rules.h"

#include <ATen/TensorUtils.h>
#include <ATen/WrapDimUtils.h>
#include <ATen/native/TypeProperties.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <string_view>

namespace joulemark::torch_kit {
namespace {

using Ints = std::vector<std::int64_t>;
using Guesses = std::vector<ShapeGuess>;

at::Tensor example(const Ints& dims, at::ScalarType type) {
  return at::empty(dims, at::TensorOptions(type).device(at::kMeta));
}

bool is_tensor(const tj::Stack& arguments, std::size_t i) {
  return i < arguments.size() && arguments[i].isTensor() && arguments[i].toTensor().defined();
}

Guesses same_as_first(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0)) return {};
  const at::Tensor& first = arguments[0].toTensor();
  return {{example(first.sizes().vec(), first.scalar_type()), true}};
}

/// Sizes by the formula of every convolution: floor((in + 2 pad - dilation (kernel - 1) - 1) /
/// stride) + 1.
Guesses convolution(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0) || !is_tensor(arguments, 1)) return {};
  const at::Tensor& x = arguments[0].toTensor();
  const at::Tensor& weight = arguments[1].toTensor();
  Ints dims = x.sizes().vec();
  if (dims.size() != static_cast<std::size_t>(weight.dim()) || dims.size() < 3) return {};
  const bool lists = arguments[3].isIntList() && arguments[4].isIntList() &&
                     arguments[5].isIntList() &&
                     arguments[3].toIntVector().size() == dims.size() - 2;
  dims[1] = weight.size(0);
  for (std::size_t i = 2; lists && i < dims.size(); ++i) {
    const std::int64_t stride = std::max<std::int64_t>(arguments[3].toIntVector()[i - 2], 1);
    const std::int64_t pad = arguments[4].toIntVector()[i - 2];
    const std::int64_t dilation = arguments[5].toIntVector()[i - 2];
    const std::int64_t reach = dilation * (weight.size(static_cast<std::int64_t>(i)) - 1) + 1;
    dims[i] = std::max<std::int64_t>((dims[i] + 2 * pad - reach) / stride + 1, 0);
  }
  return {{example(dims, x.scalar_type()), lists}};
}

Guesses attention(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0) || !is_tensor(arguments, 2)) return {};
  const at::Tensor& query = arguments[0].toTensor();
  Ints dims = query.sizes().vec();
  if (dims.empty() || arguments[2].toTensor().dim() == 0) return {};
  dims.back() = arguments[2].toTensor().size(-1);
  return {{example(dims, query.scalar_type()), true}};
}

/// The rank of the larger one, each size that of the one that is not 1.
Ints broadcast(const Ints& a, const Ints& b) {
  const Ints& longer = a.size() >= b.size() ? a : b;
  const Ints& shorter = a.size() >= b.size() ? b : a;
  Ints dims = longer;
  const std::size_t shift = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i)
    if (dims[i + shift] == 1) dims[i + shift] = shorter[i];
  return dims;
}

/// Element-wise on all tensor arguments; `type` undefined: the promoted one.
Guesses elementwise(const tj::Stack& arguments, at::ScalarType type) {
  Ints dims;
  at::native::ResultTypeState state{};
  bool any = false;
  for (const c10::IValue& argument : arguments) {
    if (argument.isTensor() && argument.toTensor().defined()) {
      dims = broadcast(dims, argument.toTensor().sizes().vec());
      state = at::native::update_result_type_state(argument.toTensor(), state);
      any = true;
    } else if (argument.isNone()) {
      return {};
    }
  }
  if (!any) return {};
  if (type == at::ScalarType::Undefined) type = at::native::result_type(state);
  return {{example(dims, type), false}};
}

Guesses select(const tj::Stack& arguments) {
  if (arguments.size() != 3) return {};
  const c10::IValue& first = arguments[is_tensor(arguments, 1) ? 1 : 2];
  const c10::IValue& second = arguments[is_tensor(arguments, 2) ? 2 : 1];
  if (!first.isTensor() || !second.isTensor()) return {};
  Guesses guesses = elementwise({first, second}, at::ScalarType::Undefined);
  if (guesses.empty() || !is_tensor(arguments, 0)) return guesses;
  const at::Tensor either = guesses[0].example->toTensor();
  const Ints dims = broadcast(either.sizes().vec(), arguments[0].toTensor().sizes().vec());
  return {{example(dims, either.scalar_type()), false}};
}

Guesses concatenation(const tj::Stack& arguments) {
  if (arguments.empty() || !arguments[0].isTensorList() || arguments[0].toTensorVector().empty())
    return {};
  const at::Tensor first = arguments[0].toTensorVector().front();
  return {{example(first.sizes().vec(), first.scalar_type()), false}};
}

Guesses product(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0) || !is_tensor(arguments, 1)) return {};
  const at::Tensor& a = arguments[0].toTensor();
  const at::Tensor& b = arguments[1].toTensor();
  if (a.dim() == 0 || b.dim() == 0) return {};
  Ints left = a.sizes().vec();
  Ints right = b.sizes().vec();
  const std::int64_t rows = a.dim() > 1 ? a.size(-2) : 0;
  const std::int64_t columns = b.dim() > 1 ? b.size(-1) : 0;
  left.resize(left.size() > 2 ? left.size() - 2 : 0);
  right.resize(right.size() > 2 ? right.size() - 2 : 0);
  Ints dims = broadcast(left, right);
  if (a.dim() > 1) dims.push_back(rows);
  if (b.dim() > 1) dims.push_back(columns);
  return {{example(dims, a.scalar_type()), false}};
}

/// As the first argument, but of no known size.
Guesses like_first(const tj::Stack& arguments) {
  Guesses guesses = same_as_first(arguments);
  for (ShapeGuess& guess : guesses) guess.exact = false;
  return guesses;
}

Guesses truth_of_first(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0)) return {};
  return {{example(arguments[0].toTensor().sizes().vec(), at::kBool), true}};
}

/// A tensor of rank 0 from all elements.
Guesses whole(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0)) return {};
  return {{example({}, arguments[0].toTensor().scalar_type()), true}};
}

Guesses positions(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0)) return {};
  return {{example({720, arguments[0].toTensor().dim()}, at::kLong), false}};
}

/// Windows over the last axes, as the sizes of (x, kernel, stride, padding, dilation, ceil) say.
Ints pooled_sizes(const tj::Stack& arguments) {
  Ints dims = arguments[0].toTensor().sizes().vec();
  const Ints kernel = arguments[1].toIntVector();
  for (std::size_t i = 0; i < kernel.size() && kernel.size() < dims.size(); ++i) {
    const std::int64_t stride = std::max<std::int64_t>(arguments[2].toIntVector().at(i), 1);
    const std::int64_t pad = arguments[3].toIntVector().at(i);
    const std::int64_t reach = arguments[4].toIntVector().at(i) * (kernel[i] - 1) + 1;
    std::int64_t& size = dims[dims.size() - kernel.size() + i];
    const std::int64_t up = arguments[5].toBool() ? stride - 1 : 0;
    const std::int64_t count = (size + 2 * pad - reach + up) / stride + 1;
    size =
        std::max<std::int64_t>(up > 0 && (count - 1) * stride >= size + pad ? count - 1 : count, 0);
  }
  return dims;
}

Guesses max_pool(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0) || arguments.size() < 6) return {};
  return {{example(pooled_sizes(arguments), arguments[0].toTensor().scalar_type()), true}};
}

Guesses max_pool_with_indices(const tj::Stack& arguments) {
  Guesses guesses = max_pool(arguments);
  if (!guesses.empty()) guesses.push_back({example(pooled_sizes(arguments), at::kLong), true});
  return guesses;
}

/// (in - 1) · stride - 2 pad + dilation (kernel - 1) + output padding + 1.
Guesses transposed_convolution(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0) || !is_tensor(arguments, 1)) return {};
  const at::Tensor& x = arguments[0].toTensor();
  const at::Tensor& weight = arguments[1].toTensor();
  Ints dims = x.sizes().vec();
  if (dims.size() < 3 || dims.size() != static_cast<std::size_t>(weight.dim())) return {};
  const bool lists = arguments[4].isIntList() && arguments[6].isInt();
  dims[1] = weight.size(1) * (lists ? arguments[6].toInt() : 1);
  for (std::size_t i = 2; lists && i < dims.size(); ++i) {
    const auto at = [&](std::size_t list) { return arguments[list].toIntVector().at(i - 2); };
    const std::int64_t kernel = weight.size(static_cast<std::int64_t>(i));
    dims[i] = (dims[i] - 1) * at(3) - 2 * at(4) + at(7) * (kernel - 1) + at(5) + 1;
    dims[i] = std::max<std::int64_t>(dims[i], 0);
  }
  return {{example(dims, x.scalar_type()), lists}};
}

/// Result, mean and inverse deviation.
Guesses layer_statistics(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0) || !arguments[1].isIntList()) return {};
  const at::Tensor& x = arguments[0].toTensor();
  Ints outer = x.sizes().vec();
  const std::size_t count = std::min(arguments[1].toIntVector().size(), outer.size());
  std::fill(outer.end() - static_cast<std::ptrdiff_t>(count), outer.end(), 1);
  const ShapeGuess one{example(outer, x.scalar_type()), true};
  return {{example(x.sizes().vec(), x.scalar_type()), true}, one, one};
}

/// Variance and mean over the axes of (x, axes, correction, keepdim).
Guesses moments(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0) || !arguments[1].isIntList()) return {};
  const at::Tensor& x = arguments[0].toTensor();
  const Ints axes = arguments[1].toIntVector();
  Ints dims;
  for (std::int64_t axis = 0; axis < x.dim(); ++axis) {
    const bool reduced = std::ranges::count(axes, axis) + std::ranges::count(axes, axis - x.dim());
    if (!reduced) dims.push_back(x.size(axis));
    if (reduced && arguments[3].toBool()) dims.push_back(1);
  }
  const ShapeGuess one{example(dims, x.scalar_type()), true};
  return {one, one};
}

/// The last axis of the first argument replaced by the rows of the weights.
Guesses linear(const tj::Stack& arguments) {
  Guesses guesses = same_as_first(arguments);
  if (guesses.empty() || !is_tensor(arguments, 1)) return {};
  Ints dims = guesses[0].example->toTensor().sizes().vec();
  if (dims.empty() || arguments[1].toTensor().dim() == 0) return {};
  dims.back() = arguments[1].toTensor().size(0);
  return {{example(dims, arguments[0].toTensor().scalar_type()), false}};
}

/// Every index replaced by a row of the table.
Guesses embedding(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0) || !is_tensor(arguments, 1)) return {};
  Ints dims = arguments[1].toTensor().sizes().vec();
  dims.push_back(arguments[0].toTensor().size(-1));
  return {{example(dims, arguments[0].toTensor().scalar_type()), false}};
}

/// A product of (bias, a, b) or (a, b), all of rank 2.
template <std::size_t first>
Guesses matrix_product(const tj::Stack& arguments) {
  if (!is_tensor(arguments, first) || !is_tensor(arguments, first + 1)) return {};
  return product({arguments[first], arguments[first + 1]});
}

/// As many axes as there are sizes.
Guesses expansion(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0) || !arguments[1].isIntList()) return {};
  Ints dims = arguments[1].toIntVector();
  for (std::int64_t& size : dims) size = std::max<std::int64_t>(size, 1);
  return {{example(dims, arguments[0].toTensor().scalar_type()), false}};
}

Guesses expansion_as(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0) || !is_tensor(arguments, 1)) return {};
  return {{example(arguments[1].toTensor().sizes().vec(), arguments[0].toTensor().scalar_type()),
           false}};
}

/// Parts of (x, sizes, axis) as a list.
Guesses parts(const tj::Stack& arguments) {
  if (!is_tensor(arguments, 0) || !arguments[1].isIntList()) return {};
  const at::Tensor& x = arguments[0].toTensor();
  c10::List<at::Tensor> list;
  for (const std::int64_t size : arguments[1].toIntVector()) {
    Ints dims = x.sizes().vec();
    dims.at(static_cast<std::size_t>(at::maybe_wrap_dim(arguments[2].toInt(), x.dim()))) = size;
    list.push_back(example(dims, x.scalar_type()));
  }
  return {{c10::IValue(list), false}};
}

struct Rule {
  std::string_view op;
  Guesses (*guess)(const tj::Stack&);
  bool always;  ///< PyTorch's own shape function is missing
};

template <at::ScalarType type>
Guesses elementwise_as(const tj::Stack& arguments) {
  return elementwise(arguments, type);
}
constexpr auto kPromoted = elementwise_as<at::ScalarType::Undefined>;
constexpr auto kTruth = elementwise_as<at::ScalarType::Bool>;

constexpr Rule kRules[] = {
    {"aten::conv1d", convolution, true},
    {"aten::conv2d", convolution, true},
    {"aten::conv3d", convolution, true},
    {"aten::batch_norm", same_as_first, true},
    {"aten::layer_norm", same_as_first, true},
    {"aten::group_norm", same_as_first, true},
    {"aten::instance_norm", same_as_first, true},
    {"aten::rms_norm", same_as_first, true},
    {"aten::scaled_dot_product_attention", attention, true},
    {"aten::convolution", convolution, true},
    {"aten::relu", same_as_first, true},
    {"aten::_prelu_kernel", same_as_first, true},
    {"aten::abs", same_as_first, true},
    {"aten::bernoulli", same_as_first, true},
    {"aten::repeat_interleave", like_first, false},
    {"aten::hardswish", same_as_first, true},
    {"aten::hardtanh", same_as_first, true},
    {"aten::flip", same_as_first, true},
    {"aten::roll", same_as_first, true},
    {"aten::isnan", truth_of_first, true},
    {"aten::isinf", truth_of_first, true},
    {"aten::logical_not", truth_of_first, true},
    {"aten::nonzero", positions, true},
    {"aten::index_select", like_first, true},
    {"aten::max", whole, false},
    {"aten::min", whole, false},
    {"aten::prod", whole, false},
    {"aten::add", kPromoted, false},
    {"aten::sub", kPromoted, false},
    {"aten::mul", kPromoted, false},
    {"aten::div", kPromoted, false},
    {"aten::pow", kPromoted, false},
    {"aten::remainder", kPromoted, false},
    {"aten::fmod", kPromoted, false},
    {"aten::maximum", kPromoted, false},
    {"aten::minimum", kPromoted, false},
    {"aten::bitwise_and", kPromoted, false},
    {"aten::bitwise_or", kPromoted, false},
    {"aten::bitwise_xor", kPromoted, false},
    {"aten::bitwise_left_shift", kPromoted, false},
    {"aten::bitwise_right_shift", kPromoted, false},
    {"aten::eq", kTruth, false},
    {"aten::ne", kTruth, false},
    {"aten::lt", kTruth, false},
    {"aten::le", kTruth, false},
    {"aten::gt", kTruth, false},
    {"aten::ge", kTruth, false},
    {"aten::logical_and", kTruth, false},
    {"aten::logical_or", kTruth, false},
    {"aten::logical_xor", kTruth, false},
    {"aten::where", select, false},
    {"aten::cat", concatenation, false},
    {"aten::matmul", product, false},
    {"aten::mm", matrix_product<0>, false},
    {"aten::bmm", matrix_product<0>, false},
    {"aten::addmm", matrix_product<1>, false},
    {"aten::expand", expansion, false},
    {"aten::expand_as", expansion_as, false},
    {"aten::split_with_sizes", parts, false},
    {"aten::abs", same_as_first, false},
    {"aten::max_pool3d", max_pool, false},
    {"aten::max_pool1d_with_indices", max_pool_with_indices, false},
    {"aten::max_pool2d_with_indices", max_pool_with_indices, false},
    {"aten::max_pool3d_with_indices", max_pool_with_indices, false},
    {"aten::conv_transpose1d", transposed_convolution, true},
    {"aten::conv_transpose2d", transposed_convolution, true},
    {"aten::conv_transpose3d", transposed_convolution, true},
    {"aten::native_layer_norm", layer_statistics, false},
    {"aten::var_mean", moments, false},
    {"aten::linear", linear, false},
    {"aten::embedding", embedding, false},
    {"aten::addcmul", kPromoted, false},
};

const Rule* rule_of(const tj::Node* node) {
  const std::string_view name = node->kind().toQualString();
  const auto* found = std::ranges::find(kRules, name, &Rule::op);
  return found == std::end(kRules) ? nullptr : found;
}

}  // namespace

bool has_shape_rule(const tj::Node* node) {
  const Rule* rule = rule_of(node);
  return rule != nullptr && rule->always;
}

std::vector<ShapeGuess> guess_shapes(const tj::Node* node, const tj::Stack& arguments) {
  const Rule* rule = rule_of(node);
  return rule == nullptr ? std::vector<ShapeGuess>{} : rule->guess(arguments);
}

}  // namespace joulemark::torch_kit
