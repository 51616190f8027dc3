// SPDX-License-Identifier: Apache-2.0
// Which operand a name of the ONNX model stands for.
#pragma once

#include "lowering_kit/scope.h"
#include "torch_kit/lowering/operand.h"

namespace joulemark::torch_kit {

using Scope = lowering::Scope<Operand>;

}  // namespace joulemark::torch_kit
