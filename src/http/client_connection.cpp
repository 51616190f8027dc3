// SPDX-License-Identifier: Apache-2.0
// All in the thread of the loop. Each step begins one operation of the socket, whose end is the
// next step and keeps the connection alive until then; a step that comes behind the end does
// nothing.
#include "http/client_connection.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <utility>
// before Asio, whose release 1.74 forgets <utility>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "http/answer_reader.h"

namespace joulemark::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct Site {
  asio::io_context& loop;
  Url url;
  asio::ssl::context* tls;
  tcp::resolver resolver;
  std::vector<tcp::endpoint> endpoints = {};  ///< once they are known
};

void CloseSite::operator()(Site* site) const {
  delete site;
}

SitePtr open_site(asio::io_context& loop, const Url& url, asio::ssl::context* tls) {
  return SitePtr(new Site{loop, url, tls, tcp::resolver(loop)});
}

namespace {

using Plain = tcp::socket;
using Tls = asio::ssl::stream<tcp::socket>;

/// Where a connection stood when it failed, for its message.
enum class Doing { kResolving, kConnecting, kShaking, kTalking };

FailureKind kind_of(const error_code& error, Doing doing) {
  if (error == asio::error::no_descriptors || error == asio::error::address_in_use ||
      error == boost::system::errc::address_not_available ||
      error == boost::system::errc::too_many_files_open_in_system)
    return FailureKind::kMachine;
  if (doing == Doing::kShaking) return FailureKind::kTls;
  if (doing == Doing::kTalking) return FailureKind::kReset;
  return error == asio::error::connection_refused ? FailureKind::kRefused
                                                  : FailureKind::kUnreachable;
}

Failure failure_of(const error_code& error, Doing doing, const Url& url) {
  const FailureKind kind = kind_of(error, doing);
  const std::string where = url.origin();
  if (kind == FailureKind::kMachine)
    return {kind,
            fmt::format("no connection to {} can be opened here: {}", where, error.message())};
  if (kind == FailureKind::kRefused)
    return {kind, fmt::format("nobody listens at {}: connection refused", where)};
  if (doing == Doing::kShaking)
    return {kind, fmt::format("no TLS connection to {}: {}", where, error.message())};
  if (doing == Doing::kTalking)
    return {kind, fmt::format("the connection to {} broke: {}", where, error.message())};
  return {kind, fmt::format("no way to {}: {}", where, error.message())};
}

template <class Stream>
class Connection final : public ClientConnection,
                         public std::enable_shared_from_this<Connection<Stream>> {
 public:
  template <class... Of>
  explicit Connection(Site& site, Of&... of) : site_(site), stream_(of...) {}

  void carry(Carried call) override {
    call_ = std::move(call);
    reader_.emplace(AnswerReader::Bounds{call_.header_bytes, call_.most_bytes,
                                         call_.is_head ? AnswerReader::BodyRule::kNone
                                                       : AnswerReader::BodyRule::kAsSaid},
                    *call_.sink);
    had_answer_ = false;
    if (is_open_) return write();
    if (!site_.endpoints.empty()) return connect();
    site_.resolver.async_resolve(site_.url.host, std::to_string(site_.url.port),
                                 tcp::resolver::numeric_service, then(&Connection::on_resolved));
  }

  [[nodiscard]] bool is_alive() override {
    if (!is_open_ || is_over_) return false;
    char byte = 0;
    const auto n =
        ::recv(lowest().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);  // 0: it was closed
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  void cut(const Failure& failure) override { finish({monotonic_now(), failure, false, false}); }

 private:
  template <class Step>
  auto then(Step step) {
    return boost::beast::bind_front_handler(step, this->shared_from_this());
  }

  tcp::socket& lowest() {
    if constexpr (std::is_same_v<Stream, Tls>)
      return stream_.next_layer();
    else
      return stream_;
  }

  void on_resolved(error_code error, const tcp::resolver::results_type& found) {
    if (is_over_) return;
    if (error) return fail_with(error, Doing::kResolving);
    site_.endpoints.clear();
    for (const auto& entry : found) site_.endpoints.push_back(entry.endpoint());
    connect();
  }

  void connect() {
    asio::async_connect(lowest(), site_.endpoints, then(&Connection::on_connected));
  }

  void on_connected(error_code error, const tcp::endpoint&) {
    if (is_over_) return;
    if (error) return fail_with(error, Doing::kConnecting);
    // A request is written whole: waiting for more of it would only make it late.
    error_code ignored;
    lowest().set_option(tcp::no_delay(true), ignored);
    if constexpr (std::is_same_v<Stream, Tls>)
      shake_hands();
    else
      on_open({});
  }

  void shake_hands() {
    if constexpr (std::is_same_v<Stream, Tls>) {
      error_code ignored;
      asio::ip::make_address(site_.url.host, ignored);
      // Server names are names: an address must not be sent as one (RFC 6066, 3).
      if (ignored) SSL_set_tlsext_host_name(stream_.native_handle(), site_.url.host.c_str());
      stream_.set_verify_callback(asio::ssl::host_name_verification(site_.url.host));
      stream_.async_handshake(asio::ssl::stream_base::client, then(&Connection::on_open));
    }
  }

  void on_open(error_code error) {
    if (is_over_) return;
    if (error) return fail_with(error, Doing::kShaking);
    is_open_ = true;
    write();
  }

  void write() {
    std::array<asio::const_buffer, 2> parts{asio::buffer(call_.head), {}};
    if (call_.body) parts[1] = asio::buffer(*call_.body);
    asio::async_write(stream_, parts, then(&Connection::on_written));
  }

  /// A server may refuse a request of which it has not read all: then the answer is there although
  /// the rest cannot be written.
  void on_written(error_code error, std::size_t) {
    const Nanoseconds at = monotonic_now();
    if (is_over_) return;
    if (!error) call_.sink->on_sent(at);
    if (!is_over_) read();
  }

  void read() {
    stream_.async_read_some(received_.prepare(kReadBytes), then(&Connection::on_read));
  }

  void on_read(error_code error, std::size_t n) {
    const Nanoseconds at = monotonic_now();
    if (is_over_) return;
    had_answer_ = had_answer_ || n > 0;
    received_.commit(n);
    const auto bytes = received_.data();
    const auto used = reader_->put({static_cast<const char*>(bytes.data()), bytes.size()}, at);
    received_.consume(used);
    if (error == asio::error::eof) reader_->put_end(at);
    if (is_over_) return;
    if (reader_->state() != AnswerReader::State::kMore) return on_answer(at);
    if (error) return fail_with(error, Doing::kTalking);
    read();
  }

  void on_answer(Nanoseconds at) {
    const std::string where = site_.url.origin();
    switch (reader_->state()) {
      case AnswerReader::State::kDone:
        return finish({at, {}, reader_->keeps_alive() && received_.size() == 0, true});
      case AnswerReader::State::kTooLong:
        return finish(
            {at, Failure{FailureKind::kTooLong, where + " sends a longer answer than is allowed"}});
      case AnswerReader::State::kNotHttp:
        return finish(
            {at, Failure{FailureKind::kNotHttp, fmt::format("{} does not speak HTTP/1: {}", where,
                                                            reader_->complaint())}});
      default:
        return finish({at,
                       Failure{FailureKind::kReset,
                               where + (had_answer_ ? " closed the connection inside of the answer"
                                                    : " closed the connection without an answer")},
                       false, had_answer_});
    }
  }

  void fail_with(const error_code& error, Doing doing) {
    finish({monotonic_now(), failure_of(error, doing, site_.url), false, had_answer_});
  }

  void finish(const CallEnd& end) {
    if (is_over_) return;
    if (reader_) reader_->drop();
    if (!end.keeps_alive) {
      is_over_ = true;
      error_code ignored;
      lowest().close(ignored);
    }
    call_.sink.reset();
    if (const auto then = std::exchange(call_.then, nullptr)) then(end);
  }

  static constexpr std::size_t kReadBytes = 16'384;

  Site& site_;
  Stream stream_;
  Carried call_;
  std::optional<AnswerReader> reader_;
  boost::beast::flat_buffer received_;
  bool is_open_ = false;
  bool is_over_ = false;  ///< closed, for good
  bool had_answer_ = false;
};

}  // namespace

std::shared_ptr<ClientConnection> make_connection(Site& site) {
  if (site.tls) return std::make_shared<Connection<Tls>>(site, site.loop, *site.tls);
  return std::make_shared<Connection<Plain>>(site, site.loop);
}

}  // namespace joulemark::http
