// SPDX-License-Identifier: Apache-2.0
#include "mxnet/lowering/attr.h"

#include <gtest/gtest.h>

namespace joulemark::mx {
namespace {

TEST(Attr, OneNumberIsATupleToo) {
  EXPECT_EQ(Attr("kernel", Ints{3, 5}).value, "(3,5)");
  EXPECT_EQ(Attr("kernel", Ints{3}).value, "(3,)");
  EXPECT_EQ(Attr("shape", Ints{}).value, "()");
}

TEST(Attr, FlagsAndNumbersAreSpelledAsMxnetReadsThem) {
  EXPECT_EQ(Attr("no_bias", true).value, "True");
  EXPECT_EQ(Attr("eps", 0.5).value, "0.5");
  EXPECT_EQ(std::stod(Attr("eps", 1e-12).value), 1e-12);
}

}  // namespace
}  // namespace joulemark::mx
