// SPDX-License-Identifier: Apache-2.0
// libcurl makes the connection, because it resolves names within a time limit; the rest is poll.
#include "net/line_connection.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/error.h"

namespace joulemark::net {
namespace {

constexpr std::size_t kMaxLine = 4096;

Failure broken(int error) {
  return {Failure::Kind::kBroken, errno_text(error)};
}

}  // namespace

struct LineConnection::State {
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle{nullptr, &curl_easy_cleanup};
  curl_socket_t socket = CURL_SOCKET_BAD;
  std::string received;  ///< behind the last line

  /// Waits until the socket is ready for `events`, or `deadline`.
  [[nodiscard]] tl::expected<void, Failure> await(short events, Nanoseconds deadline) const {
    for (;;) {
      const Nanoseconds left = deadline - monotonic_now();
      pollfd wanted{socket, events, 0};
      const int ready = left > 0 ? poll(&wanted, 1, static_cast<int>(left / 1'000'000) + 1) : 0;
      if (ready > 0) return {};
      if (ready == 0) return tl::unexpected(Failure{Failure::Kind::kTimedOut, "no answer in time"});
      if (errno != EINTR) return tl::unexpected(broken(errno));
    }
  }
};

LineConnection::LineConnection(std::unique_ptr<State> state) : state_(std::move(state)) {}
LineConnection::LineConnection(LineConnection&&) noexcept = default;
LineConnection& LineConnection::operator=(LineConnection&&) noexcept = default;
LineConnection::~LineConnection() = default;

tl::expected<LineConnection, Failure> LineConnection::open(const LineHost& host,
                                                           Nanoseconds deadline) {
  auto state = std::make_unique<State>();
  state->handle.reset(curl_easy_init());
  CURL* handle = state->handle.get();
  if (handle == nullptr)
    return tl::unexpected(Failure{Failure::Kind::kRefused, "libcurl cannot be started"});
  const bool v6 = host.host.find(':') != std::string::npos;
  const std::string shown = v6 ? fmt::format("[{}]", host.host) : host.host;
  const std::string url = fmt::format("http://{}:{}", shown, host.port);
  const Nanoseconds left_ms = (deadline - monotonic_now()) / 1'000'000;
  std::array<char, CURL_ERROR_SIZE> reason{};
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, reason.data());
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(std::max<Nanoseconds>(left_ms, 1)));
  const CURLcode code = curl_easy_perform(handle);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, nullptr);
  if (code == CURLE_OK) curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &state->socket);
  if (state->socket != CURL_SOCKET_BAD) return LineConnection(std::move(state));
  const auto kind =
      code == CURLE_OPERATION_TIMEDOUT ? Failure::Kind::kTimedOut : Failure::Kind::kUnreachable;
  return tl::unexpected(Failure{kind, reason[0] != 0 ? reason.data() : curl_easy_strerror(code)});
}

tl::expected<void, Failure> LineConnection::send(std::string_view line, Nanoseconds deadline) {
  const std::string text = std::string(line) + "\r\n";
  std::size_t sent = 0;
  while (sent < text.size()) {
    if (auto ready = state_->await(POLLOUT, deadline); !ready) return ready;
    const ssize_t count =
        ::send(state_->socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count >= 0)
      sent += static_cast<std::size_t>(count);
    else if (errno != EINTR && errno != EAGAIN)
      return tl::unexpected(broken(errno));
  }
  return {};
}

tl::expected<std::string, Failure> LineConnection::receive(Nanoseconds deadline) {
  std::string& received = state_->received;
  for (;;) {
    if (const auto end = received.find('\n'); end != std::string::npos) {
      std::string line = received.substr(0, end);
      received.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    if (received.size() > kMaxLine)
      return tl::unexpected(Failure{Failure::Kind::kBroken, "a line without an end"});
    if (auto ready = state_->await(POLLIN, deadline); !ready) return tl::unexpected(ready.error());
    std::array<char, kMaxLine> bytes;
    const ssize_t count = ::recv(state_->socket, bytes.data(), bytes.size(), 0);
    if (count == 0)
      return tl::unexpected(Failure{Failure::Kind::kBroken, "the connection was closed"});
    if (count > 0)
      received.append(bytes.data(), static_cast<std::size_t>(count));
    else if (errno != EINTR && errno != EAGAIN)
      return tl::unexpected(broken(errno));
  }
}

}  // namespace joulemark::net
