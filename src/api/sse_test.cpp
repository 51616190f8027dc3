// SPDX-License-Identifier: Apache-2.0
#include "api/sse.h"

#include <gmock/gmock.h>

#include "base/random.h"

namespace joulemark::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The events of `stream`, which comes in parts of at most `most` bytes.
std::vector<std::string> data_of(std::string_view stream, std::size_t most = 1000) {
  EventReader reader;
  std::vector<std::string> data;
  while (!stream.empty()) {
    const auto events = reader.read(stream.substr(0, most)).value();
    for (const ServerEvent& event : events) data.push_back(event.data);
    stream.remove_prefix(std::min(most, stream.size()));
  }
  return data;
}

TEST(ServerEvents, WhatIsWrittenIsRead) {
  for (const char* text : {"", "a", "a\nb", "\n", " a", "data: x", ":", "é\n\né"})
    EXPECT_THAT(data_of(write_event(text)), ElementsAre(text));
}

TEST(ServerEvents, EndsOfLinesAreAllTheSame) {
  EXPECT_THAT(data_of("data:a\r\ndata: b\r\n\r\ndata:  c\r\rdata\n\n"),
              ElementsAre("a\nb", " c", ""));
}

TEST(ServerEvents, CommentsAndOtherFieldsAreNoData) {
  EXPECT_THAT(data_of(": ping\n\nid: 3\nretry: 1\n\n\ndata: x\nfoo\n\ndata: cut"),
              ElementsAre("x"));
}

TEST(ServerEvents, TellTheirType) {
  EventReader reader;
  const auto events = reader.read("event: error\ndata: x\n\ndata: y\n\n").value();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].type, "error");
  EXPECT_EQ(events[1].type, "");
}

TEST(ServerEvents, AByteOrderMarkBeginsAStream) {
  EXPECT_THAT(data_of("\xEF\xBB\xBF"
                      "data: x\n\n"),
              ElementsAre("x"));
  EXPECT_THAT(data_of("data: x\n\n\xEF\xBB\xBF"
                      "data: y\n\n"),
              ElementsAre("x"));
}

TEST(ServerEvents, PartsMayBreakAnywhere) {
  const std::string stream =
      "\xEF\xBB\xBF"
      "data: a\r\ndata:b\r\n\r\n: c\revent: d\rdata: e\r\rdata: f\n\n";
  const auto whole = data_of(stream);
  EXPECT_THAT(whole, ElementsAre("a\nb", "e", "f"));
  for (std::size_t most = 1; most < stream.size(); ++most) EXPECT_EQ(data_of(stream, most), whole);
}

TEST(ServerEvents, RandomTextsComeBackInAnyParts) {
  for (std::uint64_t round = 0; round < 500; ++round) {
    Random random(3, round);
    std::string text(random.below(30), ' ');
    for (char& byte : text) byte = "a: \nd"[random.below(5)];
    EXPECT_THAT(data_of(write_event(text), 1 + random.below(5)), ElementsAre(text));
  }
}

TEST(ServerEvents, OneThatIsTooLargeIsRefused) {
  EventReader reader(100);
  EXPECT_THAT(reader.read(std::string(50, 'x')).value(), IsEmpty());
  EXPECT_THAT(reader.read(std::string(51, 'x')).error().message,
              HasSubstr("larger than 100 bytes"));
  EventReader lines(100);
  std::string many;
  for (int i = 0; i < 60; ++i) many += "data:x\n";
  EXPECT_FALSE(lines.read(many));
}

}  // namespace
}  // namespace joulemark::api
