// SPDX-License-Identifier: Apache-2.0
// A model of which the server does not say its inputs and outputs. The answers are those of
// MLServer 1.7.1 for a runtime whose settings name none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "http/server.h"
#include "model/testing/onnx_bytes.h"
#include "model/testing/scratch_folder.h"
#include "served_model.h"

namespace joulemark::http_engine {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kServer = R"({"name":"mlserver","version":"1.7.1","extensions":[]})";
constexpr const char* kMetadata =
    R"({"name":"relu","versions":[],"platform":"","inputs":[],"outputs":[],"parameters":{}})";
constexpr const char* kAnswer =
    R"({"model_name":"relu","id":"4b892296-1dd7-4d98-b972-42434c0738b5","parameters":{},"outputs":[)"
    R"({"name":"y","shape":[1,3],"datatype":"FP32","parameters":{"content_type":"np"},)"
    R"("data":[0.0,0.5,2.0]}]})";

class AnUndescribedModel : public ::testing::Test {
 protected:
  AnUndescribedModel() {
    server_ = *http::Server::listen({}, [this](const auto& exchange) { answer(*exchange); });
    opened_.options.url = "http://127.0.0.1:" + std::to_string(server_->port());
  }

  void answer(http::Exchange& exchange) {
    const http::Request& request = exchange.request();
    if (request.path == "/v2") return send(exchange, kServer);
    if (request.path == "/v2/health/ready") return send(exchange, "");
    if (request.path == "/v2/models/relu") return send(exchange, kMetadata);
    asked_ = request.body;
    if (refuses_) return send(exchange, "Internal Server Error", 500);
    send(exchange, kAnswer);
  }
  static void send(http::Exchange& exchange, const std::string& body, int status = 200) {
    exchange.send({.head = {.status = status}, .body = body});
  }

  /// Of the file relu.onnx.
  std::unique_ptr<ServedModel> load_file() {
    return load(folder_.write("relu.onnx", testing::relu_model_bytes()).string());
  }
  std::unique_ptr<ServedModel> load(const std::string& path) {
    return std::make_unique<ServedModel>(
        opened_,
        jm_load_params{
            .model_path = path.c_str(), .precision = "f32", .options = nullptr, .option_count = 0});
  }
  void bind(ServedModel& model) {
    const jm_tensor tensor{JM_FLOAT32, JM_MEMORY_HOST, 2, dims_.data(), values_.data(), 12};
    model.bind(&tensor, 1);
  }

  std::vector<float> values_ = {-1, 0.5, 2};
  std::vector<std::int64_t> dims_ = {1, 3};
  testing::ScratchFolder folder_;
  Opened opened_;
  bool refuses_ = false;
  std::string asked_;
  std::unique_ptr<http::Server> server_;  // last: its thread uses the others
};

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const plugin::Failure& failure) {
    return failure.message;
  }
  return "";
}

TEST_F(AnUndescribedModel, IsAskedAsTheExperimentsFileSays) {
  const auto model = load_file();
  ASSERT_EQ(model->inputs().size(), 1U);
  EXPECT_EQ(model->inputs().ports()[0].dims, (std::vector<std::int64_t>{-1, 3}));
  bind(*model);
  model->run();
  EXPECT_EQ(json::parse(asked_)["inputs"][0]["name"], "x");
  const auto& results = model->results();
  ASSERT_EQ(results.size(), 1U);
  const auto* values = static_cast<const float*>(results[0].data);
  EXPECT_EQ(std::vector<float>(values, values + 3), (std::vector<float>{0, 0.5, 2}));
}

TEST_F(AnUndescribedModel, IsNotAskedWhereNoFileSaysItEither) {
  EXPECT_THAT(message_of([&] { load("null:relu"); }),
              AllOf(HasSubstr("does not say which inputs"), HasSubstr("model-settings.json")));
}

TEST_F(AnUndescribedModel, IsAskedInJsonWhereBinaryIsNotToldOf) {
  opened_.options.tensors = "binary";
  const auto model = load_file();
  bind(*model);
  refuses_ = true;
  EXPECT_THAT(message_of([&] { model->run(); }),
              AllOf(HasSubstr("status 500"), HasSubstr("'tensors = json'")));
}

}  // namespace
}  // namespace joulemark::http_engine
