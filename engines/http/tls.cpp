// SPDX-License-Identifier: Apache-2.0
#include "tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include "base/error.h"
#include "plugin_kit/status.h"

namespace joulemark::http_engine {
namespace {

int socket_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

int read_socket(BIO* bio, char* buffer, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t n = 0;
  while ((n = ::recv(socket_of(bio), buffer, static_cast<std::size_t>(size), 0)) < 0 &&
         errno == EINTR) {
  }
  if (n < 0 && would_block()) BIO_set_retry_read(bio);
  return static_cast<int>(n);
}

int write_socket(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t n = 0;
  while ((n = ::send(socket_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL)) < 0 &&
         errno == EINTR) {
  }
  if (n < 0 && would_block()) BIO_set_retry_write(bio);
  return static_cast<int>(n);
}

long control_socket(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

/// OpenSSL's own sockets write without MSG_NOSIGNAL: a server that is gone would end this process.
const BIO_METHOD* socket_method() {
  static const std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)> method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "joulemark socket");
    BIO_meth_set_read(made, read_socket);
    BIO_meth_set_write(made, write_socket);
    BIO_meth_set_ctrl(made, control_socket);
    return std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)>(made, BIO_meth_free);
  }();
  return method.get();
}

std::string last_complaint() {
  const char* reason = ERR_reason_error_string(ERR_get_error());
  return reason == nullptr ? "no reason is known" : reason;
}

bool is_address(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

/// Server names are names: an address must not be sent as one (RFC 6066, 3).
bool demand_host(SSL* tls, const std::string& host) {
  if (is_address(host))
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.c_str()) == 1;
  return SSL_set1_host(tls, host.c_str()) == 1 && SSL_set_tlsext_host_name(tls, host.c_str()) == 1;
}

std::string why_untrusted(long verdict, const std::string& host) {
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH)
    return "its certificate is not for '" + host + "'; ask it by the name in the certificate";
  return std::string("its certificate is not trusted: ") + X509_verify_cert_error_string(verdict) +
         "; name the certificates to trust with the option 'ca_file'";
}

std::string why_no_handshake(SSL* tls, const std::string& host) {
  const int error = errno;
  const long verdict = SSL_get_verify_result(tls);
  if (verdict != X509_V_OK) return why_untrusted(verdict, host);
  if (SSL_want_read(tls) == 1 && (error == EAGAIN || error == EWOULDBLOCK))
    return "it does not answer in TLS";
  if (ERR_peek_error() == 0)
    return "it ends the connection in the TLS handshake" +
           (error == 0 ? std::string() : ": " + errno_text(error));
  return "it does not speak TLS as it should: " + last_complaint();
}

}  // namespace

Trust::Trust(const std::string& ca_file) {
  ERR_clear_error();
  context_ = {SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  if (!context_) plugin::fail(JM_FAILED, "TLS cannot be used: " + last_complaint());
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  const bool is_read = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context_.get()) == 1
                                       : SSL_CTX_load_verify_locations(
                                             context_.get(), ca_file.c_str(), nullptr) == 1;
  if (!is_read)
    plugin::fail(JM_INVALID_ARGUMENT, "cannot use the certificates in '" + ca_file +
                                          "': " + last_complaint() +
                                          "; 'ca_file' names a file in PEM format");
}

void TlsStream::Free::operator()(ssl_st* tls) const {
  SSL_free(tls);
}

std::unique_ptr<TlsStream> TlsStream::open(int socket, const Trust& trust, const std::string& host,
                                           std::string& why) {
  ERR_clear_error();
  std::unique_ptr<ssl_st, Free> tls(SSL_new(trust.context()));
  BIO* bio = tls ? BIO_new(socket_method()) : nullptr;
  if (bio == nullptr) {
    why = "TLS cannot be used: " + last_complaint();
    return nullptr;
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  SSL_set_bio(tls.get(), bio, bio);
  if (!demand_host(tls.get(), host)) {
    why = "'" + host + "' is no name that a certificate can have";
    return nullptr;
  }
  errno = 0;
  if (SSL_connect(tls.get()) != 1) {
    why = why_no_handshake(tls.get(), host);
    return nullptr;
  }
  return std::unique_ptr<TlsStream>(new TlsStream(std::move(tls)));
}

ssize_t TlsStream::receive(char* buffer, std::size_t size) {
  ERR_clear_error();
  errno = 0;
  std::size_t n = 0;
  if (SSL_read_ex(tls_.get(), buffer, size, &n) == 1) return static_cast<ssize_t>(n);
  const int error = SSL_get_error(tls_.get(), 0);
  if (error == SSL_ERROR_ZERO_RETURN) return 0;
  // An end that the server does not announce may be somebody else's doing.
  if (error != SSL_ERROR_WANT_READ && errno == 0)
    errno = error == SSL_ERROR_SSL ? EPROTO : ECONNRESET;
  return -1;
}

bool TlsStream::send(std::string_view bytes) {
  ERR_clear_error();
  errno = 0;
  std::size_t n = 0;
  if (bytes.empty() || SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &n) == 1) return true;
  if (errno == 0) errno = ECONNRESET;
  return false;
}

}  // namespace joulemark::http_engine
