// SPDX-License-Identifier: Apache-2.0
// What servers answer: the same answer comes out however the bytes are cut, within its bounds. The
// first byte says how they are cut, and whether HEAD was asked.
#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <tuple>

#include "http/answer_reader.h"
#include "target.h"

namespace {

using namespace joulemark::http;  // NOLINT(google-build-using-namespace)
using State = AnswerReader::State;

constexpr std::size_t kHeader = 600, kBody = 300;
constexpr std::size_t kMost = 4000;

void expect(bool holds) {
  if (!holds) std::abort();
}

/// What a client sees of an answer.
class Seen final : public AnswerSink {
 public:
  void on_head(const AnswerHead& head, joulemark::Nanoseconds) override {
    expect(heads == 0 && body.empty());
    expect(head.status < 100 || head.status >= 200);
    ++heads;
    text = std::to_string(head.status);
    for (const Header& header : head.headers) {
      expect(header.name.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ: \r\n") == std::string::npos);
      expect(header.value.find_first_of("\r\n") == std::string::npos);
      text += "\n" + header.name + ":" + header.value;
    }
  }
  void on_part(std::string_view part, joulemark::Nanoseconds) override {
    expect(heads == 1 && !part.empty());
    body += part;
  }
  // Both are the connection's to say.
  void on_end(joulemark::Nanoseconds) override { std::abort(); }
  void on_failure(const Failure&, joulemark::Nanoseconds) override { std::abort(); }

  int heads = 0;
  std::string text, body;
};

struct Outcome {
  State state = State::kMore;
  bool keeps_alive = false;
  std::string text, body;
  std::size_t used = 0;
  bool operator==(const Outcome&) const = default;
};

/// All bytes in pieces of `step`, what was left put before the next, and the connection's end.
Outcome read(std::string_view bytes, std::size_t step, AnswerReader::BodyRule rule) {
  Seen seen;
  AnswerReader reader({.header_bytes = kHeader, .body_bytes = kBody, .body = rule}, seen);
  Outcome out;
  std::string kept;
  while (!bytes.empty() && reader.state() == State::kMore) {
    kept += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    const std::size_t used = reader.put(kept, 1);
    expect(used <= kept.size());
    out.used += used;
    kept.erase(0, used);
  }
  if (reader.state() == State::kMore) reader.put_end(2);
  out.state = reader.state();
  expect(out.state != State::kMore);
  expect((out.state == State::kDone) == reader.complaint().empty() || out.state == State::kCutOff);
  expect(out.state != State::kDone || seen.heads == 1);
  expect(seen.body.size() <= kBody);
  expect(rule == AnswerReader::BodyRule::kAsSaid || seen.body.empty());
  out.keeps_alive = out.state == State::kDone && reader.keeps_alive();
  out.text = seen.text;
  out.body = seen.body;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > kMost) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t step = 1 + data[0] % 64;
  const auto rule =
      data[0] % 128 < 64 ? AnswerReader::BodyRule::kAsSaid : AnswerReader::BodyRule::kNone;
  const Outcome whole = read(bytes, bytes.size() + 1, rule);
  const Outcome cut = read(bytes, step, rule);
  // What is no answer shows later in pieces, where its end may come first.
  expect((whole.state == State::kDone) == (cut.state == State::kDone));
  if (whole.state == State::kDone) expect(whole == cut);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {
      "\x05HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 ",
      "\x01HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nX: y\r\n\r\n",
      "\x07HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n0\r\nX: y\r\n\r\n",
      "\x02HTTP/1.0 503 Busy\r\nRetry-After: 1\r\n\r\nuntil the end",
      "\x45HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\n",
      "\x0bHTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
      "\x03HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"};
}
