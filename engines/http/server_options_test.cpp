// SPDX-License-Identifier: Apache-2.0
#include "server_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace joulemark::http_engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Pairs = std::vector<std::pair<std::string, std::string>>;

ServerOptions read(const Pairs& pairs, const std::string& address = "") {
  plugin::Options options;
  for (const auto& [key, value] : pairs) options.set(key, value);
  return read_server_options(std::move(options), address);
}

/// "" where the options fit.
std::string complaint(const Pairs& pairs, const std::string& address = "") {
  try {
    read(pairs, address);
    return "";
  } catch (const plugin::Failure& failure) {
    return failure.message;
  }
}

TEST(ServerOptions, FillTheTrialIntoTheCommandQuotedForTheShell) {
  const auto filled =
      filled_in(read({{"command", "serve {model} -t {threads} -p {port} --dtype {precision}"},
                      {"env", "PORT={port} B=2"}}),
                {.port = 4711, .threads = 3, .model = "/a b/it's.onnx", .precision = "f32"});
  EXPECT_EQ(filled.command, "serve '/a b/it'\\''s.onnx' -t 3 -p 4711 --dtype 'f32'");
  EXPECT_THAT(filled.environment, ElementsAre("PORT=4711", "B=2"));
  EXPECT_EQ(filled.url, "http://127.0.0.1:4711");
}

TEST(ServerOptions, TakeTheAddressFromWhereReadyPointsTo) {
  const auto filled = filled_in(read({{"command", "serve"}, {"ready", "http://host:80/a/health"}}),
                                {.port = 1, .model = "", .precision = ""});
  EXPECT_EQ(filled.url, "http://host:80");
  EXPECT_EQ(filled.ready, "http://host:80/a/health");
}

TEST(ServerOptions, TakeTheAddressOfAServerThatRuns) {
  EXPECT_EQ(read({}, "http://host:80").url, "http://host:80");
  EXPECT_EQ(read({{"url", "http://other"}}).url, "http://other");
}

TEST(ServerOptions, TakeAddressesWithTls) {
  const auto filled = filled_in(read({{"command", "serve"}, {"ready", "https://host/a/health"}}),
                                {.port = 1, .model = "", .precision = ""});
  EXPECT_EQ(filled.url, "https://host");
  EXPECT_EQ(read({{"url", "https://h"}, {"ca_file", "own.pem"}}).ca_file, "own.pem");
}

TEST(ServerOptions, SayWhatDoesNotFit) {
  EXPECT_THAT(complaint({}), HasSubstr("needs 'url'"));
  EXPECT_THAT(complaint({{"command", "serve"}}), HasSubstr("write {port} into 'command'"));
  EXPECT_THAT(complaint({{"command", "serve"}, {"url", "http://h:{port}"}}),
              HasSubstr("write {port}"));
  EXPECT_THAT(complaint({{"command", "serve {port}"}}, "http://h"),
              HasSubstr("is a server that runs"));
  EXPECT_THAT(complaint({{"url", "http://h:{port}"}}), HasSubstr("write its port"));
  EXPECT_THAT(complaint({{"url", "http://h"}, {"env", "A=1"}}), HasSubstr("'env' is for"));
  EXPECT_THAT(complaint({{"url", "http://h"}, {"stop_timeout_s", "61"}}), HasSubstr("60"));
  EXPECT_THAT(complaint({{"url", "http://h"}, {"prot", "1"}}), HasSubstr("unknown option 'prot'"));
  EXPECT_EQ(complaint({{"command", "serve"}, {"url", "http://h:1"}}), "");
}

TEST(ServerOptions, ReadTheTokenFromTheVariableThatIsNamed) {
  ::setenv("JOULEMARK_TEST_TOKEN", "secret", 1);
  EXPECT_EQ(read({{"url", "http://h"}, {"token_variable", "JOULEMARK_TEST_TOKEN"}}).bearer,
            "secret");
  ::unsetenv("JOULEMARK_TEST_TOKEN");
  EXPECT_THAT(complaint({{"url", "http://h"}, {"token_variable", "JOULEMARK_TEST_TOKEN"}}),
              HasSubstr("is not set"));
}

}  // namespace
}  // namespace joulemark::http_engine
