// SPDX-License-Identifier: Apache-2.0
// Tests of the kernel's count of processes killed for memory.
#include "run/memory_watch.h"

#include <gtest/gtest.h>

#include <fstream>

#include "run/temporary_folder.h"

namespace joulemark::run {
namespace {

TEST(MemoryWatch, SeesTheMachinesCountRise) {
  const auto root = TemporaryFolder::create();
  ASSERT_TRUE(root);
  std::filesystem::create_directory(root->path() / "proc");
  const auto write = [&](int kills) {
    std::ofstream(root->path() / "proc/vmstat")
        << "nr_free_pages 5\noom_kill " << kills << "\nlast 1\n";
  };
  write(3);
  const MemoryWatch watch(root->path());
  EXPECT_FALSE(watch.has_killed());
  write(4);
  EXPECT_TRUE(watch.has_killed());
}

TEST(MemoryWatch, WithoutACountNothingWasKilled) {
  const MemoryWatch watch("/nowhere");
  EXPECT_FALSE(watch.has_killed());
}

}  // namespace
}  // namespace joulemark::run
