// SPDX-License-Identifier: Apache-2.0
// Normalisation over trailing axes, which several operators and fusions share.
#pragma once

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

/// `value` in a type that the model names by its ONNX number.
JitValue* as_dtype(OpCall& call, JitValue* value, jm_dtype dtype);

/// A tensor whose axes from `axis` on are normalised together.
class Normalized {
 public:
  Normalized(OpCall& call, JitValue* x, std::int64_t axis);

  /// Factor and summand; null where there is none. They broadcast to the tensor.
  struct Affine {
    JitValue* scale = nullptr;
    JitValue* bias = nullptr;
  };
  struct Results {
    JitValue* value;
    JitValue* mean = nullptr;
    JitValue* inverse_deviation = nullptr;
  };

  /// (x - mean) / √(variance + epsilon) · scale + bias; the statistics only if asked for.
  [[nodiscard]] Results layer_norm(Affine affine, double epsilon, bool with_statistics) const;
  /// x / √(mean of x² + epsilon) · scale.
  [[nodiscard]] JitValue* rms_norm(JitValue* scale, double epsilon) const;
  /// 1 / √(mean of x² + epsilon), in float.
  [[nodiscard]] JitValue* inverse_rms(double epsilon) const;

 private:
  bool same_sizes(JitValue* parameter) const;
  bool fits(JitValue* parameter) const;
  JitValue* fitted(JitValue* parameter) const;
  JitValue* shape(JitValue* scale) const;

  OpCall& call_;
  JitValue* x_;
  std::int64_t axis_;
  std::int64_t count_;  ///< of normalised axes
};

}  // namespace joulemark::torch_kit::ops
