// SPDX-License-Identifier: Apache-2.0
#include "table/long_data.h"

#include <gmock/gmock.h>

#include <cmath>

#include "table/file_fixture_test.h"

namespace joulemark::table {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LongDataTest : public FileFixture {
 protected:
  std::string error(const std::string& contents, const LongColumns& columns) {
    const auto data = read_long(file(contents), columns);
    if (data) return "no error";
    EXPECT_EQ(data.error().kind, ErrorKind::kUsage);
    return data.error().message;
  }
};

TEST_F(LongDataTest, GroupsStandInTheOrderOfTheirFirstRows) {
  const auto data = read_long(
      file("engine,ep,J,s,run\nb,cpu,1,9,1\na,cpu,2,8,1\nb,cpu,3,7,2\n"),
      {.values = {"J", "s"}, .group = {"engine", "ep"}, .block = "run", .where = {}, .labels = {}});
  ASSERT_TRUE(data);
  ASSERT_EQ(data->groups.size(), 2U);
  EXPECT_EQ(data->groups[0].name, "b cpu");
  EXPECT_THAT(data->groups[0].levels, ElementsAre("b", "cpu"));
  EXPECT_THAT(data->groups[0].series[0].values, ElementsAre(1, 3));
  EXPECT_THAT(data->groups[0].series[1].values, ElementsAre(9, 7));
  EXPECT_THAT(data->groups[0].series[0].blocks, ElementsAre(0, 1));
  EXPECT_THAT(data->groups[1].series[0].values, ElementsAre(2));
  EXPECT_THAT(data->blocks, ElementsAre("1", "2"));
  EXPECT_EQ(data->rows, 3U);
}

TEST_F(LongDataTest, MissingCellsAreLeftOutAndCountedAndNaNStays) {
  const auto data =
      read_long(file("g,v\na,1\na,\na,NA\na,nan\na,inf\na,+2e3\n"),
                {.values = {"v"}, .group = {"g"}, .block = "", .where = {}, .labels = {}});
  ASSERT_TRUE(data);
  const LongSeries& series = data->groups[0].series[0];
  ASSERT_EQ(series.values.size(), 4U);
  EXPECT_EQ(series.missing, 2U);
  EXPECT_TRUE(std::isnan(series.values[1]));
  EXPECT_TRUE(std::isinf(series.values[2]));
  EXPECT_EQ(series.values[3], 2000);
}

TEST_F(LongDataTest, LabelsAreNumberedByTheirTexts) {
  const auto data = read_long(
      file("g,v,process,call\na,1,x,1\nb,2,y,1\na,NA,y,1\na,3,y,2\n"),
      {.values = {"v"}, .group = {"g"}, .block = "", .where = {}, .labels = {"process", "call"}});
  ASSERT_TRUE(data);
  const LongSeries& series = data->groups[0].series[0];
  EXPECT_THAT(series.labels[0], ElementsAre(0, 1));
  EXPECT_THAT(series.labels[1], ElementsAre(0, 1));
  EXPECT_THAT(data->groups[1].series[0].labels[0], ElementsAre(1));
  EXPECT_THAT(error("g,v\na,1\n",
                    {.values = {"v"}, .group = {"g"}, .block = "", .where = {}, .labels = {"w"}}),
              HasSubstr("no column 'w'"));
}

TEST_F(LongDataTest, FiltersKeepRowsThatMatchAllOfThem) {
  const auto data =
      read_long(file("g,v,m,x\na,1,e,1\na,2,t,1\na,3,e,2\n"), {.values = {"v"},
                                                               .group = {"g"},
                                                               .block = "",
                                                               .where = {{"m", "e"}, {"x", "2"}},
                                                               .labels = {}});
  ASSERT_TRUE(data);
  EXPECT_THAT(data->groups[0].series[0].values, ElementsAre(3));
}

TEST_F(LongDataTest, CellsOfTwoColumnsMakeDifferentGroupsWhereTheirNamesAreEqual) {
  const auto data =
      read_long(file("a,b,v\nx y,z,1\nx,y z,2\n"),
                {.values = {"v"}, .group = {"a", "b"}, .block = "", .where = {}, .labels = {}});
  ASSERT_TRUE(data);
  EXPECT_EQ(data->groups.size(), 2U);
}

TEST_F(LongDataTest, SaysWhatTheFileLacks) {
  const std::string csv = "group,value,block\na,1,1\na,x,2\n";
  const LongColumns columns{
      .values = {"value"}, .group = {"group"}, .block = "", .where = {}, .labels = {}};
  LongColumns mistyped = columns;
  mistyped.values = {"valeu"};
  EXPECT_THAT(error(csv, mistyped), HasSubstr("has no column 'valeu'; did you mean 'value'?"));
  mistyped.values = {"watts per second"};
  EXPECT_THAT(error(csv, mistyped), HasSubstr("it has: group, value, block"));
  EXPECT_THAT(error(csv, columns), HasSubstr("row 2: 'x' in column 'value' is no number"));
  EXPECT_THAT(error("group,value,block\na,1e999,1\n", columns), HasSubstr("is no number"));
  LongColumns filtered = columns;
  filtered.where = {{"group", "b"}};
  EXPECT_THAT(error(csv, filtered), HasSubstr("has no row that --where lets pass"));
  EXPECT_THAT(error("group,value,block\n", columns), HasSubstr("has no row below its head"));
}

TEST_F(LongDataTest, ABlockHoldsOneValueOfAGroup) {
  EXPECT_THAT(error("g,v,r\na,1,7\nb,1,7\na,2,7\n",
                    {.values = {"v"}, .group = {"g"}, .block = "r", .where = {}, .labels = {}}),
              HasSubstr("two values of 'a' in block '7'"));
}

}  // namespace
}  // namespace joulemark::table
