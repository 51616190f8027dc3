// SPDX-License-Identifier: Apache-2.0
// The ceilings against work whose amount is known.
#include "worker/ceilings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/clock.h"
#include "worker/peak_kernels.h"

namespace joulemark::worker {
namespace {

TEST(PeakKernels, ArithmeticIsDoneAndCounted) {
  float sink = 0;
  const double once = widest_arithmetic()(1000, &sink);
  EXPECT_GE(once, 1000 * 2.0 * 12 * 4);
  EXPECT_EQ(widest_arithmetic()(2000, &sink), 2 * once);
  // Every chain tends to 1: x = x / 2 + 1 / 2.
  EXPECT_NEAR(sink, once / 2000, 1e-3 * once / 2000);
}

TEST(PeakKernels, EveryWordIsRead) {
  std::vector<std::uint64_t> words(1003, 1);
  words[0] = 5;
  words[1002] = 7;
  EXPECT_EQ(read_through(words.data(), words.size()), 1003U + 4 + 6);
  EXPECT_EQ(read_through(words.data(), 0), 0U);
}

/// A dot product as a compiler writes it stays below.
TEST(Ceilings, NoSimpleLoopExceedsThem) {
  const auto ceilings = measure_ceilings(std::size_t{32} << 20);
  ASSERT_TRUE(ceilings) << ceilings.error().message;
  EXPECT_GT(ceilings->bytes_per_s, 1e8);
  std::vector<float> a(4096, 1.5F);
  std::vector<float> b(4096, 0.5F);
  volatile float kept = 0;
  Nanoseconds best = kNanosecondsPerSecond;
  for (int i = 0; i < 50; ++i) {
    const Nanoseconds begin = monotonic_now();
    float sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
    kept = sum;
    best = std::min(best, monotonic_now() - begin);
  }
  EXPECT_EQ(kept, 3072);
  EXPECT_GT(ceilings->flops_per_s, 2 * 4096 / to_seconds(best));
}

}  // namespace
}  // namespace joulemark::worker
