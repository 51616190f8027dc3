// SPDX-License-Identifier: Apache-2.0
// Answers as servers cut them.
#include "http/answer_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::http {
namespace {

using State = AnswerReader::State;
using ::testing::ElementsAre;

class Collected final : public AnswerSink {
 public:
  void on_head(const AnswerHead& head, Nanoseconds) override { heads.push_back(head.status); }
  void on_part(std::string_view part, Nanoseconds at) override {
    body += part;
    times.push_back(at);
  }
  void on_end(Nanoseconds) override {}
  void on_failure(const Failure&, Nanoseconds) override {}
  std::vector<int> heads;
  std::string body;
  std::vector<Nanoseconds> times;
};

/// Puts `bytes` in reads of at most `step`, as a connection does that keeps what was not used.
void put_all(AnswerReader& reader, std::string_view bytes, std::size_t step) {
  std::string kept;
  Nanoseconds at = 0;
  for (std::size_t i = 0; i < bytes.size() && reader.state() == State::kMore; i += step) {
    kept += bytes.substr(i, step);
    kept.erase(0, reader.put(kept, ++at));
  }
}

constexpr std::string_view kPlain = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello";
constexpr std::string_view kChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n";

TEST(AnswerReader, AnyCutOfTheBytesGivesTheSameAnswer) {
  for (const auto text : {kPlain, kChunked})
    for (std::size_t step = 1; step <= text.size(); ++step) {
      Collected sink;
      AnswerReader reader({}, sink);
      put_all(reader, text, step);
      EXPECT_EQ(reader.state(), State::kDone) << step;
      EXPECT_EQ(sink.body, "hello");
      EXPECT_THAT(sink.heads, ElementsAre(200));
      EXPECT_TRUE(reader.keeps_alive());
    }
}

TEST(AnswerReader, PartsComeWithTheTimeOfTheirRead) {
  Collected sink;
  AnswerReader reader({}, sink);
  reader.put("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 1);
  EXPECT_EQ(reader.put("2\r\nhe", 2), 5U);
  reader.put("\r\n3\r\nllo\r\n0\r\n\r\n", 3);
  EXPECT_THAT(sink.times, ElementsAre(2, 3));
}

TEST(AnswerReader, ABodyWithoutALengthEndsWithTheConnection) {
  Collected sink;
  AnswerReader reader({}, sink);
  reader.put("HTTP/1.1 200 OK\r\n\r\nhello", 1);
  EXPECT_EQ(reader.state(), State::kMore);
  reader.put_end(2);
  EXPECT_EQ(reader.state(), State::kDone);
  EXPECT_EQ(sink.body, "hello");
  EXPECT_FALSE(reader.keeps_alive());
}

TEST(AnswerReader, AnswersThatEndEarlyAreCutOff) {
  for (const auto text : {kPlain, kChunked})
    for (std::size_t n = 0; n < text.size(); ++n) {
      Collected sink;
      AnswerReader reader({}, sink);
      put_all(reader, text.substr(0, n), 7);
      reader.put_end(9);
      EXPECT_EQ(reader.state(), State::kCutOff) << n;
    }
}

TEST(AnswerReader, InterimAnswersArePassedOver) {
  Collected sink;
  AnswerReader reader({}, sink);
  put_all(reader, "HTTP/1.1 100 Continue\r\n\r\n" + std::string(kPlain), 11);
  EXPECT_EQ(reader.state(), State::kDone);
  EXPECT_THAT(sink.heads, ElementsAre(200));
}

TEST(AnswerReader, AnswersToHeadHaveNoBody) {
  Collected sink;
  AnswerReader reader({.body = AnswerReader::BodyRule::kNone}, sink);
  reader.put("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 1);
  EXPECT_EQ(reader.state(), State::kDone);
}

TEST(AnswerReader, TooMuchOfAnythingIsRefused) {
  Collected sink;
  AnswerReader body({.body_bytes = 4}, sink);
  put_all(body, kPlain, 9);
  EXPECT_EQ(body.state(), State::kTooLong);
  AnswerReader chunks({.body_bytes = 4}, sink);
  put_all(chunks, kChunked, 9);
  EXPECT_EQ(chunks.state(), State::kTooLong);
  AnswerReader head({.header_bytes = 100}, sink);
  put_all(head, "HTTP/1.1 200 OK\r\nX: " + std::string(200, 'x'), 9);
  EXPECT_EQ(head.state(), State::kTooLong);
}

TEST(AnswerReader, WhatIsNoHttpIsSaidToBeNone) {
  for (const char* text : {"SSH-2.0-OpenSSH_9\r\n\r\n", "HTTP/2 200 OK\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "\r\n\r\n\r\n\r\n"}) {
    Collected sink;
    AnswerReader reader({}, sink);
    put_all(reader, text, 100);
    EXPECT_EQ(reader.state(), State::kNotHttp) << text;
    EXPECT_FALSE(reader.complaint().empty());
  }
}

TEST(AnswerReader, ADroppedSinkHearsNothing) {
  Collected sink;
  AnswerReader reader({}, sink);
  reader.drop();
  put_all(reader, kPlain, 100);
  EXPECT_TRUE(sink.heads.empty());
}

}  // namespace
}  // namespace joulemark::http
