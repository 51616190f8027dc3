// SPDX-License-Identifier: Apache-2.0
// The engine's side against a server of this process.
#include "served_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "api/sse.h"
#include "http/server.h"

namespace joulemark::http_engine {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// KServe's model "m" that doubles, and texts that count upwards.
class AServedModel : public ::testing::Test {
 protected:
  AServedModel() : folder_(std::filesystem::path(::testing::TempDir()) / "served_model_test") {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "config.json") << R"({"vocab_size": 100, "eos_token_id": 99})";
    server_ = *http::Server::listen({}, [this](const auto& exchange) { answer(*exchange); });
    opened_.options.url = "http://127.0.0.1:" + std::to_string(server_->port());
  }

  std::unique_ptr<ServedModel> load(const std::string& path) {
    return std::make_unique<ServedModel>(
        opened_,
        jm_load_params{
            .model_path = path.c_str(), .precision = "f32", .options = nullptr, .option_count = 0});
  }
  std::unique_ptr<ServedModel> load_text() { return load(folder_.string()); }

  void answer(http::Exchange& exchange) {
    const http::Request& request = exchange.request();
    if (request.path == "/v2" && !speaks_tensorflow_) return send(exchange, about_);
    if (request.path == "/props" && !props_.empty()) return send(exchange, props_);
    if (speaks_tensorflow_) return answer_tensorflow(exchange);
    if (request.path == "/v2/health/ready") return send(exchange, json::object());
    if (request.path == "/v2/models/m") return send(exchange, metadata());
    if (request.path == "/v2/models/m/infer") return infer(exchange, json::parse(request.body));
    if (request.path == "/v1/models")
      return send(exchange, {{"data", {{{"id", "t"}, {"owned_by", owner_}}}}});
    if (request.path == "/v1/completions") return complete(exchange, json::parse(request.body));
    send(exchange, {{"error", "there is no " + request.path}}, 404);
  }

  /// TensorFlow Serving's model "m" with y = -x.
  static void answer_tensorflow(http::Exchange& exchange) {
    const http::Request& request = exchange.request();
    if (request.path == "/v1/models/m")
      return send(exchange,
                  {{"model_version_status", {{{"version", "1"}, {"state", "AVAILABLE"}}}}});
    if (request.path == "/v1/models/m/metadata")
      return exchange.send({.head = {.status = 200}, .body = kTensorflowMetadata});
    if (request.path != "/v1/models/m:predict")
      return send(exchange, {{"error", "Malformed request"}},
                  request.path.starts_with("/v1/") ? 400 : 404);
    json y = json::parse(request.body)["inputs"]["x"];
    for (json& row : y)
      for (json& number : row) number = -number.get<double>();
    exchange.send({.head = {.status = 200}, .body = "{\"outputs\": " + y.dump() + "}"});
  }
  static constexpr const char* kTensorflowMetadata =
      R"({"metadata": {"signature_def": {"signature_def": {"serving_default": {
          "inputs": {"x": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "-1"}, {"size": "2"}]}}},
          "outputs": {"y": {"dtype": "DT_FLOAT", "tensor_shape": {"unknown_rank": true}}}}}}}})";

  static json metadata() {
    const auto port = [](const char* name) {
      return json({{"name", name}, {"datatype", "FP32"}, {"shape", {-1, 2}}});
    };
    return {{"name", "m"}, {"platform", ""}, {"inputs", {port("x")}}, {"outputs", {port("y")}}};
  }
  static void send(http::Exchange& exchange, const json& body, int status = 200) {
    exchange.send({.head = {.status = status}, .body = body.dump()});
  }
  void infer(http::Exchange& exchange, const json& request) const {
    if (refuses_) return send(exchange, {{"error", "not today"}}, 503);
    json y = request["inputs"][0];
    y["name"] = "y";
    for (json& number : y["data"]) number = 2 * number.get<double>();
    send(exchange, {{"model_name", "m"}, {"outputs", {y}}});
  }
  void complete(http::Exchange& exchange, const json& request) {
    asked_ = request;
    exchange.begin({.content_type = "text/event-stream"});
    const int last = request["prompt"].back();
    const int count = std::min(request["max_tokens"].get<int>(), most_tokens_);
    for (int i = 1; i <= count; ++i)
      exchange.write(api::write_event(
          json({{"choices", {{{"index", 0}, {"text", "x"}, {"token_ids", {last + i}}}}}}).dump()));
    if (!reason_.empty())
      exchange.write(api::write_event(
          json({{"choices", {{{"index", 0}, {"text", ""}, {"finish_reason", reason_}}}}}).dump()));
    exchange.write(api::write_event("[DONE]"));
    exchange.end();
  }

  std::filesystem::path folder_;
  Opened opened_;
  json about_ = {{"name", "small"}, {"version", "1.2"}};
  json props_;
  std::string owner_ = "small";
  bool refuses_ = false;
  bool speaks_tensorflow_ = false;
  int most_tokens_ = 1000;
  std::string reason_;
  json asked_;
  std::unique_ptr<http::Server> server_;  // last: its thread uses the others
};

