// SPDX-License-Identifier: Apache-2.0
#include "http/request_reader.h"

#include <algorithm>
#include <utility>
// before Asio, whose release 1.74 forgets <utility>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "http/target.h"

namespace joulemark::http {
namespace {

namespace wire = boost::beast::http;
using boost::beast::error_code;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

/// What a chunk's own line may take.
constexpr std::size_t kChunkLine = 4096;
/// A body in chunks never has fewer bytes left: "0\r\n\r\n". With fewer an assertion of Beast's
/// fails (1.74, where the last chunk's line came before).
constexpr std::size_t kLeastOfChunks = 5;

/// Others' bodies are soon answered, or cut for being late.
constexpr const char* kComeBackS = "1";

Response over_budget() {
  Response response = plain_error(
      503, "the bodies of all requests together are more than the server holds; come again later");
  response.head.headers.push_back({"Retry-After", kComeBackS});
  return response;
}

Response refusal_of(const error_code& error) {
  if (error == wire::error::header_limit || error == wire::error::buffer_overflow)
    return plain_error(431, "the request's head is too long");
  if (error == wire::error::body_limit) return plain_error(413, "the request's body is too long");
  return plain_error(400, "that is no HTTP request: " + error.message());
}

/// Beast's parser puts what it finds straight into the request.
class Parser final : public wire::basic_parser<true> {
 public:
  Parser(const ReaderLimits& limits, HeldBytes held_bytes)
      : held(std::move(held_bytes)), limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(limits.body_bytes);
  }

  Request request;
  std::string target;
  unsigned version = 11;
  int lengths = 0;
  int codings = 0;
  int hosts = 0;
  bool expects_go_on = false;
  HeldBytes held;
  bool has_no_room = false;

 private:
  void on_request_impl(wire::verb, boost::beast::string_view method,
                       boost::beast::string_view asked, int number, error_code&) override {
    request.method = view(method);
    target = view(asked);
    version = static_cast<unsigned>(number);
  }
  void on_response_impl(int, boost::beast::string_view, int, error_code&) override {}
  void on_field_impl(wire::field field, boost::beast::string_view name,
                     boost::beast::string_view value, error_code&) override {
    if (is_header_done()) return;  // a trailer, which nobody asked for
    if (field == wire::field::content_length)
      lengths += 1 + static_cast<int>(std::count(value.begin(), value.end(), ','));
    if (field == wire::field::transfer_encoding) ++codings;
    if (field == wire::field::host) ++hosts;
    if (field == wire::field::expect) expects_go_on = value == "100-continue";
    Header& header = request.headers.emplace_back();
    header.name.resize(name.size());
    std::transform(name.begin(), name.end(), header.name.begin(), [](char letter) {
      return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    header.value = view(value);
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  /// The memory grows with what has come, not with what is announced.
  std::size_t on_body_impl(boost::beast::string_view part, error_code& error) override {
    has_no_room = !held.grow(part.size());
    if (has_no_room) error = wire::error::body_limit;
    if (has_no_room) return 0;
    request.body.append(part.data(), part.size());
    return part.size();
  }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view part,
                                 error_code& error) override {
    if (request.body.size() + part.size() > limits_.body_bytes) error = wire::error::body_limit;
    return error ? 0 : on_body_impl(part, error);
  }
  void on_finish_impl(error_code&) override {}

  ReaderLimits limits_;
};

}  // namespace

Response plain_error(int status, std::string_view reason) {
  return {{.status = status, .content_type = "text/plain; charset=utf-8"},
          std::string(reason) + "\n"};
}

class RequestReader::Impl {
 public:
  Impl(const ReaderLimits& limits, HeldBytes held)
      : limits_(limits), parser(limits, std::move(held)) {}

  std::size_t read(std::string_view bytes) {
    std::size_t taken = 0;
    while (state != State::kWhole && state != State::kRefused && taken < bytes.size()) {
      error_code error;
      const std::string_view rest = bytes.substr(taken);
      if (state == State::kBody && parser.chunked() && rest.size() < kLeastOfChunks) break;
      const std::size_t n = parser.put(boost::asio::buffer(rest.data(), rest.size()), error);
      taken += n;
      if (error && error != wire::error::need_more) {
        refuse(parser.has_no_room ? over_budget() : refusal_of(error));
      } else {
        advance();
        if (error || n == 0) break;
      }
    }
    if (state == State::kBody && bytes.size() - taken > limits_.header_bytes + kChunkLine)
      refuse(plain_error(431, "a chunk's line is too long"));
    return taken;
  }

 private:
  void refuse(Response response) {
    refusal = std::move(response);
    state = State::kRefused;
    // The connection stays for a while; what it has sent need not.
    parser.request.body = std::string();
    parser.held = HeldBytes();
  }

  void advance() {
    if (state == State::kHead && parser.is_header_done()) on_head();
    if (state == State::kBody && parser.is_done()) state = State::kWhole;
  }

  void on_head() {
    state = State::kBody;
    if (parser.lengths > 1 || parser.lengths + parser.codings > 1)
      return refuse(plain_error(400, "the request's body has more than one length"));
    if (parser.codings > 0 && (!parser.chunked() || parser.version < 11))
      return refuse(plain_error(400, "the request's Transfer-Encoding is not 'chunked'"));
    if (parser.hosts > 1) return refuse(plain_error(400, "the request has more than one Host"));
    if (const auto length = parser.content_length(); length && !parser.held.has_room(*length))
      return refuse(over_budget());
    auto target = split_target(parser.target);
    if (!target) return refuse(plain_error(400, "the request's target is no path"));
    parser.request.path = std::move(target->path);
    parser.request.query = std::move(target->query);
  }

  ReaderLimits limits_;

 public:
  Parser parser;
  State state = State::kHead;
  Response refusal;
};

RequestReader::RequestReader(const ReaderLimits& limits, HeldBytes held)
    : impl_(std::make_unique<Impl>(limits, std::move(held))) {}
RequestReader::~RequestReader() = default;

std::size_t RequestReader::read(std::string_view bytes) {
  return impl_->read(bytes);
}

RequestReader::State RequestReader::state() const {
  return impl_->state;
}

const Response& RequestReader::refusal() const {
  return impl_->refusal;
}

bool RequestReader::expects_go_on() const {
  return impl_->parser.expects_go_on && impl_->parser.version >= 11;
}

bool RequestReader::is_head() const {
  return impl_->parser.request.method == "HEAD";
}

bool RequestReader::keeps_alive() const {
  return impl_->state == State::kWhole && impl_->parser.keep_alive();
}

unsigned RequestReader::version() const {
  return impl_->parser.version;
}

Request RequestReader::take() {
  return std::move(impl_->parser.request);
}

HeldBytes RequestReader::take_held() {
  return std::move(impl_->parser.held);
}

}  // namespace joulemark::http
