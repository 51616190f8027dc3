// SPDX-License-Identifier: Apache-2.0
// The families of operators: one function a file of this folder.
#pragma once

#include "torch_kit/lowering/table.h"

namespace joulemark::torch_kit::ops {

std::span<const Entry> unary();
std::span<const Entry> activation();
std::span<const Entry> binary();
std::span<const Entry> logic();
std::span<const Entry> cast();
std::span<const Entry> reduce();
std::span<const Entry> quantize();
std::span<const Entry> dropout();
std::span<const Entry> loss();
std::span<const Entry> training();
std::span<const Entry> movement();
std::span<const Entry> blocks();
std::span<const Entry> padding();
std::span<const Entry> slicing();
std::span<const Entry> indexing();
std::span<const Entry> scattering();
std::span<const Entry> searching();
std::span<const Entry> generate();
std::span<const Entry> convolution();
std::span<const Entry> pooling();
std::span<const Entry> normalization();
std::span<const Entry> linear();
std::span<const Entry> attention();
std::span<const Entry> recurrent();
std::span<const Entry> contrib();
std::span<const Entry> vision();
std::span<const Entry> signal();
std::span<const Entry> sequence();
std::span<const Entry> classic();
std::span<const Entry> control_flow();
std::span<const Entry> contrib_attention();
std::span<const Entry> contrib_products();
std::span<const Entry> folding();
std::span<const Entry> ordering();
std::span<const Entry> stateful();
std::span<const Entry> trees();

}  // namespace joulemark::torch_kit::ops
