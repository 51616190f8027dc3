// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/errors.h"

#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

namespace joulemark::torch_kit {
namespace {

TEST(Errors, WhatPyTorchSaysIsCutBeforeItsBacktrace) {
  try {
    static_cast<void>(at::ones({2}).add(at::ones({3})));
    FAIL() << "tensors of 2 and 3 elements were added";
  } catch (const std::exception& error) {
    const std::string text = brief(error);
    EXPECT_NE(text.find("must match the size of tensor b (3)"), std::string::npos) << text;
    EXPECT_EQ(text.find("Exception raised"), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }
}

TEST(Errors, AMessageOfSeveralLinesBecomesOne) {
  EXPECT_EQ(brief(std::runtime_error("a\n\t b \n")), "a b");
}

TEST(Errors, TheInterpretersWordsAreLeftOut) {
  const Explanation told =
      explain(std::runtime_error("The following operation failed in the TorchScript interpreter.\n"
                                 "Traceback of TorchScript (most recent call last):\n"
                                 "  File \"net.py\", line 3, in forward\n"
                                 "    def forward(self, x):\n"
                                 "        return x @ self.w\n"
                                 "               ~~~~~~~~~~ <--- HERE\n"
                                 "RuntimeError: size mismatch, got 2, 3\n"));
  EXPECT_EQ(told.where, "return x @ self.w");
  EXPECT_EQ(told.why, "size mismatch, got 2, 3");
}

TEST(Errors, WhatIsNotOfTheInterpreterIsTheReason) {
  const Explanation told = explain(std::runtime_error("no\nmemory"));
  EXPECT_EQ(told.where, "");
  EXPECT_EQ(told.why, "no memory");
}

}  // namespace
}  // namespace joulemark::torch_kit
