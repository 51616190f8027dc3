// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/normalized.h"

#include <algorithm>

#include "model/dtype.h"
#include "torch_kit/dtypes.h"
#include "torch_kit/ops/values.h"

namespace joulemark::torch_kit::ops {

JitValue* as_dtype(OpCall& call, JitValue* value, jm_dtype dtype) {
  const auto storage = storage_of(dtype);
  if (!storage || storage->packed_bits != 0)
    call.invalid("a computation in " + std::string(model::dtype_name(dtype)));
  return call.cast(value, storage->type);
}

Normalized::Normalized(OpCall& call, JitValue* x, std::int64_t axis)
    : call_(call), x_(x), axis_(call.axis_of(x, axis)), count_(call.rank_of(x) - axis_) {}

/// Whether the parameter's own sizes must be those of the normalised axes: none is stretched.
bool Normalized::same_sizes(JitValue* parameter) const {
  const Fact* fact = call_.graph.fact(parameter);
  if (fact == nullptr || !fact->exact) return false;
  const at::Tensor& example = fact->example.toTensor();
  return example.dim() == count_ &&
         std::ranges::all_of(example.sizes(), [](std::int64_t size) { return size != 1; });
}

JitValue* Normalized::shape(JitValue* scale) const {
  if (scale != nullptr && same_sizes(scale))
    return call_.constant_value(call_.graph.example(scale)->sizes().vec());
  std::vector<JitValue*> sizes;
  for (std::int64_t axis = axis_; axis < axis_ + count_; ++axis)
    sizes.push_back(call_.size(x_, axis));
  return call_.graph.int_list(sizes);
}

/// Whether PyTorch's kernels take it; one that differs along other axes is applied behind them.
bool Normalized::fits(JitValue* parameter) const {
  return parameter == nullptr || call_.rank_of(parameter) <= count_;
}

JitValue* Normalized::fitted(JitValue* parameter) const {
  if (parameter == nullptr) return nullptr;
  parameter = call_.cast(parameter, call_.type_of(x_));
  if (same_sizes(parameter)) return parameter;
  return call_.call("aten::expand", {parameter, shape(nullptr), false});
}

Normalized::Results Normalized::layer_norm(Affine affine, double epsilon,
                                           bool with_statistics) const {
  const bool inside = fits(affine.scale) && fits(affine.bias);
  const Affine own = inside ? Affine{fitted(affine.scale), fitted(affine.bias)} : Affine{};
  Args args{x_, shape(own.scale), or_none(own.scale), or_none(own.bias), epsilon};
  Results results{};
  if (with_statistics) {
    const auto all = call_.graph.call_all("aten::native_layer_norm", args);
    results = {all[0], all[1], all[2]};
  } else {
    args.emplace_back(true);
    results.value = call_.call("aten::layer_norm", args);
  }
  if (inside) return results;
  if (affine.scale != nullptr)
    results.value = call_.call("aten::mul.Tensor", {results.value, affine.scale});
  if (affine.bias != nullptr)
    results.value = call_.call("aten::add.Tensor", {results.value, affine.bias});
  return results;
}

JitValue* Normalized::rms_norm(JitValue* scale, double epsilon) const {
  JitValue* own = fits(scale) ? fitted(scale) : nullptr;
  JitValue* value = call_.call("aten::rms_norm", {x_, shape(own), or_none(own), epsilon});
  return own != nullptr || scale == nullptr ? value
                                            : call_.call("aten::mul.Tensor", {value, scale});
}

JitValue* Normalized::inverse_rms(double epsilon) const {
  Ints axes;
  for (std::int64_t axis = axis_; axis < axis_ + count_; ++axis) axes.push_back(axis);
  JitValue* x = call_.cast(x_, at::kFloat);
  JitValue* squares = call_.call("aten::mul.Tensor", {x, x});
  JitValue* mean = call_.call("aten::mean.dim", {squares, axes, true, c10::IValue()});
  return call_.call("aten::rsqrt", {call_.call("aten::add.Scalar", {mean, epsilon, 1})});
}

}  // namespace joulemark::torch_kit::ops