template <class Call>
plugin::Failure failure_of(Call call) {
  try {
    call();
  } catch (const plugin::Failure& failure) {
    return failure;
  }
  return {JM_OK, ""};
}

struct Input {
  std::vector<float> values = {1, 2, 3, 4};
  std::vector<std::int64_t> dims = {2, 2};
  jm_tensor tensor{JM_FLOAT32, JM_MEMORY_HOST, 2, dims.data(), values.data(), 16};
};

TEST_F(AServedModel, GivesTheTensorsThatTheServerAnswers) {
  const auto model = load("null:m");
  ASSERT_EQ(model->inputs().size(), 1u);
  EXPECT_EQ(model->inputs().ports()[0].name, "x");
  Input input;
  model->bind(&input.tensor, 1);
  model->run();
  model->run();
  const auto& results = model->results();
  ASSERT_EQ(results.size(), 1u);
  const auto* values = static_cast<const float*>(results[0].data);
  EXPECT_EQ(std::vector<float>(values, values + 4), (std::vector<float>{2, 4, 6, 8}));
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(AServedModel, TellsWhatTheServerIs) {
  const auto effective = json::parse(load("null:m")->effective());
  EXPECT_EQ(effective["server"], "small");
  EXPECT_EQ(effective["server_version"], "1.2");
  EXPECT_EQ(effective["dialect"], "kserve v2, json");
  EXPECT_FALSE(effective.contains("precision"));
}

TEST_F(AServedModel, TellsTheBuildOfAServerWithoutAVersion) {
  about_ = json::object();
  props_ = {{"build_info", "b11434-0a1b2c3"}};
  EXPECT_EQ(json::parse(load_text()->effective())["server_version"], "b11434-0a1b2c3");
}

TEST_F(AServedModel, FindsTensorFlowServingByItself) {
  speaks_tensorflow_ = true;
  const auto model = load("null:m");
  EXPECT_EQ(json::parse(model->effective())["dialect"], "tensorflow serving, json");
  EXPECT_FALSE(model->outputs().ports()[0].rank_known);
  Input input;
  input.values = {0.1F, 2, 3, 1e-30F};
  model->bind(&input.tensor, 1);
  model->run();
  const jm_tensor& y = model->results().at(0);
  const auto* values = static_cast<const float*>(y.data);
  EXPECT_EQ(std::vector<float>(values, values + 4), (std::vector<float>{-0.1F, -2, -3, -1e-30F}));
  EXPECT_EQ(std::vector<std::int64_t>(y.dims, y.dims + y.rank), input.dims);
}

TEST_F(AServedModel, NamesTheSignaturesThatThereAre) {
  speaks_tensorflow_ = true;
  opened_.options.signature = "mine";
  EXPECT_THAT(failure_of([&] { load("null:m"); }).message,
              HasSubstr("no signature 'mine', but serving_default"));
}

TEST_F(AServedModel, SaysWhyARequestWasRefused) {
  const auto model = load("null:m");
  Input input;
  EXPECT_EQ(failure_of([&] { model->run(); }).status, JM_INVALID_ARGUMENT);
  model->bind(&input.tensor, 1);
  refuses_ = true;
  EXPECT_THAT(failure_of([&] { model->run(); }).message, HasSubstr("status 503: not today"));
  EXPECT_EQ(failure_of([&] { model->results(); }).status, JM_FAILED);
}

TEST_F(AServedModel, SaysThatTheServerHasNoSuchModel) {
  const auto failure = failure_of([&] { load("null:other"); });
  EXPECT_EQ(failure.status, JM_INVALID_MODEL);
  EXPECT_THAT(failure.message, HasSubstr("has no model 'other'"));
}

TEST_F(AServedModel, GivesATextTokenByToken) {
  const auto model = load_text();
  EXPECT_EQ(model->vocabulary(), 100);
  const std::vector<std::int32_t> prompts = {JM_NO_TOKEN, 5, 10, 20};
  std::vector<std::int32_t> next(2);
  model->reset(2, 2 + 3);
  model->forward(prompts.data(), 2, next.data());
  EXPECT_EQ(next, (std::vector<std::int32_t>{6, 21}));
  EXPECT_EQ(asked_["max_tokens"], 3);
  model->forward(next.data(), 1, next.data());
  model->forward(next.data(), 1, next.data());
  EXPECT_EQ(next, (std::vector<std::int32_t>{8, 23}));
  EXPECT_EQ(json::parse(model->effective())["tokens_per_event"], 1);
}

TEST_F(AServedModel, CannotBeFedOtherTokensThanTheServerGave) {
  const auto model = load_text();
  std::int32_t token = 5;
  std::int32_t next = 0;
  model->reset(1, 4);
  model->forward(&token, 1, &next);
  token = 7;
  EXPECT_EQ(failure_of([&] { model->forward(&token, 1, &next); }).status, JM_UNSUPPORTED);
}

TEST_F(AServedModel, BeginsAnewInTheMiddleOfAText) {
  const auto model = load_text();
  std::int32_t token = 5;
  std::int32_t next = 0;
  for (int i = 0; i < 3; ++i) {
    model->reset(1, 1 + 50);
    model->forward(&token, 1, &next);
    EXPECT_EQ(next, 6);
  }
}

TEST_F(AServedModel, EndsATextAsTheModelDoesWhereThatIsAskedFor) {
  opened_.options.ignores_eos = false;
  const auto model = load_text();
  EXPECT_EQ(asked_.value("ignore_eos", false), false);
  most_tokens_ = 1;
  std::int32_t next = 5;
  model->reset(1, 4);
  model->forward(&next, 1, &next);
  EXPECT_EQ(next, 6);
  model->forward(&next, 1, &next);
  EXPECT_EQ(next, 99);
}

TEST_F(AServedModel, FailsWhereATextIsTooShort) {
  const auto model = load_text();
  most_tokens_ = 1;
  std::int32_t next = 5;
  model->reset(1, 4);
  model->forward(&next, 1, &next);
  EXPECT_THAT(failure_of([&] { model->forward(&next, 1, &next); }).message,
              HasSubstr("behind 1 of 3 tokens; where"));
}

TEST_F(AServedModel, SaysThatTheServersContextIsFull) {
  const auto model = load_text();
  most_tokens_ = 1;
  reason_ = "length";  // as vLLM ends a text at --max-model-len
  std::int32_t next = 5;
  model->reset(1, 4);
  model->forward(&next, 1, &next);
  EXPECT_THAT(failure_of([&] { model->forward(&next, 1, &next); }).message,
              HasSubstr("1 of 3 tokens: it has no room for more"));
}

TEST_F(AServedModel, KeepsVllmFromWhatOthersLeftInItsCache) {
  owner_ = "vllm";
  const auto model = load_text();
  const std::string first = asked_.at("cache_salt");
  std::int32_t next = 5;
  model->reset(1, 2);
  model->forward(&next, 1, &next);
  EXPECT_NE(asked_.at("cache_salt"), first);
}

TEST_F(AServedModel, OutlivesAConnectionThatTheServerClosedMeanwhile) {
  server_.reset();
  server_ = *http::Server::listen({.limits = {.idle = std::chrono::milliseconds(1)}},
                                  [this](const auto& exchange) { answer(*exchange); });
  opened_.options.url = "http://127.0.0.1:" + std::to_string(server_->port());
  const auto model = load("null:m");
  Input input;
  model->bind(&input.tensor, 1);
  model->run();
  while (server_->connections() > 0) std::this_thread::yield();
  model->run();
}

TEST_F(AServedModel, SaysThatTheServerIsGone) {
  const auto model = load("null:m");
  Input input;
  model->bind(&input.tensor, 1);
  model->run();
  server_.reset();
  EXPECT_THAT(failure_of([&] { model->run(); }).message,
              HasSubstr("closed the connection, and takes no new one"));
}

}  // namespace
}  // namespace joulemark::http_engine
