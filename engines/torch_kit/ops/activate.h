// SPDX-License-Identifier: Apache-2.0
// Activation functions by name, as fused and recurrent operators have them in attributes.
#pragma once

#include <optional>
#include <string>

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

struct Activation {
  std::string name;
  std::optional<double> alpha = std::nullopt;
  std::optional<double> beta = std::nullopt;
};

/// How many parameters ONNX gives the function (0 to 2: alpha, beta).
int parameters_of(const std::string& activation);

/// JM_UNSUPPORTED for a name that is none of ONNX's. An empty name does nothing.
JitValue* activate(OpCall& call, JitValue* value, const Activation& activation);

/// x · sigmoid(alpha x).
JitValue* swish(OpCall& call, JitValue* x, double alpha);

}  // namespace joulemark::torch_kit::ops
