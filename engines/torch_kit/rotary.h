// SPDX-License-Identifier: Apache-2.0
// Rotary embeddings, written where they are wanted.
#pragma once

#include <ATen/core/Tensor.h>

namespace joulemark::torch_kit {

/// What is rotated by, [n, half] or [b, n, half]: half of the numbers that are rotated in a head.
struct Waves {
  at::Tensor cosines;
  at::Tensor sines;
  bool interleaved = false;  ///< pairs are neighbours, else halves apart
};

/// `out` becomes `x` rotated; both [b, n, heads, size], with memory of their own. What lies behind
/// the rotated part of each head stays.
void rotate_into(const at::Tensor& out, const at::Tensor& x, const Waves& waves);

}  // namespace joulemark::torch_kit
