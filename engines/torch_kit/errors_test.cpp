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

}  // namespace
}  // namespace joulemark::torch_kit
