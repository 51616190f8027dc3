// SPDX-License-Identifier: Apache-2.0
#include "load/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "http/server.h"

namespace joulemark::load {
namespace {

using ::testing::HasSubstr;

constexpr const char* kModels = R"({"data":[{"id":"first"},{"id":"second"}]})";
constexpr const char* kMetadata =
    R"({"name":"bert","inputs":[{"name":"x","datatype":"FP32","shape":[-1,3]}],"outputs":[]})";

/// "METHOD path" → body; 404 for all others.
using Pages = std::map<std::string, std::string>;

class TargetTest : public testing::Test {
 protected:
  Result<Target> find(Pages pages, const std::string& path, TargetQuery query = {}) {
    auto server =
        http::Server::listen({}, [&](const std::shared_ptr<http::Exchange>& exchange) {
          const auto found =
              pages.find(exchange->request().method + " " + exchange->request().path);
          const bool is_there = found != pages.end();
          exchange->send({{.status = is_there ? 200 : 404}, is_there ? found->second : "no"});
        }).value();
    const auto client = http::Client::open().value();
    query.call.url =
        http::parse_url("http://127.0.0.1:" + std::to_string(server->port()) + path).value();
    return find_target(*client, query);
  }
};

TEST_F(TargetTest, AnApiOfTextsIsKnownByItsModels) {
  for (const char* path : {"", "/", "/v1", "/v1/"}) {
    const auto target = find({{"GET /v1/models", kModels}}, path);
    ASSERT_TRUE(target) << target.error().message;
    EXPECT_EQ(target->api, Api::kCompletions);
    EXPECT_EQ(target->url.target, "/v1/completions");
    EXPECT_EQ(target->model, "first");
  }
}

TEST_F(TargetTest, APathInFrontOfTheApiIsKept) {
  const auto target = find({{"GET /team/v1/models", kModels}}, "/team/v1/chat/completions");
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->api, Api::kChat);
  EXPECT_EQ(target->url.target, "/team/v1/chat/completions");
}

TEST_F(TargetTest, AModelThatIsNamedNeedsNoList) {
  const auto target = find({}, "/v1/completions", {.api = Api::kCompletions, .model = "mine"});
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->model, "mine");
}

TEST_F(TargetTest, KserveIsKnownByItsServerAndItsOneModel) {
  const Pages pages{{"GET /v2", "{}"},
                    {"POST /v2/repository/index", R"([{"name":"bert"}])"},
                    {"GET /v2/models/bert", kMetadata}};
  const auto target = find(pages, "/");
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->api, Api::kKserve);
  EXPECT_EQ(target->url.target, "/v2/models/bert/infer");
  ASSERT_TRUE(target->metadata);
  EXPECT_EQ(target->metadata->inputs.size(), 1U);
  const auto by_path = find({{"GET /v2/models/bert", kMetadata}}, "/v2/models/bert/infer");
  ASSERT_TRUE(by_path) << by_path.error().message;
  EXPECT_EQ(by_path->model, "bert");
}

TEST_F(TargetTest, AModelOfTensorsIsAskedForTensorsWhereBothApisListIt) {
  Pages pages{{"GET /v1/models", R"({"data":[{"id":"bert"}]})"},
              {"GET /v2", "{}"},
              {"POST /v2/repository/index", R"([{"name":"bert"}])"},
              {"GET /v2/models/bert", kMetadata}};
  EXPECT_EQ(find(pages, "/")->api, Api::kKserve);
  pages["GET /v2/models/bert"] = R"({"name":"bert","inputs":[],"outputs":[]})";
  EXPECT_EQ(find(pages, "/")->api, Api::kCompletions);
}

constexpr const char* kSignatures =
    R"({"metadata": {"signature_def": {"signature_def": {"mine": {
        "inputs": {"x": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "-1"}]}}},
        "outputs": {}}}}}})";

