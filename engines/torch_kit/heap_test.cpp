// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/heap.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <cstring>

namespace joulemark::torch_kit {
namespace {

constexpr std::size_t kBytes = std::size_t{64} << 20U;

/// The pages that writing a fresh block makes the system fetch.
long faults_of_a_block() {
  rusage before{};
  rusage after{};
  getrusage(RUSAGE_THREAD, &before);
  void* block = std::malloc(kBytes);
  std::memset(block, 1, kBytes);
  const bool written = static_cast<const volatile char*>(block)[kBytes - 1] == 1;
  getrusage(RUSAGE_THREAD, &after);
  std::free(block);
  return written ? after.ru_minflt - before.ru_minflt : -1;
}

TEST(Heap, ABlockThatWasFreedIsTakenAgainWithoutTheSystem) {
  keep_freed_memory();
  faults_of_a_block();
  const long again = faults_of_a_block();
  EXPECT_GE(again, 0);
  EXPECT_LT(again, 100);
}

}  // namespace
}  // namespace joulemark::torch_kit
