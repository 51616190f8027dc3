// SPDX-License-Identifier: Apache-2.0
// Tests of the base layer's small parts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <numeric>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "base/suggest.h"

namespace joulemark {
namespace {

TEST(Random, SameSeedGivesSameNumbers) {
  Random a(42), b(42);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.next(), b.next());
}

TEST(Random, StreamsOfOneSeedDiffer) {
  Random a(42, 1), b(42, 2);
  EXPECT_NE(a.next(), b.next());
}

TEST(Random, BelowStaysBelowItsBoundAndReachesEveryValue) {
  Random random(7);
  std::vector<int> seen(5);
  for (int i = 0; i < 1000; ++i) ++seen.at(random.below(5));
  for (int count : seen) EXPECT_GT(count, 100);
}

TEST(Random, NormalHasMeanZeroAndVarianceOne) {
  Random random(3);
  double sum = 0, squares = 0;
  constexpr int kCount = 20000;
  for (int i = 0; i < kCount; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.03);
  EXPECT_NEAR(squares / kCount, 1, 0.05);
}

TEST(Random, ShuffleKeepsEveryElement) {
  std::vector<int> items(50);
  std::iota(items.begin(), items.end(), 0);
  const auto sorted = items;
  Random random(1);
  shuffle(items, random);
  EXPECT_NE(items, sorted);
  EXPECT_THAT(items, testing::UnorderedElementsAreArray(sorted));
}

TEST(Suggest, FindsTheWordOneSwapAway) {
  EXPECT_EQ(nearest("thraeds", {"batch", "threads", "seed"}), "threads");
}

TEST(Suggest, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(did_you_mean("zzzzzzzz", {"batch", "threads"}), "");
}

TEST(File, MissingFileIsNamedInTheError) {
  const auto text = read_file("/nonexistent/file");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().message, "cannot read '/nonexistent/file': No such file or directory");
}

TEST(File, WritesAndReadsBack) {
  const auto path = std::filesystem::temp_directory_path() / "joulemark_base_test_file";
  ASSERT_TRUE(write_file(path, std::string_view("a\0b", 3)));
  EXPECT_EQ(read_file(path).value(), std::string("a\0b", 3));
  EXPECT_FALSE(read_file(path, 2));
  std::filesystem::remove(path);
}

TEST(File, FullDiskIsAnErrorNotAShortFile) {
  const auto written = write_file("/dev/full/x", "text");
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, testing::HasSubstr("cannot write '/dev/full/x'"));
}

TEST(Clock, SleepUntilAPastDeadlineReturnsAtOnce) {
  SystemClock clock;
  const Nanoseconds before = clock.now();
  clock.sleep_until(before - 1);
  EXPECT_LT(clock.now() - before, kNanosecondsPerSecond);
}

TEST(Error, KindsMapToTheDocumentedExitCodes) {
  EXPECT_EQ(exit_code(ErrorKind::kUsage), 2);
  EXPECT_EQ(exit_code(ErrorKind::kMachine), 3);
  EXPECT_EQ(exit_code(ErrorKind::kInterrupted), 130);
  EXPECT_EQ(exit_code(ErrorKind::kFailed), 1);
}

}  // namespace
}  // namespace joulemark
