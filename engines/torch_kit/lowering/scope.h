// SPDX-License-Identifier: Apache-2.0
// Which operand a name of the ONNX model stands for.
#pragma once

#include <string>
#include <unordered_map>

#include "torch_kit/lowering/operand.h"

namespace joulemark::torch_kit {

using Scope = std::unordered_map<std::string, Operand>;

}  // namespace joulemark::torch_kit
