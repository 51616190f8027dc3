// SPDX-License-Identifier: Apache-2.0
// The routes against a service of the test's own, over exchanges that are noted.
#include "serve/kserve/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <future>
#include <nlohmann/json.hpp>
#include <optional>

#include "api/kserve/message.h"
#include "model/dtype.h"

namespace joulemark::serve {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class NotedExchange final : public http::Exchange {
 public:
  explicit NotedExchange(
      http::Request request, std::function<void()> on_sent = [] {})
      : request_(std::move(request)), on_sent_(std::move(on_sent)) {}
  [[nodiscard]] const http::Request& request() const override { return request_; }
  void send(http::Response response) override {
    on_sent_();
    sent.set_value(std::move(response));
  }
  void begin(http::Head) override {}
  void write(std::string) override {}
  void end() override {}
  [[nodiscard]] bool is_gone() const override { return false; }
  std::promise<http::Response> sent;

 private:
  http::Request request_;
  std::function<void()> on_sent_;
};

/// Doubles its input 'x'; 'half' is the same in FP16, all zeros.
class Doubling final : public Service {
 public:
  Doubling() {
    model_ = {.name = "m", .engine = "null", .version = "1.2"};
    model_.inputs = {{"x", JM_FLOAT32, true, {-1, 2}}, {"k", JM_INT64, true, {1}}};
    model_.outputs = {{"y", JM_FLOAT32, true, {-1, 2}}, {"half", JM_FLOAT16, true, {-1, 2}}};
  }
  [[nodiscard]] const ServedModel& model() const override { return model_; }
  [[nodiscard]] bool is_ready() const override { return ready; }
  Admission submit(TextJob) override { return Admission::kDraining; }
  Admission submit(TensorJob job) override {
    if (admission != Admission::kTaken) return admission;
    timing = job.timing;
    outcome.served = {.arrived = job.timing.arrived,
                      .begin = job.timing.arrived + 1000,
                      .end = job.timing.arrived + 3000,
                      .batch = 1,
                      .units = 1,
                      .batch_units = 1,
                      .batch_number = ++batches};
    if (outcome.ending != Ending::kDone) {
      job.finish(outcome, {});
      return admission;
    }
    model::HostTensor y = job.inputs[0];
    y.name = "y";
    for (std::size_t i = 0; i < y.data.size(); i += sizeof(float)) {
      float value = 0;
      std::memcpy(&value, y.data.data() + i, sizeof value);
      value *= 2;
      std::memcpy(y.data.data() + i, &value, sizeof value);
    }
    auto half = *model::make_tensor("half", JM_FLOAT16, y.dims);
    job.finish(outcome, {std::move(y), std::move(half)});
    return admission;
  }

  ServedModel model_;
  bool ready = true;
  Admission admission = Admission::kTaken;
  Outcome outcome;
  Timing timing;
  std::int64_t batches = 0;
};

class KnownEnergy final : public EnergyMeter {
 public:
  void note_batch(const Served&) override {}
  void share_of(const Served&, std::function<void(const EnergyShare&)> then) override {
    then(share);
  }
  EnergyShare share;
};

class Kserve : public testing::Test {
 protected:
  http::Response ask(http::Request request) {
    const auto exchange = std::make_shared<NotedExchange>(
        std::move(request), [this] { metrics_when_sent = metrics.render(); });
    auto answer = exchange->sent.get_future();
    router.handle(exchange);
    return answer.get();
  }
  http::Response get(std::string path) { return ask({.method = "GET", .path = std::move(path)}); }
  http::Response infer(std::string body, std::vector<http::Header> headers = {}) {
    return ask({.method = "POST",
                .path = "/v2/models/m/infer",
                .headers = std::move(headers),
                .body = std::move(body)});
  }
  static std::string reason(const http::Response& response) {
    return json::parse(response.body).at("error");
  }

  Doubling service;
  KnownEnergy energy;
  Metrics metrics;
  std::string metrics_when_sent;
  SideThread side;
  ApiContext context{.service = service, .energy = energy, .metrics = metrics};
  http::Router router = make_router();

