// SPDX-License-Identifier: Apache-2.0
#include "base/tell_apart.h"

#include <gmock/gmock.h>

namespace joulemark {
namespace {

using ::testing::ElementsAre;

TEST(TellApart, NamesOfDifferentThingsGrowUntilTheyDiffer) {
  EXPECT_THAT(tell_apart({{"a", {"p", "x"}, "1"}, {"a", {"p", "y"}, "2"}, {"b", {"q"}, "3"}}),
              ElementsAre("x/p/a", "y/p/a", "b"));
  EXPECT_THAT(tell_apart({{"a", {}, "1"}, {"a", {"p"}, "2"}}), ElementsAre("a", "p/a"));
  EXPECT_THAT(tell_apart({{"a", {"p"}, "1"}, {"a", {"p"}, "1"}}), ElementsAre("a", "a"));
}

TEST(TellApart, FoldersStandInnermostFirst) {
  EXPECT_THAT(folder_names("/x/y/z"), ElementsAre("z", "y", "x"));
  EXPECT_THAT(folder_names("y/z"), ElementsAre("z", "y"));
  EXPECT_THAT(folder_names(""), ElementsAre());
}

}  // namespace
}  // namespace joulemark
