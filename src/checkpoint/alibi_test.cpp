// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/alibi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::checkpoint {
namespace {

using ::testing::ElementsAre;

TEST(Alibi, APowerOfTwoGivesAGeometricSeries) {
  EXPECT_THAT(alibi_slopes(1), ElementsAre(0.00390625F));
  EXPECT_THAT(alibi_slopes(2), ElementsAre(0.0625F, 0.00390625F));
  EXPECT_THAT(alibi_slopes(8), ElementsAre(0.5F, 0.25F, 0.125F, 0.0625F, 0.03125F, 0.015625F,
                                           0.0078125F, 0.00390625F));
}

TEST(Alibi, OtherCountsTakeEveryOtherOfTheNextPower) {
  EXPECT_THAT(alibi_slopes(5), ElementsAre(0.25F, 0.0625F, 0.015625F, 0.00390625F, 0.5F));
  EXPECT_THAT(alibi_slopes(6), ElementsAre(0.25F, 0.0625F, 0.015625F, 0.00390625F, 0.5F, 0.125F));
}

}  // namespace
}  // namespace joulemark::checkpoint
