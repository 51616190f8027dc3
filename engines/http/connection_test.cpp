// SPDX-License-Identifier: Apache-2.0
// Connections with TLS to servers of this process, with keys that the command `openssl` makes.
#include "connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "http/server.h"
#include "plugin_kit/status.h"

namespace joulemark::http_engine {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// A folder with two keys and their certificates, which are for "localhost" alone.
class Keys {
 public:
  Keys() : folder_(fs::path(::testing::TempDir()) / "connection_test") {
    fs::create_directories(folder_);
    for (const char* name : {"own", "other"}) {
      const std::string command =
          "cd '" + folder_.string() +
          "' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
          "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout " +
          name + ".key -out " + name + ".pem 2>/dev/null";
      // NOLINTNEXTLINE(cert-env33-c,bugprone-command-processor): no text from outside
      EXPECT_EQ(std::system(command.c_str()), 0);
    }
  }
  ~Keys() { fs::remove_all(folder_); }
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;
  [[nodiscard]] std::string file(const char* name) const { return (folder_ / name).string(); }

 private:
  fs::path folder_;
};

class ATlsConnection : public ::testing::Test {
 protected:
  static std::string file(const char* name) {
    static const Keys keys;
    return keys.file(name);
  }

  ATlsConnection() {
    server_ = *http::Server::listen(
        {.tls = http::TlsFiles{file("own.pem"), file("own.key")}},
        [this](const auto& exchange) { exchange->send({.head = {.status = 200}, .body = body_}); });
  }
  [[nodiscard]] Connection to(const std::string& host, const char* trusted) const {
    return {at(host, server_->port()), Trust(file(trusted))};
  }
  static http::Url at(const std::string& host, int port) {
    return {.scheme = http::Scheme::kHttps, .host = host, .port = port};
  }
  static std::string complaint(Connection connection) {
    try {
      connection.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      return "";
    } catch (const ConnectionLost& lost) {
      return lost.message;
    }
  }

  std::string body_ = "hello";
  std::unique_ptr<http::Server> server_;  // last: its thread uses the others
};

TEST_F(ATlsConnection, CarriesAnswersLargerThanARecord) {
  body_.assign(std::size_t{3} << 20, 'x');
  Connection connection = to("localhost", "own.pem");
  for (int i = 0; i < 3; ++i) {
    connection.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(connection.body(), body_);
  }
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(ATlsConnection, SendsRequestsLargerThanARecord) {
  const std::string sent(std::size_t{3} << 20, 'y');
  Connection connection = to("localhost", "own.pem");
  connection.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(sent.size()) +
                 "\r\n\r\n" + sent);
  EXPECT_EQ(connection.status(), 200);
}

TEST_F(ATlsConnection, TrustsNobodyButWhoIsNamed) {
  EXPECT_EQ(complaint(to("localhost", "own.pem")), "");
  EXPECT_THAT(complaint(to("localhost", "other.pem")),
              testing::AllOf(HasSubstr("certificate is not trusted"), HasSubstr("'ca_file'")));
  EXPECT_THAT(complaint({at("localhost", server_->port()), Trust("")}),
              HasSubstr("certificate is not trusted"));
}

TEST_F(ATlsConnection, WantsTheHostsNameInItsCertificate) {
  EXPECT_THAT(complaint(to("127.0.0.1", "own.pem")),
              HasSubstr("its certificate is not for '127.0.0.1'"));
}

TEST_F(ATlsConnection, SaysThatAServerHasNoTls) {
  const auto plain = *http::Server::listen(
      {}, [](const auto& exchange) { exchange->send({.head = {.status = 200}, .body = ""}); });
  EXPECT_THAT(complaint({at("localhost", plain->port()), Trust(file("own.pem"))}),
              HasSubstr("TLS"));
}

TEST_F(ATlsConnection, DoesNotWaitForeverForAHandshake) {
  const Descriptor listening(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(listening.get(), plain, size), 0);
  ASSERT_EQ(::listen(listening.get(), 1), 0);
  ASSERT_EQ(::getsockname(listening.get(), plain, &size), 0);
  Connection connection(at("localhost", ntohs(address.sin_port)), Trust(file("own.pem")));
  connection.set_patience(std::chrono::milliseconds(50));
  EXPECT_THAT(complaint(std::move(connection)), HasSubstr("does not answer in TLS"));
}

TEST_F(ATlsConnection, IsMadeAnewWhenTheServerEndedIt) {
  server_.reset();
  server_ = *http::Server::listen(
      {.tls = http::TlsFiles{file("own.pem"), file("own.key")},
       .limits = {.idle = std::chrono::milliseconds(1)}},
      [](const auto& exchange) { exchange->send({.head = {.status = 200}, .body = "again"}); });
  Connection connection = to("localhost", "own.pem");
  for (int i = 0; i < 3; ++i) {
    connection.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(connection.body(), "again");
    while (server_->connections() > 0) std::this_thread::yield();
  }
}

TEST_F(ATlsConnection, SaysThatAFileHoldsNoCertificates) {
  std::ofstream(file("none.pem")) << "no certificate";
  for (const char* name : {"none.pem", "absent.pem"}) {
    try {
      Trust trust(file(name));
      ADD_FAILURE() << name;
    } catch (const plugin::Failure& failure) {
      EXPECT_THAT(failure.message, HasSubstr(name));
    }
  }
}

}  // namespace
}  // namespace joulemark::http_engine