  http::Router make_router() {
    return {kserve_routes(context, side), [](const http::Request&, int status, const std::string&) {
              return http::Response{{.status = status}, ""};
            }};
  }
};

const std::string kInputs =
    R"("inputs": [{"name": "k", "shape": [1], "datatype": "INT64", "data": [1]},
                                          {"name": "x", "shape": [1, 2], "datatype": "FP32", "data": [1.5, -2]}])";
const std::string kY = R"(, "outputs": [{"name": "y"}])";

TEST_F(Kserve, SaysWhatItIsAndWhatItServes) {
  EXPECT_EQ(json::parse(get("/v2").body).at("name"), "joulemark");
  const json model = json::parse(get("/v2/models/m").body);
  EXPECT_EQ(model.at("name"), "m");
  EXPECT_EQ(
      model.at("inputs"),
      json::parse(
          R"([{"name": "x", "datatype": "FP32", "shape": [-1, 2]}, {"name": "k", "datatype": "INT64", "shape": [1]}])"));
  EXPECT_EQ(model.at("outputs").at(1).at("datatype"), "FP16");
  EXPECT_EQ(get("/v2/models/m/versions/1").head.status, 200);
  EXPECT_EQ(get("/v2/models/m/versions/2").head.status, 404);
  EXPECT_THAT(reason(get("/v2/models/other")),
              HasSubstr("there is no model 'other' here, only 'm'"));
  const auto index = ask({.method = "POST", .path = "/v2/repository/index"});
  EXPECT_EQ(json::parse(index.body).at(0).at("state"), "READY");
}

TEST_F(Kserve, SaysHowItIsConfiguredAsTritonDoes) {
  const json fixed = json::parse(get("/v2/models/m/config").body);
  EXPECT_EQ(fixed.at("max_batch_size"), 0) << "the first dimension of 'k' is fixed";
  EXPECT_EQ(fixed.at("input"), json::parse(R"([
      {"name": "x", "data_type": "TYPE_FP32", "dims": [-1, 2]},
      {"name": "k", "data_type": "TYPE_INT64", "dims": [1]}])"));
  EXPECT_FALSE(fixed.contains("dynamic_batching"));
  service.model_.inputs = {{"x", JM_STRING, true, {-1, 2}}};
  context.batching = {.max_rows = 8, .max_delay = 5'000'000};
  router = make_router();
  const json config = json::parse(get("/v2/models/m/versions/1/config").body);
  EXPECT_EQ(config.at("name"), "m");
  EXPECT_EQ(config.at("backend"), "null");
  EXPECT_EQ(config.at("max_batch_size"), 8);
  EXPECT_EQ(config.at("input"),
            json::parse(R"([{"name": "x", "data_type": "TYPE_STRING", "dims": [2]}])"));
  EXPECT_EQ(config.at("output").at(1).at("dims"), json::parse("[2]"));
  EXPECT_EQ(config.at("dynamic_batching").at("max_queue_delay_microseconds"), 5000);
  EXPECT_EQ(get("/v2/models/other/config").head.status, 404);
}

TEST_F(Kserve, AModelOfUnknownSizesHasNoBatchToLeaveOut) {
  service.model_.inputs = {{"x", JM_FLOAT32, false, {}}};
  context.batching = {.max_rows = 8};
  router = make_router();
  const json config = json::parse(get("/v2/models/m/config").body);
  EXPECT_EQ(config.at("max_batch_size"), 0);
  EXPECT_EQ(config.at("input").at(0).at("dims"), json::parse("[-1]"));
}

TEST_F(Kserve, SaysWhetherItIsReady) {
  EXPECT_EQ(get("/v2/health/live").head.status, 200);
  for (const char* path :
       {"/v2/health/ready", "/v2/models/m/ready", "/v2/models/m/versions/1/ready"}) {
    service.ready = true;
    EXPECT_EQ(get(path).head.status, 200) << path;
    service.ready = false;
    EXPECT_EQ(get(path).head.status, 503) << path;
    EXPECT_EQ(json::parse(get(path).body).at("ready"), false) << path;
  }
}

TEST_F(Kserve, InfersInputsInAnyOrder) {
  const auto response = infer(R"({"id": "seven", )" + kInputs + kY + "}");
  ASSERT_EQ(response.head.status, 200) << response.body;
  EXPECT_EQ(json::parse(response.body),
            json::parse(R"({"model_name": "m", "model_version": "1", "id": "seven",
      "outputs": [{"name": "y", "datatype": "FP32", "shape": [1, 2], "data": [3.0, -4.0]}]})"));
}

