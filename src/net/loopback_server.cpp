// SPDX-License-Identifier: Apache-2.0
#include "net/loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace joulemark::net {
namespace {

constexpr std::size_t kMostBytes = 65536;
constexpr std::size_t kMostConnections = 64;
/// Who does not take an answer for so long does not get it.
constexpr timeval kLongestSend = {.tv_sec = 2, .tv_usec = 0};

/// The port at which `socket` listens now; 0 where it cannot.
int listen_anywhere(int socket) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (bind(socket, any, size) != 0 || listen(socket, 16) != 0 ||
      getsockname(socket, any, &size) != 0)
    return 0;
  return ntohs(address.sin_port);
}

}  // namespace

std::optional<std::string> LoopbackConnection::read_until(std::string_view mark) {
  for (;;) {
    if (const auto at = received_.find(mark); at != std::string::npos) {
      std::string text = received_.substr(0, at + mark.size());
      received_.erase(0, at + mark.size());
      return text;
    }
    if (received_.size() > kMostBytes || !await(-1)) return std::nullopt;
    char bytes[4096];
    const ssize_t count = recv(socket_, bytes, sizeof bytes, 0);
    if (count <= 0) return std::nullopt;
    received_.append(bytes, static_cast<std::size_t>(count));
  }
}

void LoopbackConnection::write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t count = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

bool LoopbackConnection::await(int milliseconds) const {
  pollfd wanted[2] = {{socket_, POLLIN, 0}, {ending_, POLLIN, 0}};
  while (poll(wanted, 2, milliseconds) < 0 && errno == EINTR) {
  }
  return wanted[0].revents != 0;
}

LoopbackServer::LoopbackServer(Serve serve)
    : serve_(std::move(serve)),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      ending_(eventfd(0, EFD_CLOEXEC)) {
  if (listener_.get() < 0 || ending_.get() < 0) return;
  port_ = listen_anywhere(listener_.get());
  if (port_ == 0) return;
  try {
    acceptor_ = std::thread([this] { accept_all(); });
  } catch (const std::system_error&) {
    port_ = 0;
  }
}

void LoopbackServer::stop() {
  const std::uint64_t one = 1;
  if (!acceptor_.joinable() || ::write(ending_.get(), &one, sizeof one) < 0) return;
  acceptor_.join();
  for (Served& each : served_) each.thread.join();
  listener_.reset();
}

void LoopbackServer::accept_all() {
  pollfd wanted[2] = {{listener_.get(), POLLIN, 0}, {ending_.get(), POLLIN, 0}};
  for (;;) {
    while (poll(wanted, 2, -1) < 0 && errno == EINTR) {
    }
    if (wanted[1].revents != 0) return;
    const int accepted = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted < 0) continue;
    ++connections_;
    serve(accepted);
  }
}

void LoopbackServer::serve(int accepted) {
  Descriptor owner(accepted);
  served_.remove_if([](Served& each) {
    if (!*each.is_over) return false;
    each.thread.join();
    return true;
  });
  if (served_.size() >= kMostConnections) return;
  setsockopt(accepted, SOL_SOCKET, SO_SNDTIMEO, &kLongestSend, sizeof kLongestSend);
  auto is_over = std::make_shared<std::atomic<bool>>(false);
  try {
    std::thread thread([this, is_over, held = std::move(owner)] {
      LoopbackConnection connection(held.get(), ending_.get());
      serve_(connection);
      *is_over = true;
    });
    served_.push_back({std::move(is_over), std::move(thread)});
  } catch (const std::system_error&) {
    // No thread is to be had: the connection is closed.
  }
}

}  // namespace joulemark::net
