// SPDX-License-Identifier: Apache-2.0
// The operator families, one file each.
#pragma once

#include "tensorflow/lowering/table.h"

namespace joulemark::tf::ops {

std::span<const Entry> unary_family();
std::span<const Entry> activation();
std::span<const Entry> binary_family();
std::span<const Entry> logic();
std::span<const Entry> cast();
std::span<const Entry> reduce();
std::span<const Entry> movement();
std::span<const Entry> blocks();
std::span<const Entry> padding();
std::span<const Entry> slicing();
std::span<const Entry> indexing();
std::span<const Entry> searching();
std::span<const Entry> generate();
std::span<const Entry> convolution();
std::span<const Entry> transposed_convolution();
std::span<const Entry> pooling();
std::span<const Entry> resizing();
std::span<const Entry> normalization();
std::span<const Entry> linear();
std::span<const Entry> attention();
std::span<const Entry> recurrent_family();
std::span<const Entry> control_flow();
std::span<const Entry> scans();
std::span<const Entry> losses();
std::span<const Entry> quantize();
std::span<const Entry> vision();
std::span<const Entry> boxes();
std::span<const Entry> windows();

}  // namespace joulemark::tf::ops
