// SPDX-License-Identifier: Apache-2.0
// Tests of the thread beside the others.
#include "serve/side_thread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace joulemark::serve {
namespace {

TEST(SideThread, RunsAllInOrderBeforeItEnds) {
  std::vector<int> seen;
  SideThread side;
  for (int i = 0; i < 100; ++i) side.run([&seen, i] { seen.push_back(i); });
  side.close();
  ASSERT_EQ(seen.size(), 100U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST(SideThread, DropsWhatComesBehindItsEnd) {
  SideThread side;
  side.close();
  bool ran = false;
  side.run([&ran] { ran = true; });
  side.close();
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace joulemark::serve
