// SPDX-License-Identifier: Apache-2.0
// All in the thread of the loop; a handler's other threads reach a connection through the
// exchange's outbox alone. Each step begins one operation of the socket, whose end is the next step
// and keeps the connection alive until then.
#include "http/connection.h"

#include <sys/socket.h>

#include <utility>
// before Asio, whose release 1.74 forgets <utility>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <deque>
#include <optional>

#include "http/answering.h"
#include "http/date.h"
#include "http/target.h"

namespace joulemark::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using beast::error_code;
using Tls = beast::ssl_stream<beast::tcp_stream>;

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
  Connection(Shared& shared, Stream stream) : shared_(shared), stream_(std::move(stream)) {
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
  void cut() override {
    const auto self = std::exchange(waiting_, nullptr);
    if (outbox_) outbox_->close();
    is_cut_ = true;
    lowest().close();
  }

  void start() {
    if constexpr (std::is_same_v<Stream, Tls>) {
      lowest().expires_after(shared_.limits.header);
      stream_.async_handshake(asio::ssl::stream_base::server, then(&Connection::on_handshake));
    } else {
      next();
    }
  }

 private:
  using Parser = wire::request_parser<wire::string_body>;
  using Whole = wire::response<wire::span_body<const char>>;
  using Begun = wire::response<wire::empty_body>;

  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }
  template <class Step>
  auto then(Step step) {
    return beast::bind_front_handler(step, this->shared_from_this());
  }

  void on_handshake(error_code error) {
    if (!error) next();
  }

  /// The next request.
  void next() {
    if (is_cut_ || shared_.is_draining) return say_goodbye();
    if (buffer_.size() > 0) return read_head();
    is_idle_ = true;
    lowest().expires_after(shared_.limits.idle);
    stream_.async_read_some(buffer_.prepare(kReadAhead), then(&Connection::on_begun));
  }

  void on_begun(error_code error, std::size_t n) {
    is_idle_ = false;
    if (error) return say_goodbye();
    buffer_.commit(n);
    read_head();
  }

  void read_head() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(shared_.limits.header_bytes));
    parser_->body_limit(shared_.limits.body_bytes);
    lowest().expires_after(shared_.limits.header);
    wire::async_read_header(stream_, buffer_, *parser_, then(&Connection::on_head));
  }

  void on_head(error_code error, std::size_t) {
    if (error || parser_->is_done()) return on_request(error, 0);
    lowest().expires_after(shared_.limits.body);
    if (parser_->get()[wire::field::expect] != "100-continue") return read_body(error, 0);
    static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kGoOn), then(&Connection::read_body));
  }

  void read_body(error_code error, std::size_t) {
    if (error) return say_goodbye();
    wire::async_read(stream_, buffer_, *parser_, then(&Connection::on_request));
  }

  void on_request(error_code error, std::size_t) {
    if (error) {
      const auto said = complaint(error);
      return said ? refuse(*said) : say_goodbye();
    }
    version_ = parser_->get().version();
    keeps_alive_ = parser_->get().keep_alive();
    is_head_ = parser_->get().method() == wire::verb::head;
    auto request = request_of(parser_->release());
    if (!request) return refuse(plain_error(400, "the request's target is no path"));
    hand_over(*std::move(request));
    write_next();
  }

  void open_outbox() {
    has_begun_ = false;
    const std::weak_ptr<Connection> self = this->weak_from_this();
    outbox_ = std::make_shared<Outbox>([self, executor = stream_.get_executor()] {
      asio::post(executor, [self] {
        if (const auto connection = self.lock()) connection->on_woken();
      });
    });
  }

  void hand_over(Request request) {
    open_outbox();
    const auto exchange = std::make_shared<Answering>(std::move(request), outbox_);
    try {
      shared_.handler(exchange);
    } catch (const std::exception&) {
      exchange->send(plain_error(500, "the server failed"));
    }
  }

  void on_woken() {
    if (const auto self = std::exchange(waiting_, nullptr)) write_next();
  }

  /// Writes what the handler says, until it has said all.
  void write_next() {
    for (;;) {
      if (pieces_.empty())
        for (Piece& piece : outbox_->take()) pieces_.push_back(std::move(piece));
      if (pieces_.empty()) break;
      current_ = std::move(pieces_.front());
      pieces_.pop_front();
      const auto begun = std::visit([this](const auto& piece) { return put(piece); }, current_);
      if (begun == Put::kWriting) return;
      if (begun == Put::kAll) return on_answered({}, 0);
      if (begun == Put::kBroken) return cut();
    }
    waiting_ = this->shared_from_this();
    watch();
  }

  /// Notices a client that goes away while its answer is being made.
  void watch() {
    if (std::exchange(is_watched_, true)) return;
    const std::weak_ptr<Connection> self = this->weak_from_this();
    lowest().socket().async_wait(tcp::socket::wait_read, [self](const error_code& error) {
      if (const auto connection = self.lock()) connection->on_readable(error);
    });
  }

  void on_readable(const error_code& error) {
    is_watched_ = false;
    if (error || !outbox_) return;
    char byte = 0;
    const int fd = lowest().socket().native_handle();
    if (::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) cut();
  }

  /// What comes of a piece: a write that goes on behind it, nothing to write, the answer's end, or
  /// an answer that cannot be whole any more.
  enum class Put { kWriting, kNothing, kAll, kBroken };

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
    lowest().expires_after(shared_.limits.write);
  }

  Put put(const Response& response) {
    whole_.emplace();
    adorn(*whole_, response.head);
    whole_->body() = {response.body.data(), response.body.size()};
    whole_->content_length(response.body.size());
    whole_serializer_.emplace(*whole_);
    if (is_head_)
      wire::async_write_header(stream_, *whole_serializer_, then(&Connection::on_answered));
    else
      wire::async_write(stream_, *whole_serializer_, then(&Connection::on_answered));
    return Put::kWriting;
  }

  Put put(const Head& head) {
    has_begun_ = true;
    is_chunked_ = version_ >= 11;
    keeps_alive_ = keeps_alive_ && is_chunked_;
    begun_.emplace();
    adorn(*begun_, head);
    if (is_chunked_) begun_->chunked(true);
    begun_serializer_.emplace(*begun_);
    wire::async_write_header(stream_, *begun_serializer_, then(&Connection::on_written));
    return Put::kWriting;
  }

  Put put(const std::string& part) {
    if (is_head_) return Put::kNothing;
    lowest().expires_after(shared_.limits.write);
    if (is_chunked_)
      asio::async_write(stream_, wire::make_chunk(asio::buffer(part)),
                        then(&Connection::on_written));
    else
      asio::async_write(stream_, asio::buffer(part), then(&Connection::on_written));
    return Put::kWriting;
  }

  Put put(const EndOfAnswer&) {
    if (!is_chunked_ || is_head_) return Put::kAll;
    lowest().expires_after(shared_.limits.write);
    asio::async_write(stream_, wire::make_chunk_last(), then(&Connection::on_answered));
    return Put::kWriting;
  }

  Put put(const Abandoned&) {
    if (has_begun_) return Put::kBroken;
    current_ = plain_error(500, "the server has no answer");
    return put(std::get<Response>(current_));
  }

  void on_written(error_code error, std::size_t) {
    if (error) return cut();
    write_next();
  }

  void on_answered(error_code error, std::size_t) {
    outbox_->close();
    outbox_.reset();
    pieces_.clear();
    if (error || !keeps_alive_) return say_goodbye();
    next();
  }

  void refuse(const Response& response) {
    open_outbox();
    keeps_alive_ = false;
    is_head_ = false;
    current_ = response;
    put(std::get<Response>(current_));
  }

  /// Reads for a while what a refused client still sends: a reset would take the answer from it.
  void say_goodbye() {
    if (is_cut_) return;
    is_idle_ = false;
    lowest().expires_after(kGoodbye);
    if constexpr (std::is_same_v<Stream, Tls>)
      stream_.async_shutdown(then(&Connection::on_shut));
    else
      on_shut({});
  }

  void on_shut(error_code) {
    error_code error;
    lowest().socket().shutdown(tcp::socket::shutdown_send, error);
    if (!error) on_leftover({}, 0);
  }

  void on_leftover(error_code error, std::size_t) {
    if (error || is_cut_) return;
    buffer_.clear();
    lowest().async_read_some(buffer_.prepare(kReadAhead), then(&Connection::on_leftover));
  }

  static constexpr std::size_t kReadAhead = 16'384;
  static constexpr std::chrono::seconds kGoodbye{1};

  Shared& shared_;
  Stream stream_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::shared_ptr<Outbox> outbox_;  ///< while a request is being answered
  std::deque<Piece> pieces_;        ///< of it, to be written
  Piece current_;                   ///< being written
  std::optional<Whole> whole_;
  std::optional<wire::response_serializer<wire::span_body<const char>>> whole_serializer_;
  std::optional<Begun> begun_;
  std::optional<wire::response_serializer<wire::empty_body>> begun_serializer_;
  std::shared_ptr<Connection> waiting_;  ///< this, while only the handler can go on
  unsigned version_ = 11;
  bool keeps_alive_ = false;
  bool is_head_ = false;
  bool has_begun_ = false;  ///< an answer in parts
  bool is_chunked_ = false;
  bool is_idle_ = false;
  bool is_watched_ = false;
  bool is_cut_ = false;
};

template <class Stream>
void start(Shared& shared, Stream stream) {
  std::make_shared<Connection<Stream>>(shared, std::move(stream))->start();
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
