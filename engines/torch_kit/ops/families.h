// SPDX-License-Identifier: Apache-2.0
// The families of operators: one function a file of this folder.
#pragma once

#include "torch_kit/lowering/table.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> unary();
std::span<const Entry> binary();
std::span<const Entry> control_flow();

}  // namespace joulemark::torch_kit::ops
