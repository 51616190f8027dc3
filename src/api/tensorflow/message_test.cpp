// SPDX-License-Identifier: Apache-2.0
#include "api/tensorflow/message.h"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/random.h"

namespace joulemark::api::tensorflow {
namespace {

using model::HostTensor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Dims = std::vector<std::int64_t>;

template <class T>
HostTensor tensor(jm_dtype dtype, Dims dims, const std::vector<T>& values) {
  auto made = *model::make_tensor("x", dtype, std::move(dims));
  if (!values.empty()) std::memcpy(made.data.data(), values.data(), made.data.size());
  return made;
}

HostTensor texts(Dims dims, std::vector<std::string> values) {
  auto made = *model::make_tensor("x", JM_STRING, std::move(dims));
  made.strings = std::move(values);
  return made;
}

std::string written(const HostTensor& input) {
  const auto request = write_predict_request({.signature = "", .inputs = {input}});
  return request ? *request : request.error().message;
}

template <class T>
std::vector<T> elements(const HostTensor& tensor) {
  std::vector<T> values(tensor.data.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
  return values;
}

Port port(jm_dtype dtype, std::optional<Dims> dims = {}) {
  return {.name = "y", .dtype = dtype, .datatype = "DT_X", .dims = std::move(dims)};
}

Result<HostTensor> read(const Port& output, const std::string& value) {
  auto tensors = read_predict_response("{\"outputs\": " + value + "}", {output});
  if (!tensors) return fail(tensors.error());
  return tensors->at(0);
}

std::string complaint(const Port& output, const std::string& value) {
  const auto tensor = read(output, value);
  return tensor ? "" : tensor.error().message;
}

TEST(PredictRequest, HasListsInListsByName) {
  const auto body = write_predict_request(
      {.signature = "s\"1",
       .inputs = {tensor<float>(JM_FLOAT32, {2, 2}, {1, 2.5F, -3e-9F, 0.1F})}});
  EXPECT_EQ(*body, R"({"signature_name":"s\"1","inputs":{"x":[[1.0,2.5],[-3e-09,0.1]]}})");
}

TEST(PredictRequest, HasEveryTypeThatJsonHas) {
  EXPECT_EQ(written(tensor<std::int64_t>(JM_INT64, {1}, {INT64_MIN})),
            R"({"inputs":{"x":[-9223372036854775808]}})");
  EXPECT_EQ(written(tensor<std::uint8_t>(JM_UINT8, {2}, {0, 255})), R"({"inputs":{"x":[0,255]}})");
  EXPECT_EQ(written(tensor<std::uint8_t>(JM_BOOL, {2}, {0, 1})),
            R"({"inputs":{"x":[false,true]}})");
  EXPECT_EQ(written(tensor<double>(JM_FLOAT64, {}, {0.1})), R"({"inputs":{"x":0.1}})");
  EXPECT_EQ(written(texts({2}, {"é\"", "\xff\x01"})), R"({"inputs":{"x":["é\"",{"b64":"/wE="}]}})");
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(written(tensor<float>(JM_FLOAT32, {3}, {NAN, infinity, -infinity})),
            R"({"inputs":{"x":[NaN,Infinity,-Infinity]}})");
}

TEST(PredictRequest, NamesWhatCannotBeSent) {
  EXPECT_THAT(written(tensor<std::uint16_t>(JM_FLOAT16, {1}, {0})), HasSubstr("'x' is float16"));
  EXPECT_THAT(written(tensor<float>(JM_FLOAT32, {2, 0, 3}, {})), HasSubstr("shape [2, 0, 3]"));
  EXPECT_EQ(written(tensor<float>(JM_FLOAT32, {2, 0}, {})), R"({"inputs":{"x":[[],[]]}})");
}

TEST(PredictRequest, KeepsEveryFloatForReadersThatMakeADoubleOfItFirst) {
  Random random(7, 0);
  for (int i = 0; i < 50'000; ++i) {
    const auto bits = static_cast<std::uint32_t>(random.below(std::uint64_t{1} << 32U));
    const auto value = std::bit_cast<float>(bits);
    if (!std::isfinite(value)) continue;
    const std::string body = written(tensor<float>(JM_FLOAT32, {}, {value}));
    const std::string text = body.substr(body.rfind(':') + 1);
    const auto again = static_cast<float>(std::strtod(text.c_str(), nullptr));
    ASSERT_EQ(std::bit_cast<std::uint32_t>(again), bits) << text;
  }
}

