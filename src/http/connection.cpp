// SPDX-License-Identifier: Apache-2.0
// A coroutine a connection, all in the thread of the loop; a handler's other threads reach it
// through the exchange's outbox alone.
#include "http/connection.h"

#include <sys/socket.h>

#include <utility>
// before Asio, whose release 1.74 forgets <utility>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>

#include "http/date.h"
#include "http/outbox.h"
#include "http/target.h"

namespace joulemark::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using beast::error_code;
using Tls = beast::ssl_stream<beast::tcp_stream>;

auto into(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

/// A handler's side of an answer.
class Answering final : public Exchange {
 public:
  Answering(Request request, std::shared_ptr<Outbox> outbox)
      : request_(std::move(request)), outbox_(std::move(outbox)) {}
  ~Answering() override { outbox_->put(Abandoned{}); }
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;

  [[nodiscard]] const Request& request() const override { return request_; }
  void send(Response response) override { outbox_->put(std::move(response)); }
  void begin(Head head) override { outbox_->put(std::move(head)); }
  void write(std::string part) override {
    if (!part.empty()) outbox_->put(std::move(part));
  }
  void end() override { outbox_->put(EndOfAnswer{}); }
  [[nodiscard]] bool is_gone() const override { return outbox_->is_closed(); }

 private:
  Request request_;
  std::shared_ptr<Outbox> outbox_;
};

Response plain_error(int status, std::string_view reason) {
  return {{.status = status, .content_type = "text/plain; charset=utf-8"},
          std::string(reason) + "\n"};
}

/// What to say to a client whose request cannot be read; nothing where it is not there to hear it.
std::optional<Response> complaint(const error_code& error) {
  if (error == wire::error::header_limit || error == wire::error::buffer_overflow)
    return plain_error(431, "the request's head is too long");
  if (error == wire::error::body_limit) return plain_error(413, "the request's body is too long");
  if (error == wire::error::partial_message || error == wire::error::end_of_stream)
    return std::nullopt;
  if (error.category() == wire::make_error_code(wire::error::bad_method).category())
    return plain_error(400, "that is no HTTP request: " + error.message());
  return std::nullopt;
}

std::optional<Request> request_of(wire::request<wire::string_body>&& message) {
  Request request;
  request.method = std::string(message.method_string());
  const auto target = split_target({message.target().data(), message.target().size()});
  if (!target) return std::nullopt;
  request.path = target->path;
  request.query = target->query;
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& letter : name)
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    request.headers.push_back({std::move(name), std::string(field.value())});
  }
  request.body = std::move(message.body());
  return request;
}

