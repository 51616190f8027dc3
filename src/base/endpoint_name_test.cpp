// SPDX-License-Identifier: Apache-2.0
#include "base/endpoint_name.h"

#include <gtest/gtest.h>

#include "joulemark/experiment.h"

namespace joulemark {
namespace {

TEST(EndpointName, IsAnAddressBehindHttp) {
  EXPECT_EQ(endpoint_url("http:127.0.0.1:8000"), "127.0.0.1:8000");
  EXPECT_EQ(endpoint_url("http:http://host/v1"), "http://host/v1");
  EXPECT_EQ(endpoint_url("http:https://host"), "https://host");
  EXPECT_EQ(endpoint_url("http://host"), "http://host");
  EXPECT_EQ(endpoint_url("https://host"), "https://host");
  for (const char* other : {"http", "onnxruntime", "https:host", "httpx:host"})
    EXPECT_FALSE(endpoint_url(other)) << other;
}

TEST(EndpointName, IsNoAddressWithoutOneOrWithSpaces) {
  EXPECT_TRUE(is_endpoint_address("http:host"));
  for (const char* other : {"http:", "http:a b", "http:a\n", "null"})
    EXPECT_FALSE(is_endpoint_address(other)) << other;
}

TEST(EndpointName, BelongsToTheEngineThatAsksServers) {
  EXPECT_EQ(engine_family("http://user@host"), "http");
  EXPECT_EQ(engine_family("https://host"), "http");
  EXPECT_EQ(engine_family("onnxruntime@1.31"), "onnxruntime");
  EXPECT_EQ(engine_family("null"), "null");
}

TEST(EndpointName, StandsForItsOptionsInALabel) {
  Configuration cell;
  cell.engine = "vllm";
  cell.options = {{"command", "vllm serve"}, {"env", "A=1"}};
  EXPECT_EQ(configuration_label(cell), "vllm cpu f32 t1 b1");
  cell.engine = "http:h";
  cell.options = {{"model", "m"}};
  EXPECT_EQ(configuration_label(cell), "http:h cpu f32 t1 b1");
  cell.engine = "null";
  cell.options = {{"spin", "1"}};
  EXPECT_EQ(configuration_label(cell), "null cpu f32 t1 b1 spin=1");
}

}  // namespace
}  // namespace joulemark
