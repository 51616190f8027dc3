// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/rotary.h"

#include <ATen/ops/mul.h>

namespace joulemark::torch_kit {
namespace {

/// The two numbers of each pair.
struct Pairs {
  at::Tensor first;
  at::Tensor second;
};

Pairs pairs_of(const at::Tensor& x, std::int64_t half, bool interleaved) {
  if (interleaved) return {x.slice(-1, 0, 2 * half, 2), x.slice(-1, 1, 2 * half, 2)};
  return {x.narrow(-1, 0, half), x.narrow(-1, half, half)};
}

}  // namespace

void rotate_into(const at::Tensor& out, const at::Tensor& x, const Waves& waves) {
  const std::int64_t half = waves.cosines.size(-1);
  const at::Tensor cosines = waves.cosines.unsqueeze(-2);
  const at::Tensor sines = waves.sines.unsqueeze(-2);
  const Pairs from = pairs_of(x, half, waves.interleaved);
  Pairs to = pairs_of(out, half, waves.interleaved);
  at::mul_out(to.first, from.first, cosines).addcmul_(from.second, sines, -1);
  at::mul_out(to.second, from.second, cosines).addcmul_(from.first, sines);
  const std::int64_t rest = x.size(-1) - 2 * half;
  if (rest > 0) out.narrow(-1, 2 * half, rest).copy_(x.narrow(-1, 2 * half, rest));
}

}  // namespace joulemark::torch_kit
