// SPDX-License-Identifier: Apache-2.0
#include "table/csv_reader.h"

#include <gmock/gmock.h>

#include "table/file_fixture_test.h"

namespace joulemark::table {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Rows = std::vector<std::vector<std::string>>;

class CsvReader : public FileFixture {
 protected:
  Status read(const std::string& contents) {
    names_.clear();
    rows_.clear();
    return read_csv(file(contents), {.head =
                                         [this](const std::vector<std::string>& names) {
                                           names_ = names;
                                           return Status();
                                         },
                                     .row =
                                         [this](const CsvRow& row) {
                                           rows_.emplace_back(row.cells.begin(), row.cells.end());
                                           last_ = row.number;
                                           return Status();
                                         }});
  }
  std::string error(const std::string& contents) {
    const Status status = read(contents);
    return status ? "no error" : status.error().message;
  }
  std::vector<std::string> names_;
  Rows rows_;
  std::size_t last_ = 0;
};

TEST_F(CsvReader, ReadsCellsQuotesAndLineEndsOfAnyKind) {
  ASSERT_TRUE(read("a,\"b \"\"x\"\"\"\r\n 1 , two \r\n\"3,\n4\",\r\n\r\n5,\" six \""));
  EXPECT_THAT(names_, ElementsAre("a", "b \"x\""));
  EXPECT_THAT(rows_, ElementsAre(ElementsAre("1", "two"), ElementsAre("3,\n4", ""),
                                 ElementsAre("5", " six ")));
  EXPECT_EQ(last_, 3U);
}

TEST_F(CsvReader, SkipsAByteOrderMark) {
  ASSERT_TRUE(read("\xEF\xBB\xBFmodel,v\nm,1\n"));
  EXPECT_EQ(names_.front(), "model");
}

TEST_F(CsvReader, ReadsCellsAcrossTheChunksOfTheFile) {
  std::string contents = "a,b\n";
  for (int i = 0; i < 40000; ++i) contents += std::to_string(i) + ",x\n";
  ASSERT_TRUE(read(contents));
  ASSERT_EQ(rows_.size(), 40000U);
  for (int i = 0; i < 40000; ++i)
    ASSERT_EQ(rows_[static_cast<std::size_t>(i)][0], std::to_string(i));
}

TEST_F(CsvReader, SaysWhatIsWrongWithAFile) {
  EXPECT_THAT(error("a,b\n1,2\n3\n"), HasSubstr("row 2 has 1 cells, and the head has 2"));
  EXPECT_THAT(error("a,a\n1,2\n"), HasSubstr("two columns are named 'a'"));
  EXPECT_THAT(error(""), HasSubstr("it is empty, and has no head"));
  EXPECT_THAT(error("a,b\n1,\"2\n"), HasSubstr("a quote that is not closed"));
  EXPECT_THAT(error("a,b\n1,2\n3,4\"5\n"), HasSubstr("behind row 1, a quote stands inside"));
  EXPECT_THAT(error("a,b\n1,\"" + std::string(3'000'000, 'x')), HasSubstr("larger than 1 MiB"));
}

TEST_F(CsvReader, EndsWithTheFirstFailureOfTheSink) {
  int rows = 0;
  const Status status = read_csv(
      file("a\n1\n2\n3\n"),
      {.head = [](const auto&) { return Status(); },
       .row =
           [&](const CsvRow&) { return Status(fail(ErrorKind::kUsage, std::to_string(++rows))); }});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "1");
  EXPECT_EQ(rows, 1);
}

TEST_F(CsvReader, AFileThatIsNotThereIsAMistakeOfTheCommandLine) {
  const Status missing = read_csv("/no/such/file.csv", {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::kUsage);
  const Status folder = read_csv(std::filesystem::temp_directory_path(), {});
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, HasSubstr("it is a folder"));
}

TEST(CsvCell, IsQuotedWhereItHasToBe) {
  EXPECT_EQ(csv_cell("plain text"), "plain text");
  EXPECT_EQ(csv_cell(""), "");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_cell("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_cell(" edge"), "\" edge\"");
}

}  // namespace
}  // namespace joulemark::table
