// SPDX-License-Identifier: Apache-2.0
#include "stats/nesting.h"

#include <gmock/gmock.h>

namespace joulemark::stats {
namespace {

using testing::ElementsAre;
using Labels = std::vector<std::vector<std::size_t>>;

TEST(Nesting, PutsTheLowestLevelFastest) {
  const auto nesting = nest(Labels{{0, 1, 0, 1, 0, 1}, {0, 0, 1, 1, 2, 2}});
  ASSERT_TRUE(nesting);
  EXPECT_THAT(nesting->order, ElementsAre(0, 2, 4, 1, 3, 5));
  EXPECT_THAT(nesting->counts, ElementsAre(2, 3));
}

TEST(Nesting, RowsBelowTheLastLabelAreALevel) {
  const auto nesting = nest(Labels{{7, 7, 9, 9, 7, 9}});
  ASSERT_TRUE(nesting);
  EXPECT_THAT(nesting->order, ElementsAre(0, 1, 4, 2, 3, 5));
  EXPECT_THAT(nesting->counts, ElementsAre(2, 3));
}

TEST(Nesting, EqualLabelsBelowDifferentOnesAreDifferentThings) {
  const auto nesting = nest(Labels{{0, 0, 1, 1}, {5, 6, 5, 6}, {1, 1, 1, 1}});
  ASSERT_TRUE(nesting);
  EXPECT_THAT(nesting->counts, ElementsAre(2, 2, 1));
}

TEST(Nesting, UnevenOnesAreNone) {
  EXPECT_FALSE(nest(Labels{{0, 0, 1}}));
  EXPECT_FALSE(nest(Labels{{0, 0, 0, 1, 1, 1}, {0, 1, 2, 0, 0, 1}}));
  // As many below each parent, but not as many below those.
  EXPECT_FALSE(nest(Labels{{0, 0, 0, 1, 1, 1}, {0, 0, 1, 0, 1, 1}}));
  // As many in all as if they were even.
  EXPECT_FALSE(nest(Labels{{0, 0, 0, 0, 1, 1, 1, 1}, {0, 1, 2, 3, 0, 0, 1, 1}}));
  EXPECT_FALSE(nest(Labels{}));
  EXPECT_FALSE(nest(Labels{{}}));
}

}  // namespace
}  // namespace joulemark::stats
