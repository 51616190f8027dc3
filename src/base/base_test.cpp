// SPDX-License-Identifier: Apache-2.0
// Tests of the base layer's small parts.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <numeric>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "base/split.h"
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

TEST(Suggest, DoesNotMindTheCase) {
  EXPECT_EQ(nearest("ONNXRuntime", {"null", "onnxruntime"}), "onnxruntime");
}

TEST(Suggest, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(did_you_mean("zzzzzzzz", {"batch", "threads"}), "");
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_THAT(split("a,,b", ','), testing::ElementsAre("a", "", "b"));
  EXPECT_THAT(split("", ','), testing::ElementsAre(""));
  EXPECT_THAT(split("a,", ','), testing::ElementsAre("a", ""));
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

class FileFolder : public testing::Test {
 protected:
  FileFolder() : folder_(std::filesystem::path(testing::TempDir()) / "joulemark_file_test") {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~FileFolder() override { std::filesystem::remove_all(folder_); }
  const std::filesystem::path folder_;
};

TEST_F(FileFolder, SymbolicLinksAreWrittenThrough) {
  const auto link = folder_ / "link";
  std::filesystem::create_symlink("target", link);
  ASSERT_TRUE(write_file(link, "new"));
  ASSERT_TRUE(write_file(link, "newer"));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(read_file(folder_ / "target").value(), "newer");
}

TEST_F(FileFolder, PipesAreWrittenThrough) {
  const auto pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const Descriptor reader(open(pipe.c_str(), O_RDONLY | O_NONBLOCK));
  ASSERT_TRUE(write_file(pipe, "text"));
  char buffer[8] = "";
  EXPECT_EQ(read(reader.get(), buffer, sizeof buffer), 4);
  EXPECT_STREQ(buffer, "text");
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST_F(FileFolder, PipesThatNobodyWritesToAreNotWaitedFor) {
  const auto pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const auto text = read_file(pipe);
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message, testing::HasSubstr("a pipe that nothing is written to"));
}

TEST_F(FileFolder, PipesAreReadToTheirEnd) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Descriptor reader(ends[0]);
  ASSERT_EQ(write(ends[1], "text", 4), 4);
  close(ends[1]);
  EXPECT_EQ(read_file("/dev/fd/" + std::to_string(reader.get())).value(), "text");
}

TEST_F(FileFolder, PlacesThatCannotBeWrittenAreKnownBefore) {
  EXPECT_TRUE(check_writable(folder_ / "new"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
  ASSERT_TRUE(write_file(folder_ / "old", "text"));
  EXPECT_TRUE(check_writable(folder_ / "old"));
  EXPECT_FALSE(check_writable(folder_));
  EXPECT_FALSE(check_writable(folder_ / "nowhere/new"));
  EXPECT_FALSE(check_writable(folder_ / "old/new"));
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
