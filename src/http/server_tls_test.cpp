// SPDX-License-Identifier: Apache-2.0
// The server with TLS, with keys that the command `openssl` makes.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>
// before Asio, whose release 1.74 forgets <utility>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "http/raw_client_test.h"

namespace joulemark::http {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using ::testing::HasSubstr;

class TlsServer : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string folder = (std::filesystem::temp_directory_path() / "joulemark-tls-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = new std::filesystem::path(folder);
    for (const char* name : {"one", "other"}) {
      const auto command = fmt::format(
          "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
          "-subj /CN=localhost -keyout {0}/{1}.key -out {0}/{1}.pem 2>/dev/null",
          folder, name);
      ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT(cert-env33-c): no text from outside
    }
  }
  static void TearDownTestSuite() {
    std::filesystem::remove_all(*folder_);
    delete folder_;
  }
  static std::string file(const char* name) { return (*folder_ / name).string(); }
  static Result<std::unique_ptr<Server>> listen(const char* key, const Limits& limits = {}) {
    return Server::listen({.tls = TlsFiles{file("one.pem"), file(key)}, .limits = limits}, echo);
  }

 private:
  static std::filesystem::path* folder_;
};
std::filesystem::path* TlsServer::folder_ = nullptr;

class TlsClient {
 public:
  TlsClient(int port, const std::string& trusted) {
    context_.load_verify_file(trusted);
    stream_.set_verify_mode(asio::ssl::verify_peer);
    stream_.next_layer().connect(
        {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)});
    stream_.handshake(asio::ssl::stream_base::client, error_);
  }
  [[nodiscard]] bool is_trusted() const { return !error_; }
  std::string ask(std::string_view request, std::string_view mark) {
    asio::write(stream_, asio::buffer(request), error_);
    std::string answer;
    asio::read_until(stream_, asio::dynamic_buffer(answer), std::string(mark), error_);
    return answer;
  }
  void vanish() { stream_.next_layer().close(); }

 private:
  asio::io_context loop_;
  asio::ssl::context context_{asio::ssl::context::tls_client};
  asio::ssl::stream<tcp::socket> stream_{loop_, context_};
  boost::system::error_code error_;
};

TEST_F(TlsServer, AnswersAndKeepsTheConnection) {
  const auto server = listen("one.key");
  ASSERT_TRUE(server) << server.error().message;
  TlsClient client((*server)->port(), file("one.pem"));
  ASSERT_TRUE(client.is_trusted());
  for (int i = 0; i < 3; ++i) EXPECT_THAT(client.ask(kGet, "yes "), HasSubstr("GET /a b [c=d]"));
  const std::string body(300'000, 'x');
  EXPECT_THAT(client.ask(fmt::format("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{}<end>",
                                     body.size() + 5, body),
                         "<end>"),
              HasSubstr("POST / []"));
}

TEST_F(TlsServer, OneThatIsNotTheExpectedOneIsNotTrusted) {
  const auto server = listen("one.key");
  ASSERT_TRUE(server);
  EXPECT_FALSE(TlsClient((*server)->port(), file("other.pem")).is_trusted());
}

TEST_F(TlsServer, TheKeyOfAnotherCertificateIsNamed) {
  const auto server = listen("other.key");
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(server.error().message, HasSubstr("cannot use the key"));
}

TEST_F(TlsServer, PlainTextSilenceAndVanishingEndTheirOwnConnectionsAlone) {
  const auto server = listen("one.key", {.header = 2000ms});
  ASSERT_TRUE(server);
  Raw plain((*server)->port());
  Raw silent((*server)->port());
  Raw broken((*server)->port());
  TlsClient gone((*server)->port(), file("one.pem"));
  TlsClient client((*server)->port(), file("one.pem"));
  plain.send(kGet);
  broken.send("\x16\x03\x01\x02");
  gone.ask(kGet, "yes ");
  gone.vanish();
  EXPECT_EQ(plain.read_all().find("HTTP"), std::string::npos);
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_EQ(broken.read_all(), "");
  for (int i = 0; i < kLongest && (*server)->connections() > 1; ++i)
    std::this_thread::sleep_for(1ms);
  EXPECT_THAT(client.ask(kGet, "yes "), HasSubstr("200 OK"));
  EXPECT_EQ((*server)->connections(), 1U);
}

}  // namespace
}  // namespace joulemark::http
