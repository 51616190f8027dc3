// SPDX-License-Identifier: Apache-2.0
// Requests as bytes, those that others would read differently among them.
#include "http/request_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulemark::http {
namespace {

using State = RequestReader::State;

struct Read {
  State state = State::kHead;
  std::size_t taken = 0;
  int status = 0;
  Request request;
};

/// In pieces of `step` bytes, what was left over put before the next.
Read read(std::string_view bytes, std::size_t step) {
  RequestReader reader({.header_bytes = 1000, .body_bytes = 20});
  std::string kept;
  Read out;
  while (!bytes.empty() && reader.state() != State::kWhole && reader.state() != State::kRefused) {
    kept += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    const std::size_t n = reader.read(kept);
    out.taken += n;
    kept.erase(0, n);
  }
  out.state = reader.state();
  if (out.state == State::kRefused) out.status = reader.refusal().head.status;
  out.request = reader.take();
  return out;
}

TEST(RequestReader, TakesOneRequestHoweverItIsCut) {
  const std::string first =
      "POST /a%20b?c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;note=1\r\none\r\n4\r\n two\r\n0\r\nX-Late: 1\r\n\r\n";
  for (const std::size_t step : {1, 2, 7, 1000}) {
    const Read whole = read(first + "GET", step);
    ASSERT_EQ(whole.state, State::kWhole) << step;
    EXPECT_EQ(whole.taken, first.size());
    EXPECT_EQ(whole.request.method, "POST");
    EXPECT_EQ(whole.request.path, "/a b");
    EXPECT_EQ(whole.request.query, "c");
    EXPECT_EQ(whole.request.body, "one two");
    EXPECT_EQ(whole.request.header("host"), "x");
    EXPECT_EQ(whole.request.header("x-late"), "") << "a trailer is no header";
  }
}

constexpr std::string_view kThreeBytes = "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";

TEST(RequestReader, ABodyThatHasNoRoomIsRefusedBeforeItIsRead) {
  const auto budget = std::make_shared<ByteBudget>(5);
  RequestReader first({}, HeldBytes(budget));
  first.read(kThreeBytes);
  ASSERT_EQ(first.state(), State::kWhole);
  RequestReader second({}, HeldBytes(budget));
  EXPECT_EQ(second.read(kThreeBytes), kThreeBytes.size() - 3) << "nothing of its body";
  ASSERT_EQ(second.state(), State::kRefused);
  EXPECT_EQ(second.refusal().head.status, 503);
  EXPECT_EQ(second.refusal().head.headers.at(0).name, "Retry-After");
  EXPECT_EQ(budget->held(), 3U);
  {
    first.take();
    const HeldBytes held = first.take_held();
    EXPECT_EQ(budget->held(), 3U) << "as long as the body is kept";
  }
  EXPECT_EQ(budget->held(), 0U);
  RequestReader third({}, HeldBytes(budget));
  third.read(kThreeBytes);
  EXPECT_EQ(third.state(), State::kWhole);
}

TEST(RequestReader, ChunksThatHaveNoRoomAreRefusedWhereTheyCome) {
  const auto budget = std::make_shared<ByteBudget>(15);
  RequestReader reader({}, HeldBytes(budget));
  std::string kept;
  const auto feed = [&](std::string_view bytes) {
    kept += bytes;
    kept.erase(0, reader.read(kept));
  };
  feed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  feed("a\r\n0123456789\r\n");
  feed("a\r\n");
  EXPECT_EQ(reader.state(), State::kBody);
  EXPECT_EQ(budget->held(), 10U);
  feed("0123456789\r\n0\r\n\r\n");
  ASSERT_EQ(reader.state(), State::kRefused);
  EXPECT_EQ(reader.refusal().head.status, 503);
  EXPECT_EQ(budget->held(), 0U) << "what had come of it is let go";
}

TEST(RequestReader, ALastChunkMayComeByteByByte) {
  RequestReader reader({});
  std::string bytes = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(reader.read(bytes), bytes.size());
  for (const char* part : {"0", "0\r", "0\r\n", "0\r\n\r"}) EXPECT_EQ(reader.read(part), 0U);
  EXPECT_EQ(reader.read("0\r\n\r\n"), 5U);
  EXPECT_EQ(reader.state(), State::kWhole);
}

TEST(RequestReader, FoldsALineIntoTheOneBefore) {
  const Read whole = read("GET / HTTP/1.1\r\nX-More: a\r\n  b\r\n\r\n", 1000);
  ASSERT_EQ(whole.state, State::kWhole);
  EXPECT_EQ(whole.request.headers.size(), 1U);
  EXPECT_EQ(whole.request.header("x-more"), "a b");
}

TEST(RequestReader, TellsWhatTheClientWants) {
  RequestReader reader({});
  reader.read("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  EXPECT_EQ(reader.state(), State::kBody);
  EXPECT_TRUE(reader.expects_go_on());
  EXPECT_FALSE(reader.is_head());
  EXPECT_EQ(reader.read("x"), 1U);
  EXPECT_TRUE(reader.keeps_alive());
  RequestReader old({});
  old.read("HEAD / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_FALSE(old.expects_go_on());
  EXPECT_FALSE(old.keeps_alive());
  EXPECT_TRUE(old.is_head());
  EXPECT_EQ(old.version(), 10U);
}

TEST(RequestReader, LinesWithoutCrAreNoRequest) {
  for (const std::size_t step : {1, 3, 1000})
    EXPECT_NE(read("GET / HTTP/1.1\nHost: x\n\n", step).state, State::kWhole);
}

struct Bad {
  const char* name;
  std::string bytes;
  int status;
};

class BadRequests : public testing::TestWithParam<Bad> {};

TEST_P(BadRequests, AreRefusedHoweverTheyAreCut) {
  for (const std::size_t step : {1, 3, 100'000}) {
    const Read refused = read(GetParam().bytes, step);
    EXPECT_EQ(refused.state, State::kRefused) << step;
    EXPECT_EQ(refused.status, GetParam().status) << step;
  }
}

/// With what stands behind a NUL.
template <std::size_t size>
std::string whole(const char (&text)[size]) {
  return {text, size - 1};
}

const std::string kPost = "POST / HTTP/1.1\r\nHost: x\r\n";
const std::string kChunked = "Transfer-Encoding: chunked\r\n";

INSTANTIATE_TEST_SUITE_P(
    RequestReader, BadRequests,
    testing::Values(
        Bad{"LengthAndChunks", kPost + "Content-Length: 3\r\n" + kChunked + "\r\n0\r\n\r\n", 400},
        Bad{"ChunksAndLength", kPost + kChunked + "Content-Length: 3\r\n\r\n0\r\n\r\n", 400},
        Bad{"TwoLengths", kPost + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400},
        Bad{"TheSameLengthTwice", kPost + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
        Bad{"AListOfLengths", kPost + "Content-Length: 3, 3\r\n\r\nabc", 400},
        Bad{"ASignedLength", kPost + "Content-Length: +3\r\n\r\nabc", 400},
        Bad{"ALengthInHexadecimal", kPost + "Content-Length: 0x3\r\n\r\nabc", 400},
        Bad{"AnEndlessLength", kPost + "Content-Length: 99999999999999999999\r\n\r\n", 400},
        Bad{"AnUnknownCoding", kPost + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400},
        Bad{"ACodingBehindChunks", kPost + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
            400},
        Bad{"TwoCodings", kPost + kChunked + kChunked + "\r\n0\r\n\r\n", 400},
        Bad{"ChunksOfAnOldClient", "POST / HTTP/1.0\r\n" + kChunked + "\r\n0\r\n\r\n", 400},
        Bad{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        Bad{"ALineWithoutCr", "GET / HTTP/1.1\r\nA: b\nHost: x\r\n\r\n", 400},
        Bad{"ASpaceBeforeTheColon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
        Bad{"ALineWithoutAColon", "GET / HTTP/1.1\r\nHost\r\n\r\n", 400},
        Bad{"ANulInAName", whole("GET / HTTP/1.1\r\nHo\0st: x\r\n\r\n"), 400},
        Bad{"ANulInAValue", whole("GET / HTTP/1.1\r\nHost: \0x\r\n\r\n"), 400},
        Bad{"ANulInTheTarget", whole("GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        Bad{"AnotherVersion", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 400},
        Bad{"NoVersion", "GET /\r\n\r\n", 400},
        Bad{"AChunkWithoutItsEnd", kPost + kChunked + "\r\n3\r\nabcdef\r\n0\r\n\r\n", 400},
        Bad{"AChunkOfNoNumber", kPost + kChunked + "\r\nzz\r\nabc\r\n0\r\n\r\n", 400},
        Bad{"AnEndlessChunk", kPost + kChunked + "\r\nfffffffffffffffff\r\n", 400},
        Bad{"ALongHead", "GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n", 431},
        Bad{"ALongLineOfAChunk", kPost + kChunked + "\r\n3;" + std::string(90'000, 'x'), 431},
        Bad{"ALongBody", kPost + "Content-Length: 21\r\n\r\n", 413},
        Bad{"ManyChunks", kPost + kChunked + "\r\nb\r\nhello world\r\nb\r\nhello world\r\n", 413}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace joulemark::http
