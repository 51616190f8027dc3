// SPDX-License-Identifier: Apache-2.0
// A connection from its first byte to its end, over a pair of sockets: whatever a client sends,
// each answer is a whole one, and nothing is left behind.
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "http/connection.h"
// before Asio, whose release 1.74 forgets <utility>
#include <boost/asio/io_context.hpp>

#include "base/descriptor.h"
#include "target.h"

namespace {

using namespace joulemark;        // NOLINT(google-build-using-namespace)
using namespace joulemark::http;  // NOLINT(google-build-using-namespace)

constexpr Limits kLimits{.header_bytes = 600, .body_bytes = 300};
constexpr std::size_t kMost = 4000;

void expect(bool holds) {
  if (!holds) std::abort();
}

/// Whole, in parts, late, cut off, or not at all, as the path asks.
void answer(const std::shared_ptr<Exchange>& exchange) {
  const std::string& path = exchange->request().path;
  if (path == "/throw") throw std::runtime_error("no");
  if (path == "/forget") return;
  if (path == "/parts" || path == "/half") {
    exchange->begin({});
    exchange->write(exchange->request().body);
    exchange->write("more");
    if (path == "/parts") exchange->end();
    return;
  }
  exchange->send({{}, exchange->request().body});
}

struct Pair {
  Descriptor client;
  int server = -1;
};

Pair connected_pair() {
  int ends[2] = {-1, -1};
  expect(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
  return {Descriptor(ends[0]), ends[1]};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > kMost) return 0;
  // In two pieces, the second of which comes when the first was looked at.
  const std::size_t first = 1 + data[0] * (size - 1) / 255;
  static boost::asio::io_context loop{1};
  loop.restart();
  Shared shared(kLimits, answer);
  Pair pair = connected_pair();
  start_connection(loop, shared, nullptr, pair.server);
  expect(::send(pair.client.get(), data + 1, first - 1, MSG_NOSIGNAL) ==
         static_cast<ssize_t>(first - 1));
  loop.poll();
  (void)::send(pair.client.get(), data + first, size - first, MSG_NOSIGNAL);
  loop.poll();
  ::shutdown(pair.client.get(), SHUT_WR);
  loop.restart();
  loop.poll();
  std::string answers(65'536, '\0');
  const auto n = ::recv(pair.client.get(), answers.data(), answers.size(), 0);
  expect(n <= 0 || std::string_view(answers).starts_with("HTTP/1."));
  pair.client.reset();
  shared.clients.cut_late(Moment::max());
  loop.restart();
  loop.poll();
  expect(shared.clients.count() == 0);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {"\x80GET / HTTP/1.1\r\nHost: x\r\n\r\n",
          "\x40POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /forget HTTP/1.0\r\n\r\n",
          "\x20POST /parts HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
          "\xf0POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
          "\x60HEAD /parts HTTP/1.1\r\n\r\nGET /parts HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
          "\x70GET /half HTTP/1.1\r\n\r\nGET /throw HTTP/1.1\r\nConnection: close\r\n\r\n"};
}
