// SPDX-License-Identifier: Apache-2.0
#include "mx_errors.h"

#include <gtest/gtest.h>

namespace joulemark::mx {
namespace {

TEST(Errors, AreCutToWhatHappened) {
  EXPECT_EQ(brief("Traceback (most recent call last):\n  File \"../src/operator/x.cc\", line 59\n"
                  "MXNetError: Check failed: a == b (1 vs. 2) : shapes do not fit. \n"),
            "a == b (1 vs. 2) : shapes do not fit");
  EXPECT_EQ(brief("MXNetError: Check failed: op != nullptr: Operator Foo is not registered"),
            "Operator Foo is not registered");
  EXPECT_EQ(brief("plain\nStack trace:\n  [bt] (0) lib.so"), "plain");
}

TEST(Errors, WhatMxnetLacksIsUnsupported) {
  EXPECT_EQ(classify(Stage::kLoad, "Operator Foo is not registered"), JM_UNSUPPORTED);
  EXPECT_EQ(classify(Stage::kRun, "Check failed: dtype not supported"), JM_UNSUPPORTED);
  EXPECT_EQ(classify(Stage::kRun, "ndim() <= broadcast::MAX_DIM (7 vs. 5)"), JM_UNSUPPORTED);
}

TEST(Errors, OthersAreThoseOfTheirStage) {
  EXPECT_EQ(classify(Stage::kOpen, "no"), JM_LIBRARY_UNUSABLE);
  EXPECT_EQ(classify(Stage::kLoad, "shape mismatch"), JM_INVALID_MODEL);
  EXPECT_EQ(classify(Stage::kRun, "index out of bounds"), JM_FAILED);
}

}  // namespace
}  // namespace joulemark::mx