TEST(PredictResponse, HasTheShapeOfItsLists) {
  const auto y = read(port(JM_FLOAT32), "[[1.5, 2, -0.0], [NaN, Infinity, -Infinity]]");
  ASSERT_TRUE(y) << y.error().message;
  EXPECT_THAT(y->dims, ElementsAre(2, 3));
  const auto values = elements<float>(*y);
  EXPECT_EQ(values[1], 2);
  EXPECT_TRUE(std::signbit(values[2]));
  EXPECT_TRUE(std::isnan(values[3]));
  EXPECT_EQ(values[5], -std::numeric_limits<float>::infinity());
  EXPECT_THAT(read(port(JM_FLOAT32), "7")->dims, ElementsAre());
  EXPECT_THAT(elements<std::uint64_t>(*read(port(JM_UINT64), "[18446744073709551615]")),
              ElementsAre(UINT64_MAX));
  EXPECT_THAT(elements<std::uint8_t>(*read(port(JM_BOOL), "[true,false]")), ElementsAre(1, 0));
  EXPECT_THAT(read(port(JM_STRING), R"(["a", {"b64": "/wE="}])")->strings,
              ElementsAre("a", "\xff\x01"));
  EXPECT_THAT(read(port(JM_STRING), R"({"b64": "YQ=="})")->strings, ElementsAre("a"));
}

TEST(PredictResponse, TakesFromTheModelWhatEmptyListsDoNotShow) {
  EXPECT_THAT(read(port(JM_FLOAT32, Dims{-1, -1, 3}), "[]")->dims, ElementsAre(0, 0, 3));
  EXPECT_THAT(read(port(JM_FLOAT32), "[[],[]]")->dims, ElementsAre(2, 0));
}

TEST(PredictResponse, GivesSeveralOutputsByTheirNames) {
  const Port a{.name = "a", .dtype = JM_INT32};
  const Port b{.name = "b", .dtype = JM_FLOAT32};
  const auto tensors = read_predict_response(R"({"outputs": {"b": [0.5], "a": [[1, 2]]}})", {a, b});
  ASSERT_TRUE(tensors) << tensors.error().message;
  EXPECT_THAT(elements<std::int32_t>((*tensors)[0]), ElementsAre(1, 2));
  EXPECT_THAT(elements<float>((*tensors)[1]), ElementsAre(0.5F));
  EXPECT_THAT(read_predict_response(R"({"outputs": {"b": [1]}})", {a, b}).error().message,
              HasSubstr("lacks the output 'a'"));
  EXPECT_THAT(read_predict_response(R"({"outputs": [1]})", {a, b}).error().message,
              HasSubstr("no names"));
  EXPECT_THAT(
      elements<std::int32_t>(read_predict_response(R"({"outputs": {"a": [3]}})", {a})->at(0)),
      ElementsAre(3));
}

TEST(PredictResponse, RefusesListsThatAreNoTensor) {
  for (const char* value : {"[[1], [2, 3]]", "[1, [2]]", "[[1], 2]", "[[], 1]", "[[], [[1]]]",
                            "[[1, 2], []]", "[1", "[1]]", "", "[,]"})
    EXPECT_NE(complaint(port(JM_FLOAT32), value), "") << value;
  EXPECT_THAT(complaint(port(JM_FLOAT32), std::string(100'000, '[')), HasSubstr("at byte"));
  const std::string deep = std::string(70, '[') + "1" + std::string(70, ']');
  EXPECT_THAT(complaint(port(JM_FLOAT32), deep), HasSubstr("too deep"));
}

TEST(PredictResponse, RefusesElementsOfAnotherType) {
  EXPECT_THAT(complaint(port(JM_INT8), "[128]"), HasSubstr("128 is no DT_INT8"));
  EXPECT_THAT(complaint(port(JM_INT32), "[NaN]"), HasSubstr("number"));
  EXPECT_THAT(complaint(port(JM_FLOAT32), "[\"1\"]"), HasSubstr("number"));
  EXPECT_THAT(complaint(port(JM_FLOAT32), "[1e99]"), HasSubstr("is no DT_FLOAT"));
  EXPECT_THAT(complaint(port(JM_STRING), R"([{"b64": "?"}])"), HasSubstr("base64"));
  EXPECT_THAT(complaint(port(JM_FLOAT16), "[1]"), HasSubstr("'y' is DT_X"));
}

TEST(PredictResponse, TellsWhatTheServerSaysOfItsFailure) {
  EXPECT_THAT(
      read_predict_response(R"({"error": "no such input"})", {port(JM_INT8)}).error().message,
      HasSubstr("no such input"));
  EXPECT_THAT(read_predict_response("{}", {port(JM_INT8)}).error().message,
              HasSubstr("no 'outputs'"));
}

}  // namespace
}  // namespace joulemark::api::tensorflow