TEST_F(Kserve, GivesOutputsInTheOrderAndFormAsked) {
  const auto response = infer(
      "{" + kInputs +
      R"(, "outputs": [{"name": "half", "parameters": {"binary_data": true}}, {"name": "y"}]})");
  ASSERT_EQ(response.head.status, 200) << response.body;
  EXPECT_EQ(response.head.content_type, "application/octet-stream");
  ASSERT_EQ(response.head.headers.size(), 1U);
  const auto read = api::read_infer_response(response.body, response.head.headers[0].value);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->outputs[0].name, "half");
  EXPECT_EQ(read->outputs[1].name, "y");
  const auto all = infer("{" + kInputs + R"(, "parameters": {"binary_data_output": true}})");
  EXPECT_EQ(api::read_infer_response(all.body, all.head.headers.at(0).value)->outputs.at(0).name,
            "y");
}

struct Wrong {
  const char* body;
  const char* reason;
};

class WrongRequests : public Kserve, public testing::WithParamInterface<Wrong> {};

TEST_P(WrongRequests, AreToldWhatIsWrong) {
  const auto response = infer(GetParam().body);
  EXPECT_EQ(response.head.status, 400);
  EXPECT_THAT(reason(response), HasSubstr(GetParam().reason));
  EXPECT_EQ(service.batches, 0);
}

