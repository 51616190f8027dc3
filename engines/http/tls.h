// SPDX-License-Identifier: Apache-2.0
// TLS on a socket that blocks, for the thread that is timed.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace joulemark::http_engine {

/// Whose certificates are trusted. Copies share it.
class Trust {
 public:
  /// No one's: for servers without TLS.
  Trust() = default;
  /// Those in `ca_file` (PEM), or the system's where it is "". Throws plugin::Failure when the file
  /// cannot be used.
  explicit Trust(const std::string& ca_file);

  [[nodiscard]] ssl_ctx_st* context() const { return context_.get(); }

 private:
  std::shared_ptr<ssl_ctx_st> context_;
};

/// One connection's encryption, TLS 1.2 or 1.3. The socket must outlive it; its limits of time hold
/// for each wait.
class TlsStream {
 public:
  /// Shakes hands with a server whose certificate is trusted and names `host`. Null where that does
  /// not work, and then `why` says it.
  static std::unique_ptr<TlsStream> open(int socket, const Trust& trust, const std::string& host,
                                         std::string& why);

  /// As recv(): 0 where the server has ended the connection in order, -1 with errno else.
  ssize_t receive(char* buffer, std::size_t size);
  /// False with errno set where not all of it could be sent.
  bool send(std::string_view bytes);

 private:
  struct Free {
    void operator()(ssl_st* tls) const;
  };
  explicit TlsStream(std::unique_ptr<ssl_st, Free> tls) : tls_(std::move(tls)) {}

  std::unique_ptr<ssl_st, Free> tls_;
};

}  // namespace joulemark::http_engine