TEST_F(TargetTest, TensorflowServingIsKnownByItsPathAndByAModelThatIsNamed) {
  const Pages pages{{"GET /v1/models/bert", R"({"model_version_status": []})"},
                    {"GET /v1/models/bert/metadata", kSignatures},
                    {"GET /v1/models/bert/versions/3/metadata", kSignatures}};
  for (const auto& [path, model, predict] : std::vector<std::array<std::string, 3>>{
           {"", "bert", "/v1/models/bert:predict"},
           {"/v1/", "bert", "/v1/models/bert:predict"},
           {"/v1/models/bert:predict", "", "/v1/models/bert:predict"},
           {"/v1/models/bert/versions/3:predict", "", "/v1/models/bert/versions/3:predict"}}) {
    const auto target = find(pages, path, {.model = model});
    ASSERT_TRUE(target) << path << target.error().message;
    EXPECT_EQ(target->api, Api::kTensorflow);
    EXPECT_EQ(target->url.target, predict);
    EXPECT_EQ(target->model, "bert");
    ASSERT_TRUE(target->signature);
    EXPECT_EQ(target->signature->name, "mine");
  }
  EXPECT_EQ(find(pages, "")->api, Api::kHttp);
}

TEST_F(TargetTest, ModelsOfTensorflowServingThatCannotBeAskedAreSaid) {
  const auto complaint = [&](const Pages& pages, TargetQuery query) {
    query.api = Api::kTensorflow;
    const auto target = find(pages, "/", std::move(query));
    return target ? "" : target.error().message;
  };
  const Pages pages{{"GET /v1/models/bert/metadata", kSignatures},
                    {"GET /v1/models/odd/metadata", "no JSON"}};
  EXPECT_THAT(complaint(pages, {}), HasSubstr("name one with --model"));
  EXPECT_THAT(complaint(pages, {.model = "other"}), HasSubstr("'other': status 404"));
  EXPECT_THAT(complaint(pages, {.model = "odd"}), HasSubstr("'odd' what cannot be read"));
  EXPECT_THAT(complaint(pages, {.model = "bert", .signature = "yours"}),
              HasSubstr("no signature 'yours', but mine; name one with --signature"));
}

TEST_F(TargetTest, SeveralModelsOfKserveWantAName) {
  const Pages pages{{"GET /v2", "{}"},
                    {"POST /v2/repository/index", R"([{"name":"a"},{"name":"b"}])"}};
  const auto target = find(pages, "/");
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(target.error().message, HasSubstr("but a, b; name it with --model"));
}

/// As MLServer 1.7.1 tells of a runtime whose settings name no inputs.
TEST_F(TargetTest, AModelThatTheServerDoesNotDescribeIsNotAsked) {
  const Pages pages{
      {"GET /v2/models/relu",
       R"({"name":"relu","versions":[],"platform":"","inputs":[],"outputs":[],"parameters":{}})"}};
  const auto target = find(pages, "/", {.api = Api::kKserve, .model = "relu"});
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().kind, ErrorKind::kFailed);
  EXPECT_THAT(target.error().message, HasSubstr("model-settings.json"));
}

TEST_F(TargetTest, AModelThatIsNotThereIsSaid) {
  const auto target = find({}, "/", {.api = Api::kKserve, .model = "bert"});
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().kind, ErrorKind::kFailed);
  EXPECT_THAT(target.error().message, HasSubstr("'bert': status 404"));
}

TEST_F(TargetTest, AnythingElseIsPlainHttp) {
  EXPECT_EQ(find({}, "/")->api, Api::kHttp);
  EXPECT_EQ(find({}, "/some/page")->api, Api::kHttp);
  EXPECT_EQ(find({{"GET /v1/models", kModels}}, "/", {.api = Api::kHttp})->api, Api::kHttp);
}

TEST_F(TargetTest, ListsThatAreNoneAreNoApi) {
  for (const char* text : {"[]", "{}", "<html>", R"({"data":7})", R"({"data":[7,{"id":7}]})"}) {
    const auto target = find({{"GET /v1/models", text}}, "/", {.api = Api::kAuto});
    ASSERT_TRUE(target);
    EXPECT_EQ(target->model, "");
  }
}

}  // namespace
}  // namespace joulemark::load