#define X(shape, type, data) \
  R"({"name": "x", "shape": )" shape R"(, "datatype": ")" type R"(", "data": )" data "}"
#define K R"({"name": "k", "shape": [1], "datatype": "INT64", "data": [1]})"
INSTANTIATE_TEST_SUITE_P(
    Kserve, WrongRequests,
    testing::Values(
        Wrong{"", "'{' expected"}, Wrong{"{}", "input 'x' is missing"},
        Wrong{R"({"inputs": [)" K "]}", "input 'x' is missing"},
        Wrong{R"({"inputs": [)" K "," K "]}", "input 'k' is there twice"},
        Wrong{R"({"inputs": [{"name": "z", "shape": [1], "datatype": "INT8", "data": [1]}]})",
              "the model has no input 'z'; it has 'x', 'k'"},
        Wrong{R"({"inputs": [)" X("[1, 2]", "FP64", "[1, 2]") "]}",
              "input 'x' is FP64, the model wants FP32"},
        Wrong{R"({"inputs": [)" X("[2, 1]", "FP32", "[1, 2]") "]}",
              "input 'x' has the shape [2, 1], the model wants [-1, 2]"},
        Wrong{R"({"inputs": [)" X("[2]", "FP32", "[1, 2]") "]}", "input 'x' has the shape [2]"},
        Wrong{R"({"inputs": [)" X("[1, 2]", "FP32", "[1, 2]") "," K
                                                              R"(], "outputs": [{"name": "q"}]})",
              "the model has no output 'q'; it has 'y', 'half'"},
        Wrong{R"({"inputs": [)" X("[1, 2]", "FP32",
                                  "[1, 2]") "," K
                                            R"(], "outputs": [{"name": "y"}, {"name": "y"}]})",
              "output 'y' is asked for twice"},
        Wrong{R"({"inputs": [)" X("[1, 2]", "FP32", "[1, 2]") "," K "]}",
              "output 'half' is FP16"}));
#undef X
#undef K

TEST_F(Kserve, ALargeBodyIsAnsweredToo) {
  std::string numbers = "1";
  for (int i = 1; i < 100'000; ++i) numbers += ",1";
  const auto response =
      infer(R"({"inputs": [{"name": "k", "shape": [1], "datatype": "INT64", "data": [1]},
      {"name": "x", "shape": [50000, 2], "datatype": "FP32", "data": [)" +
            numbers + "]}]" + kY + "}");
  ASSERT_EQ(response.head.status, 200) << response.body;
  EXPECT_EQ(json::parse(response.body).at("outputs").at(0).at("data").size(), 100'000U);
}

TEST_F(Kserve, TellsHowAJobEnded) {
  const std::string body = "{" + kInputs + kY + "}";
  const std::vector<std::pair<Ending, int>> endings{{Ending::kExpired, 504},
                                                    {Ending::kDraining, 503},
                                                    {Ending::kUnfit, 400},
                                                    {Ending::kFailed, 500},
                                                    {Ending::kGone, 499}};
  for (const auto& [ending, status] : endings) {
    service.outcome = {.ending = ending, .message = "because"};
    const auto response = infer(body);
    EXPECT_EQ(response.head.status, status);
    EXPECT_EQ(reason(response), "because");
  }
  service.admission = Admission::kFull;
  EXPECT_EQ(infer(body).head.status, 429);
  EXPECT_EQ(infer(body).head.headers.at(0).name, "Retry-After");
  service.admission = Admission::kDraining;
  EXPECT_EQ(infer(body).head.status, 503);
  EXPECT_EQ(infer(body, {{"content-encoding", "gzip"}}).head.status, 415);
}

TEST_F(Kserve, ARequestEndsAtTheNearerOfTwoLimits) {
  const auto left = [&] { return service.timing.deadline - service.timing.arrived; };
  infer("{" + kInputs + kY + "}");
  EXPECT_EQ(service.timing.deadline, 0);
  infer("{" + kInputs + kY + R"(, "parameters": {"timeout": 2000}})");
  EXPECT_EQ(left(), 2'000'000);
  context.time_limit = 1'000'000;
  router = make_router();
  infer("{" + kInputs + kY + R"(, "parameters": {"timeout": 2000}})");
  EXPECT_EQ(left(), 1'000'000);
}

TEST_F(Kserve, TellsTheEnergyToThoseWhoAsk) {
  energy.share = {.measured = true,
                  .joules = 0.25,
                  .window_s = 0.1,
                  .window_joules = 1,
                  .share = 0.25,
                  .method = "by rows"};
  EXPECT_FALSE(json::parse(infer("{" + kInputs + kY + "}").body).contains("parameters"));
  const std::string asks = "{" + kInputs + kY + R"(, "parameters": {"joulemark_energy": true}})";
  const json told = json::parse(infer(asks).body).at("parameters");
  EXPECT_EQ(told.at("joulemark_energy_joules"), 0.25);
  EXPECT_EQ(told.at("joulemark_energy_window_s"), 0.1);
  EXPECT_EQ(told.at("joulemark_energy_method"), "by rows");
  energy.share = {.reason = "no sensor"};
  const json absent =
      json::parse(infer("{" + kInputs + kY + "}", {{"joulemark-energy", "request"}}).body)
          .at("parameters");
  EXPECT_EQ(absent, json::parse(R"({"joulemark_energy_reason": "no sensor"})"));
}

TEST_F(Kserve, ALanguageModelIsFoundElsewhere) {
  service.model_.vocabulary = 100;
  service.model_.inputs.clear();
  EXPECT_THAT(reason(infer("{}")), HasSubstr("/v1/completions"));
}

TEST_F(Kserve, CountsARequestBeforeItsClientHasTheAnswer) {
  infer("{" + kInputs + kY + "}");
  EXPECT_THAT(metrics_when_sent, HasSubstr(R"(status="200"} 1)"));
  infer("{}");
  EXPECT_THAT(metrics_when_sent, HasSubstr(R"(status="400"} 1)"));
}

TEST_F(Kserve, CountsWhatItAnswered) {
  infer("{" + kInputs + kY + "}");
  infer("{" + kInputs + kY + "}");
  infer("{}");
  EXPECT_EQ(get("/v2/models/stats").body, get("/v2/models/m/stats").body);
  const json stats = json::parse(get("/v2/models/m/stats").body).at("model_stats").at(0);
  EXPECT_EQ(stats.at("inference_count"), 2);
  EXPECT_EQ(stats.at("execution_count"), 2);
  EXPECT_EQ(stats.at("inference_stats").at("success").at("count"), 2);
  EXPECT_EQ(stats.at("inference_stats").at("compute_infer").at("ns"), 4000);
  EXPECT_EQ(stats.at("inference_stats").at("fail").at("count"), 1);
  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr(R"(route="/v2/models/{model}/infer",status="200"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(route="/v2/models/{model}/infer",status="400"} 1)"));
}

}  // namespace
}  // namespace joulemark::serve
