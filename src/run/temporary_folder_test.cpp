// SPDX-License-Identifier: Apache-2.0
// Tests of the folder that a run writes to, and of what killed runs have left.
#include "run/temporary_folder.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

namespace joulemark::run {
namespace {

namespace fs = std::filesystem;

/// Has a folder of its own for $TMPDIR.
class TemporaryFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryFolder::create();
    ASSERT_TRUE(folder) << folder.error().message;
    place_.emplace(*std::move(folder));
    if (const char* before = getenv("TMPDIR")) before_ = before;
    setenv("TMPDIR", place_->path().c_str(), 1);
  }
  void TearDown() override { before_ ? setenv("TMPDIR", before_->c_str(), 1) : unsetenv("TMPDIR"); }
  [[nodiscard]] fs::path make(const std::string& name) const {
    const fs::path path = place_->path() / name;
    fs::create_directory(path);
    std::ofstream(path / "output_0.pb") << "x";
    return path;
  }

  std::optional<TemporaryFolder> place_;
  std::optional<std::string> before_;
};

TEST_F(TemporaryFolderTest, GoesWithItsContents) {
  auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const fs::path path = folder->path();
  EXPECT_EQ(path.parent_path(), place_->path());
  {
    const TemporaryFolder owner = *std::move(folder);
    std::ofstream(path / "output_0.pb") << "x";
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(TemporaryFolderTest, WhatADeadProcessLeftIsRemoved) {
  const fs::path stale = make("joulemark-abcdef");
  std::ofstream(stale / "owner.lock") << "";
  ASSERT_TRUE(TemporaryFolder::create());
  EXPECT_FALSE(fs::exists(stale));
}

TEST_F(TemporaryFolderTest, WhatAProcessLeftThatWasKilledWhileItMadeItIsRemoved) {
  const fs::path stale = place_->path() / "joulemark-abcdef";
  fs::create_directory(stale);
  ASSERT_TRUE(TemporaryFolder::create());
  EXPECT_FALSE(fs::exists(stale));
}

TEST_F(TemporaryFolderTest, WhatIsAliveOrNotOursStays) {
  const auto alive = TemporaryFolder::create();
  ASSERT_TRUE(alive);
  const fs::path without_lock = make("joulemark-ABCDEF");
  const fs::path other_name = make("joulemark-results");
  std::ofstream(other_name / "owner.lock") << "";
  ASSERT_TRUE(TemporaryFolder::create());
  EXPECT_TRUE(fs::exists(alive->path()));
  EXPECT_TRUE(fs::exists(without_lock)) << "nothing says that a run made it";
  EXPECT_TRUE(fs::exists(other_name));
}

TEST_F(TemporaryFolderTest, ManyAtOnceLeaveEachOtherAlone) {
  std::atomic<int> lost = 0;
  std::vector<std::thread> makers;
  for (int i = 0; i < 4; ++i)
    makers.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        const auto folder = TemporaryFolder::create();
        if (!folder || !std::ofstream(folder->path() / "x").put('x')) ++lost;
      }
    });
  for (std::thread& maker : makers) maker.join();
  EXPECT_EQ(lost, 0);
}

TEST_F(TemporaryFolderTest, APlaceThatCannotBeWrittenToIsNamed) {
  setenv("TMPDIR", "/proc", 1);
  const auto folder = TemporaryFolder::create();
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind, ErrorKind::kMachine);
  EXPECT_NE(folder.error().message.find("set TMPDIR"), std::string::npos);
}

}  // namespace
}  // namespace joulemark::run
