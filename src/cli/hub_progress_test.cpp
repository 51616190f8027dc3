// SPDX-License-Identifier: Apache-2.0
// Sizes as people read them.
#include "cli/hub_progress.h"

#include <gtest/gtest.h>

namespace joulemark::cli {
namespace {

TEST(SizeText, HasThreeDigitsAndAUnit) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(999), "999 B");
  EXPECT_EQ(size_text(1000), "1.00 kB");
  EXPECT_EQ(size_text(99'949), "99.9 kB");
  EXPECT_EQ(size_text(999'499), "999 kB");
  EXPECT_EQ(size_text(999'500), "1.00 MB");
  EXPECT_EQ(size_text(548'105'171), "548 MB");
  EXPECT_EQ(size_text(3'020'000'000), "3.02 GB");
}

}  // namespace
}  // namespace joulemark::cli
