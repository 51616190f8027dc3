// SPDX-License-Identifier: Apache-2.0
#include "connection.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>

#include "base/error.h"

namespace joulemark::http_engine {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
/// For each word of a handshake, where there is no other limit.
constexpr std::chrono::milliseconds kHandshakePatience{60'000};
/// Outputs of a model are as large as its outputs are.
constexpr std::size_t kMostBytes = std::size_t{4} << 30;

timeval time_of(std::chrono::milliseconds time) {
  timeval value{};
  value.tv_sec = static_cast<time_t>(time.count() / 1000);
  value.tv_usec = static_cast<suseconds_t>(time.count() % 1000 * 1000);
  return value;
}

Descriptor connected(const http::Url& server, std::string& why) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error =
      ::getaddrinfo(server.host.c_str(), std::to_string(server.port).c_str(), &hints, &found);
  if (error != 0) {
    why = ::gai_strerror(error);
    return {};
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, ::freeaddrinfo);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Descriptor socket(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol));
    if (socket.get() >= 0 && ::connect(socket.get(), one->ai_addr, one->ai_addrlen) == 0)
      return socket;
    why = errno_text(errno);
  }
  return {};
}

}  // namespace

void knock(const http::Url& server) {
  std::string why;
  if (connected(server, why).get() < 0)
    throw ConnectionLost{"the server at '" + server.origin() + "' cannot be reached: " + why};
}

void Connection::lose(const std::string& why) {
  close();
  throw ConnectionLost{"the server at '" + server_.origin() + "' " + why};
}

void Connection::close() {
  tls_.reset();
  socket_.reset();
  is_busy_ = was_used_ = false;
}

void Connection::set_patience(std::chrono::milliseconds longest) {
  patience_ = longest;
  if (socket_.get() >= 0) set_limit(longest);
}

void Connection::set_limit(std::chrono::milliseconds longest) const {
  const timeval time = time_of(longest);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

void Connection::open() {
  if (socket_.get() >= 0) return;
  std::string why;
  connect(why);
  if (socket_.get() < 0) lose("cannot be reached: " + why);
}

void Connection::connect(std::string& why) {
  socket_ = connected(server_, why);
  if (socket_.get() < 0) return;
  const int yes = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (server_.scheme == http::Scheme::kHttps) begin_tls(why);
  if (socket_.get() < 0) return;
  set_patience(patience_);
  buffer_.resize(kBufferBytes);
}

void Connection::begin_tls(std::string& why) {
  set_limit(patience_.count() > 0 ? patience_ : kHandshakePatience);
  tls_ = TlsStream::open(socket_.get(), trust_, server_.host, why);
  if (!tls_) socket_.reset();
}

bool Connection::write_all(std::string_view bytes) {
  if (tls_) return tls_->send(bytes);
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void Connection::begin_answer() {
  sink_->body.clear();
  sink_->has_head = false;
  unread_.clear();
  reader_ = std::make_unique<http::AnswerReader>(
      http::AnswerReader::Bounds{.body_bytes = kMostBytes}, *sink_);
  has_bytes_ = false;
}

void Connection::send(std::string_view request) {
  if (is_busy_) close();  // what is left of an answer that nobody wants
  open();
  request_ = request;
  begin_answer();
  is_busy_ = true;
  if (write_all(request)) return;
  if (!was_used_) lose("closed the connection: " + errno_text(errno));
  send_again();
}

void Connection::send_again() {
  close();
  std::string why;
  connect(why);
  if (socket_.get() < 0) lose("closed the connection, and takes no new one: " + why);
  is_busy_ = true;
  if (!write_all(request_)) lose("closed the connection: " + errno_text(errno));
}

void Connection::take(std::string_view bytes) {
  const Nanoseconds now = 0;  // whoever asks reads the clock
  if (unread_.empty()) {
    const std::size_t used = reader_->put(bytes, now);
    unread_.assign(bytes.substr(used));
    return;
  }
  unread_.append(bytes);
  const std::size_t used = reader_->put(unread_, now);
  unread_.erase(0, used);
}

void Connection::note_state() {
  using State = http::AnswerReader::State;
  const State state = reader_->state();
  if (state == State::kMore) return;
  if (state == State::kCutOff) lose("closed the connection in the middle of an answer");
  if (state != State::kDone) lose("answered in what is no HTTP: " + reader_->complaint());
  is_busy_ = false;
  was_used_ = true;
  if (!reader_->keeps_alive()) close();
}

ssize_t Connection::receive_some() {
  if (tls_) return tls_->receive(buffer_.data(), buffer_.size());
  ssize_t n = 0;
  while ((n = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0)) < 0 && errno == EINTR) {
  }
  return n;
}

void Connection::receive() {
  const ssize_t n = receive_some();
  if (n > 0) {
    has_bytes_ = true;
    take({buffer_.data(), static_cast<std::size_t>(n)});
    return note_state();
  }
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    lose("said nothing for " + std::to_string(patience_.count() / 1000) + " s");
  // It closed the connection while nothing was asked.
  if (!has_bytes_ && was_used_) return send_again();
  if (n < 0) lose("closed the connection: " + errno_text(errno));
  reader_->put_end(0);
  note_state();
}

void Connection::read_head() {
  while (!sink_->has_head) receive();
}

bool Connection::read_more() {
  if (!is_busy_) return false;
  const std::size_t before = sink_->body.size();
  while (is_busy_ && sink_->body.size() == before) receive();
  return is_busy_ || sink_->body.size() > before;
}

void Connection::ask(std::string_view request) {
  send(request);
  read_head();
  while (is_busy_) receive();
}

}  // namespace joulemark::http_engine
