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
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <optional>

#include "http/answer_text.h"
#include "http/answering.h"
#include "http/request_reader.h"
#include "http/send_now.h"

namespace joulemark::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
/// Of the loop's own executor: calls through the general one cost as much as parsing.
using Plain = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;
using Tls = asio::ssl::stream<Plain>;
using State = RequestReader::State;

constexpr std::size_t kTlsRead = 16'384;  // a record holds no more
constexpr std::size_t kMostPending = 65'536;
constexpr std::chrono::seconds kGoodbye{1};

Plain& lowest_of(Plain& socket) {
  return socket;
}
Plain& lowest_of(Tls& socket) {
  return socket.next_layer();
}

template <class Stream>
class Connection final : public ConnectedClient,
                         public std::enable_shared_from_this<Connection<Stream>> {
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
    if (is_idle_ || sent_at()) cut();
  }
  void cut() override {
    const auto self = std::exchange(waiting_, nullptr);
    if (outbox_) outbox_->close();
    is_cut_ = true;
    deadline_ = Moment::max();
    error_code ignored;
    lowest().close(ignored);
  }
  [[nodiscard]] Moment deadline() const override {
    const auto sent = sent_at();
    return sent ? *sent + shared_.limits.idle : deadline_;
  }

  void start() {
    if constexpr (kIsTls) {
      give(shared_.limits.header);
      read_.resize(kTlsRead);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              then([](Connection& self, auto error) {
                                if (!error) self.next();
                              }));
    } else {
      next();
    }
  }

 private:
  static constexpr bool kIsTls = std::is_same_v<Stream, Tls>;

  Plain& lowest() { return lowest_of(stream_); }
  void give(std::chrono::milliseconds time) { deadline_ = std::chrono::steady_clock::now() + time; }
  /// Calls `step` with the connection, which it keeps alive, and what the operation says.
  template <class Step>
  auto then(Step step) {
    return [self = this->shared_from_this(), step](auto... results) { step(*self, results...); };
  }

  enum class Socket { kUnknown, kReadable };

  /// The next request.
  void next(Socket socket = Socket::kUnknown) {
    if (is_cut_ || shared_.is_draining) return say_goodbye();
    reader_.emplace(ReaderLimits{shared_.limits.header_bytes, shared_.limits.body_bytes},
                    HeldBytes(shared_.bodies));
    pending_held_ = HeldBytes(shared_.bodies);
    is_idle_ = pending_.empty();
    is_in_body_ = false;
    give(is_idle_ ? shared_.limits.idle : shared_.limits.header);
    if (is_idle_) return socket == Socket::kReadable ? read_now({}) : read_more();
    const std::string bytes = std::exchange(pending_, {});
    on_bytes(bytes);
  }

  /// A plain socket is waited for and then read: trying first, as Asio does, costs a system call
  /// that finds nothing.
  void read_more() {
    if constexpr (kIsTls)
      stream_.async_read_some(asio::buffer(read_), then([](Connection& self, auto error, auto n) {
                                self.on_read(error, {self.read_.data(), n});
                              }));
    else
      stream_.async_wait(tcp::socket::wait_read,
                         then([](Connection& self, auto error) { self.read_now(error); }));
  }

  void read_now(error_code error) {
    std::size_t n = 0;
    if (!error) n = lowest().read_some(asio::buffer(shared_.scratch), error);
    if (error == asio::error::would_block) return read_more();
    on_read(error, {shared_.scratch.data(), n});
  }

  void on_read(error_code error, std::string_view bytes) {
    if (error || is_cut_) return say_goodbye();
    if (std::exchange(is_idle_, false)) give(shared_.limits.header);
    if (pending_.empty()) return on_bytes(bytes);
    const std::string all = std::exchange(pending_, {}).append(bytes);
    on_bytes(all);
  }

  void on_bytes(std::string_view bytes) {
    bytes.remove_prefix(reader_->read(bytes));
    pending_ = bytes;
    if (reader_->state() == State::kRefused) return refuse(reader_->refusal());
    if (reader_->state() == State::kWhole) return on_request();
    if (reader_->state() == State::kBody && !std::exchange(is_in_body_, true)) {
      give(shared_.limits.body);
      if (reader_->expects_go_on()) return tell_to_go_on();
    }
    read_more();
  }

  void tell_to_go_on() {
    static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kGoOn), then([](Connection& self, auto error, auto) {
                        if (!error) self.read_more();
                      }));
  }

  void on_request() {
    using Bodies = AnswerText::Bodies;
    text_ = AnswerText(
        {.version = reader_->version(), .keeps_alive = reader_->keeps_alive() && keeps_pending()},
        reader_->is_head() ? Bodies::kLeftOut : Bodies::kSent);
    deadline_ = Moment::max();
    open_outbox();
    const auto exchange =
        std::make_shared<Answering>(reader_->take(), reader_->take_held(), outbox_);
    try {
      shared_.handler(exchange);
    } catch (const std::exception&) {
      exchange->send(plain_error(500, "the server failed"));
    }
    write_next();
  }

  /// Whether there is room for what came behind the request, until that is answered. Where there is
  /// none the client sends it again, over another connection.
  bool keeps_pending() {
    if (pending_held_.grow(pending_.size())) return true;
    pending_.clear();
    return false;
  }

  void open_outbox() {
    const std::weak_ptr<Connection> self = this->weak_from_this();
    OutboxEvents events{.wake = [self, executor = lowest().get_executor()] {
      asio::post(executor, [self] {
        if (const auto connection = self.lock()) connection->on_woken();
      });
    }};
    if (!kIsTls && text_.bodies() == AnswerText::Bodies::kSent)
      events.send = [this](const Response& response) { return send(response); };
    outbox_ = std::make_shared<Outbox>(std::move(events));
  }

  /// In the thread of whoever made the answer, while this one waits for it: what it reads here
  /// stays as it is until then, and the outbox is closed before the socket is.
  std::optional<Sent> send(const Response& response) {
    return send_now(lowest().native_handle(), response, text_.facts(now()));
  }
  [[nodiscard]] ServerNow now() { return {shared_.is_draining, shared_.date.text()}; }

  /// When an answer was sent that this thread has not heard of.
  [[nodiscard]] std::optional<Moment> sent_at() const {
    return waiting_ ? outbox_->sent_at() : std::nullopt;
  }

  void on_woken() {
    if (const auto self = std::exchange(waiting_, nullptr)) write_next();
  }

  /// Writes what the handler says, until it has said all.
  void write_next() {
    for (;;) {
      if (pieces_.empty()) {
        // What has come of the next request is read behind this answer, and nothing else tells
        // when.
        if (!pending_.empty()) outbox_->demand_wake();
        for (Piece& piece : outbox_->take()) pieces_.push_back(std::move(piece));
      }
      if (pieces_.empty()) break;
      current_ = std::move(pieces_.front());
      pieces_.pop_front();
      part_ = text_.of(current_, now());
      if (part_.behind == AnswerPart::Behind::kBroken) return cut();
      if (!part_.is_empty()) return write(part_);
      if (part_.behind == AnswerPart::Behind::kEnd) return on_answered({});
    }
    deadline_ = Moment::max();
    waiting_ = this->shared_from_this();
    watch();
  }

  /// Notices a client that goes away while its answer is being made. What it says meanwhile is the
  /// next request's.
  void watch() {
    if (pending_.size() > kMostPending || std::exchange(is_watched_, true)) return;
    const std::weak_ptr<Connection> self = this->weak_from_this();
    lowest().async_wait(tcp::socket::wait_read, [self](const error_code& error) {
      if (const auto connection = self.lock()) connection->on_readable(error);
    });
  }

  void on_readable(error_code error) {
    is_watched_ = false;
    if (error || !outbox_) return;
    if (sent_at()) return on_sent(Socket::kReadable);
    auto& scratch = shared_.scratch;
    const bool only_looks = kIsTls || !pending_held_.has_room(scratch.size());
    const std::size_t n = lowest().receive(asio::buffer(scratch), only_looks ? MSG_PEEK : 0, error);
    if (error && error != asio::error::would_block) return cut();
    const bool is_read = !only_looks && pending_held_.grow(n);
    if (is_read) pending_.append(scratch.data(), n);
    if (waiting_ && !outbox_->demand_wake())
      return on_sent(is_read ? Socket::kUnknown : Socket::kReadable);
    // What was only looked at would be readable again at once, and for ever.
    if (is_read) watch();
  }

  /// The answer that was waited for has been sent, and the client has something to say.
  void on_sent(Socket socket) {
    const auto self = std::exchange(waiting_, nullptr);
    close_outbox();
    next(socket);
  }

  void write(const AnswerPart& part) {
    give(shared_.limits.write);
    const std::array<asio::const_buffer, 3> bytes = {
        asio::buffer(part.front), asio::buffer(part.body), asio::buffer(part.back)};
    asio::async_write(stream_, bytes, then([](Connection& self, auto error, auto) {
                        if (self.part_.behind == AnswerPart::Behind::kEnd)
                          return self.on_answered(error);
                        if (error) return self.cut();
                        self.write_next();
                      }));
  }

  void close_outbox() {
    outbox_->close();
    outbox_.reset();
    pieces_.clear();
  }

  void on_answered(error_code error) {
    close_outbox();
    if (error || !text_.keeps_alive()) return say_goodbye();
    next();
  }

  void refuse(Response response) {
    text_ = AnswerText({.keeps_alive = false}, AnswerText::Bodies::kSent);
    open_outbox();
    current_ = std::move(response);
    part_ = text_.of(current_, now());
    write(part_);
  }

  /// Reads for a while what a refused client still sends: a reset would take the answer from it.
  void say_goodbye() {
    if (is_cut_) return;
    is_idle_ = false;
    give(kGoodbye);
    if constexpr (kIsTls)
      stream_.async_shutdown(then([](Connection& self, auto) { self.on_shut(); }));
    else
      on_shut();
  }

  void on_shut() {
    error_code error;
    lowest().shutdown(tcp::socket::shutdown_send, error);
    if (!error) await_leftover();
  }

  void await_leftover() {
    lowest().async_wait(tcp::socket::wait_read, then([](Connection& self, auto error) {
                          if (!error)
                            self.lowest().read_some(asio::buffer(self.shared_.scratch), error);
                          if (!error || error == asio::error::would_block) self.await_leftover();
                        }));
  }

  Shared& shared_;
  Stream stream_;
  Moment deadline_ = Moment::max();
  std::string read_;        ///< with TLS alone: what is being read
  std::string pending_;     ///< was read and is not parsed yet
  HeldBytes pending_held_;  ///< of what is pending behind a request that is being answered
  std::optional<RequestReader> reader_;
  std::shared_ptr<Outbox> outbox_;  ///< while a request is being answered
  std::deque<Piece> pieces_;        ///< of it, to be written
  Piece current_;                   ///< being written, like what follows
  AnswerPart part_;                 ///< of it
  AnswerText text_;
  std::shared_ptr<Connection> waiting_;  ///< this, while only the handler can go on
  bool is_idle_ = false;
  bool is_in_body_ = false;
  bool is_watched_ = false;
  bool is_cut_ = false;
};

template <class Stream>
void start(Shared& shared, Stream stream) {
  std::make_shared<Connection<Stream>>(shared, std::move(stream))->start();
}

}  // namespace

void start_connection(asio::io_context& loop, Shared& shared, asio::ssl::context* tls, int fd) {
  Plain socket(loop);
  error_code error;
  socket.assign(tcp::v4(), fd, error);
  if (!error) socket.non_blocking(true, error);
  if (error) {
    if (!socket.is_open()) ::close(fd);
    return;
  }
  // An answer is written whole: waiting for more of it would only make it late.
  socket.set_option(tcp::no_delay(true), error);
  if (tls)
    start(shared, Tls(std::move(socket), *tls));
  else
    start(shared, std::move(socket));
}

}  // namespace joulemark::http
