// SPDX-License-Identifier: Apache-2.0
#include "serve/server_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "serve/ready_line.h"

namespace joulemark::serve {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

ServerConfig some_config() {
  ServerConfig config;
  config.plugin = "/lib/libjoulemark_x.so";
  config.source.open = {.plugin = "/lib/libjoulemark_x.so",
                        .library_dir = "/opt/x",
                        .provider = "cpu",
                        .threads = 3,
                        .affinity = {0, 2},
                        .options = {{"spin", "0"}}};
  config.source.load.model = "/models/m.onnx";
  config.source.name = "m";
  config.source.shapes = {{"x", {1, 3}}};
  config.text.stop_ids = {2, 7};
  config.listen.token = "s3cret";
  config.listen.body_bytes = 12345;
  config.listen.held_bytes = 45678;
  config.listen.connections = 90;
  config.apis = {"kserve"};
  config.batching = {.max_waiting = 5, .max_rows = 6, .max_delay = 7};
  config.drain_limit = 9;
  config.ready_as_json = true;
  return config;
}

TEST(ServerConfig, WhatIsWrittenIsRead) {
  const std::string text = to_json(some_config());
  const auto read = parse_server_config(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), text);
  EXPECT_EQ(read->source.open.affinity, some_config().source.open.affinity);
  EXPECT_EQ(read->source.shapes, some_config().source.shapes);
  EXPECT_EQ(read->batching.max_rows, 6);
  EXPECT_EQ(read->listen, some_config().listen);
}

TEST(ServerConfig, EveryKeyIsNeededAndNoOtherIsTaken) {
  const json whole = json::parse(to_json(some_config()));
  for (const auto& [key, value] : whole.items()) {
    json less = whole;
    less.erase(key);
    const auto read = parse_server_config(less.dump());
    ASSERT_FALSE(read) << key;
    EXPECT_THAT(read.error().message, HasSubstr("'" + key + "'"));
  }
  json more = whole;
  more["colour"] = "red";
  const auto read = parse_server_config(more.dump());
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("unknown key 'colour'"));
}

TEST(ServerConfig, AValueOfAnotherTypeIsRefused) {
  json object = json::parse(to_json(some_config()));
  object["apis"] = 7;
  EXPECT_FALSE(parse_server_config(object.dump()));
  EXPECT_FALSE(parse_server_config("[]"));
  EXPECT_FALSE(parse_server_config("{"));
}

TEST(ReadyLine, IsAUrlThatAClientTakes) {
  ServerConfig config;
  const ServedModel model{.name = "m", .engine = "x", .version = "1"};
  EXPECT_EQ(ready_line(config, model, 80), "listening on http://127.0.0.1:80\n");
  config.listen.host = "::1";
  config.listen.certificate = "cert.pem";
  EXPECT_EQ(ready_line(config, model, 80), "listening on https://[::1]:80\n");
  config.ready_as_json = true;
  const std::string line = ready_line(config, model, 80);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(json::parse(line)["url"], "https://[::1]:80");
}

}  // namespace
}  // namespace joulemark::serve
