// SPDX-License-Identifier: Apache-2.0
// What clients send, up to the route that it is for: the same requests come out however the bytes
// are cut. The first byte says how.
#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "http/request_reader.h"
#include "http/router.h"
#include "http/target.h"
#include "target.h"

namespace {

using namespace joulemark::http;  // NOLINT(google-build-using-namespace)
using State = RequestReader::State;

constexpr ReaderLimits kLimits{.header_bytes = 600, .body_bytes = 300};

void expect(bool holds) {
  if (!holds) std::abort();
}

/// An exchange that counts its answers.
class Asked final : public Exchange {
 public:
  explicit Asked(const Request& request) : request_(request) {}
  [[nodiscard]] const Request& request() const override { return request_; }
  void send(Response) override { ++answers; }
  void begin(Head) override {}
  void write(std::string) override {}
  void end() override {}
  [[nodiscard]] bool is_gone() const override { return false; }
  int answers = 0;

 private:
  const Request& request_;
};

void answer(const std::shared_ptr<Exchange>& exchange, const PathNames& names) {
  for (const auto& [name, value] : names) expect(!value.empty());
  exchange->send({});
}

void expect_sound(const Request& request) {
  expect(!request.method.empty() && request.path.starts_with('/'));
  expect(request.path.find('\0') == std::string::npos);
  expect(request.body.size() <= kLimits.body_bytes);
  for (const Header& header : request.headers) {
    expect(header.name.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ: \r\n") == std::string::npos);
    expect(header.value.find_first_of("\r\n") == std::string::npos);
  }
  static const Router router({{"GET", "/v2/models/{model}", answer},
                              {"POST", "/v2/models/{model}/infer", answer},
                              {"GET", "/metrics", answer}},
                             [](const Request&, int status, const std::string&) {
                               return Response{{.status = status}, ""};
                             });
  const auto asked = std::make_shared<Asked>(request);
  router.handle(asked);
  expect(asked->answers == 1);
}

/// The requests until one is refused or not whole, as text to compare.
std::vector<std::string> requests_in(std::string_view bytes, std::size_t step) {
  std::vector<std::string> requests;
  std::string kept;
  RequestReader reader(kLimits);
  while (!bytes.empty() || !kept.empty()) {
    kept += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    const std::size_t n = reader.read(kept);
    expect(n <= kept.size());
    kept.erase(0, n);
    if (reader.state() == State::kRefused) expect(reader.refusal().head.status >= 400);
    if (reader.state() == State::kRefused) return requests;
    if (reader.state() == State::kWhole) {
      const Request request = reader.take();
      expect_sound(request);
      requests.push_back(request.method + " " + request.path + "?" + request.query + "\n" +
                         request.body);
      for (const Header& header : request.headers)
        requests.back() += "\n" + header.name + ":" + header.value;
      // The next one, of what is left and of what comes.
      for (const std::string& more : requests_in(kept + std::string(bytes), step))
        requests.push_back(more);
      return requests;
    }
    if (bytes.empty()) return requests;
  }
  return requests;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4000) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t step = 1 + data[0] % 64;
  expect(requests_in(bytes, bytes.size() + 1) == requests_in(bytes, step));
  if (const auto target = split_target(bytes)) expect(target->path.starts_with('/'));
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {
      "\x01GET /v2/models/a%20b?c=d HTTP/1.1\r\nHost: x\r\n\r\n",
      "\x05POST /v2/models/m/infer HTTP/1.1\r\nContent-Length: 1\r\n\r\naGET / HTTP/1.0\r\n\r\n",
      "\x07POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n0\r\nX: y\r\n\r\n",
      "\x0bPOST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
      "\x02POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "/http://host:1/a?b#c%41"};
}
