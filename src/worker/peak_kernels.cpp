// SPDX-License-Identifier: Apache-2.0
// Twelve chains hide the latency of a fused multiply-add (4 cycles on 2 ports, or less).
#include "worker/peak_kernels.h"

namespace joulemark::worker {
namespace {

constexpr int kChains = 12;

#define JM_VECTOR(bytes) __attribute__((vector_size(bytes)))

/// Inlined into functions for one instruction set each. The values stay between 0 and 2; floating-
/// point numbers must be rounded at each step, so that no compiler can leave one out.
template <class Vector>
[[gnu::always_inline]] inline double multiply_add(std::int64_t rounds, float* sink) {
  constexpr int kLanes = static_cast<int>(sizeof(Vector) / sizeof(float));
  Vector chain[kChains];
  for (int i = 0; i < kChains; ++i) chain[i] = Vector{} + static_cast<float>(i) / kChains;
  const Vector factor = Vector{} + 0.5F;
  const Vector addend = Vector{} + 0.5F;
  for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; ++i) chain[i] = chain[i] * factor + addend;
  }
  Vector sum = chain[0];
  for (int i = 1; i < kChains; ++i) sum += chain[i];
  *sink = 0;
  for (int lane = 0; lane < kLanes; ++lane) *sink += sum[lane];
  return 2.0 * kChains * kLanes * static_cast<double>(rounds);
}

using Vector16 = float JM_VECTOR(16);

double arithmetic_16(std::int64_t rounds, float* sink) {
  return multiply_add<Vector16>(rounds, sink);
}

#if defined(__x86_64__)
using Vector32 = float JM_VECTOR(32);
using Vector64 = float JM_VECTOR(64);

__attribute__((target("avx2,fma"))) double arithmetic_32(std::int64_t rounds, float* sink) {
  return multiply_add<Vector32>(rounds, sink);
}

__attribute__((target("avx512f,prefer-vector-width=512"))) double arithmetic_64(std::int64_t rounds,
                                                                                float* sink) {
  return multiply_add<Vector64>(rounds, sink);
}
#endif

}  // namespace

ArithmeticKernel widest_arithmetic() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return arithmetic_64;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return arithmetic_32;
#endif
  return arithmetic_16;
}

std::uint64_t read_through(const std::uint64_t* data, std::size_t words) {
  constexpr std::size_t kStep = 16;
  std::uint64_t sums[kStep] = {};
  std::size_t i = 0;
  for (; i + kStep <= words; i += kStep)
    for (std::size_t k = 0; k < kStep; ++k) sums[k] += data[i + k];
  for (; i < words; ++i) sums[0] += data[i];
  std::uint64_t sum = 0;
  for (const std::uint64_t part : sums) sum += part;
  return sum;
}

}  // namespace joulemark::worker