template <class Stream>
class Connection final : public Client, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  Connection(Shared& shared, Stream stream)
      : shared_(shared), stream_(std::move(stream)), signal_(stream_.get_executor()) {
    signal_.expires_at(asio::steady_timer::time_point::max());
    shared_.clients.add(this);
  }
  ~Connection() override {
    if (outbox_) outbox_->close();
    shared_.clients.remove(this);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void finish() override {
    if (is_idle_) cut();
  }
  auto executor() { return stream_.get_executor(); }
  void cut() override {
    if (outbox_) outbox_->close();
    is_cut_ = true;
    signal_.cancel();
    lowest().close();
  }

  asio::awaitable<void> serve() {
    if (!co_await shake_hands()) co_return;
    bool goes_on = true;
    while (goes_on && !is_cut_ && !shared_.is_draining) goes_on = co_await serve_one();
    co_await say_goodbye();
  }

 private:
  using Parser = wire::request_parser<wire::string_body>;

  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

  asio::awaitable<bool> shake_hands() {
    if constexpr (std::is_same_v<Stream, Tls>) {
      error_code error;
      lowest().expires_after(shared_.limits.header);
      co_await stream_.async_handshake(asio::ssl::stream_base::server, into(error));
      co_return !error;
    }
    co_return true;
  }

  /// Whether the connection goes on after it.
  asio::awaitable<bool> serve_one() {
    if (buffer_.size() == 0 && !co_await begins()) co_return false;
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(shared_.limits.header_bytes));
    parser.body_limit(shared_.limits.body_bytes);
    if (const error_code error = co_await read(parser)) {
      if (const auto said = complaint(error)) co_await refuse(*said);
      co_return false;
    }
    version_ = parser.get().version();
    keeps_alive_ = parser.get().keep_alive();
    is_head_ = parser.get().method() == wire::verb::head;
    has_begun_ = false;
    auto request = request_of(parser.release());
    if (!request) {
      co_await refuse(plain_error(400, "the request's target is no path"));
      co_return false;
    }
    hand_over(*std::move(request));
    const bool answered = co_await answer();
    outbox_->close();
    outbox_.reset();
    co_return answered&& keeps_alive_;
  }

  /// Waits for the first bytes of a request.
  asio::awaitable<bool> begins() {
    error_code error;
    is_idle_ = true;
    lowest().expires_after(shared_.limits.idle);
    const std::size_t n =
        co_await stream_.async_read_some(buffer_.prepare(kReadAhead), into(error));
    is_idle_ = false;
    buffer_.commit(n);
    co_return !error;
  }

  asio::awaitable<error_code> read(Parser& parser) {
    error_code error;
    lowest().expires_after(shared_.limits.header);
    co_await wire::async_read_header(stream_, buffer_, parser, into(error));
    if (error || parser.is_done()) co_return error;
    lowest().expires_after(shared_.limits.body);
    if (parser.get()[wire::field::expect] == "100-continue") {
      static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await asio::async_write(stream_, asio::buffer(kGoOn), into(error));
      if (error) co_return error;
    }
    co_await wire::async_read(stream_, buffer_, parser, into(error));
    co_return error;
  }

  void hand_over(Request request) {
    const std::weak_ptr<Connection> self = this->weak_from_this();
    outbox_ = std::make_shared<Outbox>([self, executor = stream_.get_executor()] {
      asio::post(executor, [self] {
        if (const auto connection = self.lock()) connection->signal_.cancel();
      });
    });
    const auto exchange = std::make_shared<Answering>(std::move(request), outbox_);
    try {
      shared_.handler(exchange);
    } catch (const std::exception&) {
      exchange->send(plain_error(500, "the server failed"));
    }
  }

  /// Writes what the handler says until it has ended; false where the connection has to end.
  asio::awaitable<bool> answer() {
    bool watches = false;
    for (;;) {
      const auto pieces = outbox_->take();
      for (const Piece& piece : pieces) {
        const auto written = co_await std::visit([this](const auto& it) { return put(it); }, piece);
        if (written == Written::kFailed) co_return false;
        if (written == Written::kAll) co_return true;
      }
      if (!pieces.empty()) continue;
      if (!std::exchange(watches, true)) watch();
      error_code ignored;
      co_await signal_.async_wait(into(ignored));
      if (is_cut_) co_return false;
    }
  }

  /// Notices a client that goes away while its answer is being made.
  void watch() {
    const std::weak_ptr<Connection> self = this->weak_from_this();
    lowest().socket().async_wait(tcp::socket::wait_read, [self](const error_code& error) {
      const auto connection = self.lock();
      if (error || !connection || !connection->outbox_) return;
      char byte = 0;
      const auto n =
          ::recv(connection->lowest().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
      if (n == 0) connection->cut();
    });
  }

  enum class Written { kPart, kAll, kFailed };

  template <class Message>
  void adorn(Message& message, const Head& head) {
    keeps_alive_ = keeps_alive_ && !shared_.is_draining;
    message.version(version_);
    message.result(static_cast<unsigned>(head.status));
    message.set(wire::field::server, "joulemark");
    message.set(wire::field::date, http_date());
    message.set(wire::field::content_type, head.content_type);
    for (const Header& header : head.headers) message.insert(header.name, header.value);
    message.keep_alive(keeps_alive_);
  }

  asio::awaitable<Written> put(const Response& response) {
    wire::response<wire::span_body<const char>> message;
    adorn(message, response.head);
    message.body() = {response.body.data(), response.body.size()};
    message.content_length(response.body.size());
    wire::response_serializer<wire::span_body<const char>> serializer(message);
    error_code error;
    lowest().expires_after(shared_.limits.write);
    if (is_head_)
      co_await wire::async_write_header(stream_, serializer, into(error));
    else
      co_await wire::async_write(stream_, serializer, into(error));
    co_return error ? Written::kFailed : Written::kAll;
  }

  asio::awaitable<Written> put(const Head& head) {
    wire::response<wire::empty_body> message;
    has_begun_ = true;
    is_chunked_ = version_ >= 11;
    keeps_alive_ = keeps_alive_ && is_chunked_;
    adorn(message, head);
    if (is_chunked_) message.chunked(true);
    wire::response_serializer<wire::empty_body> serializer(message);
    error_code error;
    lowest().expires_after(shared_.limits.write);
    co_await wire::async_write_header(stream_, serializer, into(error));
    if (error) co_return Written::kFailed;
    co_return Written::kPart;
  }

  asio::awaitable<Written> put(const std::string& part) {
    if (is_head_) co_return Written::kPart;
    error_code error;
    lowest().expires_after(shared_.limits.write);
    if (is_chunked_)
      co_await asio::async_write(stream_, wire::make_chunk(asio::buffer(part)), into(error));
    else
      co_await asio::async_write(stream_, asio::buffer(part), into(error));
    co_return error ? Written::kFailed : Written::kPart;
  }

  asio::awaitable<Written> put(const EndOfAnswer&) {
    if (!is_chunked_ || is_head_) co_return Written::kAll;
    error_code error;
    co_await asio::async_write(stream_, wire::make_chunk_last(), into(error));
    co_return error ? Written::kFailed : Written::kAll;
  }

  asio::awaitable<Written> put(const Abandoned&) {
    if (has_begun_) co_return Written::kFailed;
    co_return co_await put(plain_error(500, "the server has no answer"));
  }

  asio::awaitable<void> refuse(const Response& response) {
    keeps_alive_ = false;
    is_head_ = false;
    co_await put(response);
  }

  /// Reads for a while what a refused client still sends: a reset would take the answer from it.
  asio::awaitable<void> say_goodbye() {
    error_code error;
    if constexpr (std::is_same_v<Stream, Tls>) {
      lowest().expires_after(kGoodbye);
      co_await stream_.async_shutdown(into(error));
    }
    lowest().socket().shutdown(tcp::socket::shutdown_send, error);
    lowest().expires_after(kGoodbye);
    while (!error && !is_cut_) {
      buffer_.clear();
      co_await lowest().async_read_some(buffer_.prepare(kReadAhead), into(error));
    }
  }

  static constexpr std::size_t kReadAhead = 16 * 1024;
  static constexpr std::chrono::seconds kGoodbye{1};

  Shared& shared_;
  Stream stream_;
  asio::steady_timer signal_;  ///< cancelled when there is something to write
  beast::flat_buffer buffer_;
  std::shared_ptr<Outbox> outbox_;  ///< while a request is being answered
  unsigned version_ = 11;
  bool keeps_alive_ = false;
  bool is_head_ = false;
  bool has_begun_ = false;  ///< an answer in parts
  bool is_chunked_ = false;
  bool is_idle_ = false;
  bool is_cut_ = false;
};

template <class Stream>
void start(Shared& shared, Stream stream) {
  const auto connection = std::make_shared<Connection<Stream>>(shared, std::move(stream));
  // What a connection throws, it ends by.
  asio::co_spawn(
      connection->executor(), [connection] { return connection->serve(); }, asio::detached);
}

}  // namespace

void start_connection(asio::io_context& loop, Shared& shared, asio::ssl::context* tls, int fd) {
  tcp::socket socket(loop);
  error_code error;
  socket.assign(tcp::v4(), fd, error);
  if (error) {
    ::close(fd);
    return;
  }
  // An answer is written whole: waiting for more of it would only make it late.
  socket.set_option(tcp::no_delay(true), error);
  if (tls)
    start(shared, Tls(std::move(socket), *tls));
  else
    start(shared, beast::tcp_stream(std::move(socket)));
}

}  // namespace joulemark::http
