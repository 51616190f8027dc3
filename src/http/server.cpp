// SPDX-License-Identifier: Apache-2.0
// The loop's thread, and what it accepts.
#include "http/server.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <future>
#include <thread>
#include <utility>
// before Asio, whose release 1.74 forgets <utility>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/connection.h"

namespace joulemark::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kRest{100};
/// How late a client that is too slow may be noticed.
constexpr std::chrono::milliseconds kSweep{50};

Result<std::unique_ptr<asio::ssl::context>> open_tls(const TlsFiles& files) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                       asio::ssl::context::no_tlsv1_1);
  error_code error;
  context->use_certificate_chain_file(files.certificate, error);
  if (error)
    return fail(ErrorKind::kUsage, fmt::format("cannot use the certificate '{}': {}",
                                               files.certificate, error.message()));
  context->use_private_key_file(files.key, asio::ssl::context::pem, error);
  if (error)
    return fail(ErrorKind::kUsage,
                fmt::format("cannot use the key '{}': {}", files.key, error.message()));
  return context;
}

}  // namespace

class Server::Impl {
 public:
  Impl(const ServerOptions& options, Handler handler)
      : acceptor_(loop_),
        rest_(loop_),
        sweep_(loop_),
        shared_(options.limits, std::move(handler)) {}
  ~Impl() {
    if (!thread_.joinable()) return;
    asio::post(loop_, [this] { stop(); });
    thread_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status open(const ServerOptions& options) {
    if (options.tls) {
      auto tls = open_tls(*options.tls);
      if (!tls) return fail(tls.error());
      tls_ = *std::move(tls);
    }
    error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error || options.port < 0 || options.port > 65535)
      return fail(ErrorKind::kUsage,
                  fmt::format("'{}' port {} is no address to listen on: give an IPv4 or IPv6 "
                              "address, such as 127.0.0.1, and a port below 65536",
                              options.address, options.port));
    return bind({address, static_cast<std::uint16_t>(options.port)});
  }

  void start() {
    accept();
    thread_ = std::thread([this] { run(); });
  }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::size_t connections() const { return shared_.clients.count(); }
  [[nodiscard]] std::size_t held_bytes() const { return shared_.bodies->held(); }

  bool drain(std::chrono::milliseconds longest) {
    std::promise<void> begun;
    asio::post(loop_, [this, &begun] {
      shared_.is_draining = true;
      close_acceptor();
      for (ConnectedClient* client : shared_.clients.all()) client->finish();
      begun.set_value();
    });
    begun.get_future().wait();
    return shared_.clients.wait_until_none(longest);
  }

 private:
  /// What one connection throws, for want of memory, ends that connection.
  void run() {
    for (;;) {
      try {
        loop_.run();
        return;
      } catch (const std::exception&) {
        continue;
      }
    }
  }

  Status bind(const tcp::endpoint& endpoint) {
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(kBacklog, error);
    if (error)
      return fail(ErrorKind::kMachine,
                  fmt::format("cannot listen on {} port {}: {}; another --port may be free",
                              endpoint.address().to_string(), endpoint.port(), error.message()));
    port_ = acceptor_.local_endpoint().port();
    return {};
  }

  void accept() {
    acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
      if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
      if (error) return accept_later();
      accept();
      take(std::move(socket));
      sweep();
    });
  }

  /// Looks for late clients as long as there are any: a server that nobody uses sleeps.
  void sweep() {
    if (std::exchange(is_sweeping_, true)) return;
    sweep_.expires_after(kSweep);
    sweep_.async_wait([this](const error_code& error) {
      is_sweeping_ = false;
      if (error) return;
      shared_.clients.cut_late(std::chrono::steady_clock::now());
      if (shared_.clients.count() > 0) sweep();
    });
  }

  /// No file descriptor is left: one may be, when a client has gone.
  void accept_later() {
    rest_.expires_after(kRest);
    rest_.async_wait([this](const error_code& error) {
      if (!error && acceptor_.is_open()) accept();
    });
  }

  void take(tcp::socket socket) {
    error_code error;
    if (shared_.clients.count() >= shared_.limits.connections) {
      static constexpr std::string_view kFull =
          "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      socket.non_blocking(true, error);
      if (!tls_) socket.send(asio::buffer(kFull), 0, error);
      return;
    }
    const int fd = socket.release(error);
    if (!error) start_connection(loop_, shared_, tls_.get(), fd);
  }

  void close_acceptor() {
    error_code ignored;
    acceptor_.close(ignored);
    rest_.cancel();
  }

  void stop() {
    close_acceptor();
    shared_.is_draining = true;
    for (ConnectedClient* client : shared_.clients.all()) client->cut();
    sweep_.cancel();
    work_.reset();
  }

  asio::io_context loop_{1};
  /// A connection may wait for its handler alone.
  asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
  tcp::acceptor acceptor_;
  asio::steady_timer rest_;
  asio::steady_timer sweep_;
  bool is_sweeping_ = false;
  std::unique_ptr<asio::ssl::context> tls_;
  Shared shared_;
  int port_ = 0;
  std::thread thread_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::listen(const ServerOptions& options, Handler handler) {
  auto impl = std::make_unique<Impl>(options, std::move(handler));
  if (auto opened = impl->open(options); !opened) return fail(opened.error());
  impl->start();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

int Server::port() const {
  return impl_->port();
}

std::size_t Server::connections() const {
  return impl_->connections();
}

std::size_t Server::held_bytes() const {
  return impl_->held_bytes();
}

bool Server::drain(std::chrono::milliseconds longest) {
  return impl_->drain(longest);
}

}  // namespace joulemark::http
