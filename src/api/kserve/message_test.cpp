// SPDX-License-Identifier: Apache-2.0
// Tests of requests and answers of the Open Inference Protocol.
#include "api/kserve/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "api/kserve/datatype.h"
#include "model/dtype.h"

namespace joulemark::api {
namespace {

using model::HostTensor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class T>
std::vector<T> elements(const HostTensor& tensor) {
  std::vector<T> out(tensor.data.size() / sizeof(T));
  std::memcpy(out.data(), tensor.data.data(), tensor.data.size());
  return out;
}

/// A request for one input 'x'.
std::string with_input(const std::string& datatype, const std::string& shape,
                       const std::string& data) {
  return R"({"inputs": [{"data": )" + data + R"(, "name": "x", "shape": )" + shape +
         R"(, "datatype": ")" + datatype + R"("}]})";
}

Result<HostTensor> input_of(const std::string& datatype, const std::string& shape,
                            const std::string& data) {
  auto request = read_infer_request(with_input(datatype, shape, data), "");
  if (!request) return fail(request.error());
  return request->inputs.at(0);
}

std::string failure_of(const std::string& datatype, const std::string& shape,
                       const std::string& data) {
  const auto input = input_of(datatype, shape, data);
  return input ? "none" : input.error().message;
}

TEST(KserveRequest, HasTensorsFlatOrNested) {
  const std::vector<float> expected{1, 2.5, -3, 4, 5, 6};
  for (const char* data : {"[1, 2.5, -3, 4, 5, 6]", "[[1, 2.5, -3], [4, 5, 6]]"}) {
    const auto input = input_of("FP32", "[2, 3]", data);
    ASSERT_TRUE(input) << input.error().message;
    EXPECT_EQ(input->name, "x");
    EXPECT_THAT(input->dims, ElementsAre(2, 3));
    EXPECT_EQ(elements<float>(*input), expected);
  }
  EXPECT_TRUE(input_of("FP32", "[2, 0]", "[[], []]"));
  EXPECT_TRUE(input_of("FP32", "[2, 0]", "[]"));
  EXPECT_EQ(elements<float>(*input_of("FP32", "[]", "[7]")), std::vector<float>{7});
}

TEST(KserveRequest, HasAllThatStandsBeside) {
  const auto request = read_infer_request(
      R"({"id": "42", "parameters": {"a": 1, "b": 1.5, "c": "x", "d": true, "e": {"f": [null]}, "binary_data_output": true},
          "more": [{}], "inputs": [], "outputs": [{"name": "z", "parameters": {"binary_data": false}}, {"name": "y"}]})",
      "");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->id, "42");
  EXPECT_EQ(request->parameters,
            (Parameters{{"a", std::int64_t{1}}, {"b", 1.5}, {"c", std::string("x")}, {"d", true}}));
  EXPECT_EQ(request->output_form, TensorForm::kBinary);
  ASSERT_EQ(request->outputs.size(), 2U);
  EXPECT_EQ(request->outputs[0].name, "z");
  EXPECT_EQ(request->outputs[0].form, TensorForm::kJson);
  EXPECT_EQ(request->outputs[1].form, std::nullopt);
}

struct Numbers {
  const char* datatype;
  const char* fits;
  const char* fits_not;
};

class NumbersOf : public testing::TestWithParam<Numbers> {};

TEST_P(NumbersOf, AreCheckedAgainstTheirType) {
  const auto& [datatype, fits, fits_not] = GetParam();
  for (const auto& text : nlohmann::json::parse(fits))
    EXPECT_TRUE(input_of(datatype, "[1]", "[" + text.get<std::string>() + "]")) << datatype << text;
  for (const auto& text : nlohmann::json::parse(fits_not))
    EXPECT_FALSE(input_of(datatype, "[1]", "[" + text.get<std::string>() + "]"))
        << datatype << text;
}

INSTANTIATE_TEST_SUITE_P(
    KserveRequest, NumbersOf,
    testing::Values(
        Numbers{"INT8", R"(["-128", "127", "1.0", "1e2", "-0"])",
                R"(["300", "-129", "1.5", "1e3", "NaN", "true", "null", "\"1\"", "01", "1.0e-1"])"},
        Numbers{"UINT8", R"(["0", "255", "-0"])", R"(["256", "-1", "1e-400"])"},
        Numbers{"INT16", R"(["-32768"])", R"(["32768"])"},
        Numbers{"UINT16", R"(["65535"])", R"(["65536"])"},
        Numbers{"INT32", R"(["-2147483648"])", R"(["2147483648"])"},
        Numbers{"UINT32", R"(["4294967295"])", R"(["4294967296"])"},
        Numbers{"INT64", R"(["-9223372036854775808", "9223372036854775807"])",
                R"(["9223372036854775808", "1e300", "9223372036854775807.0"])"},
        Numbers{"UINT64", R"(["18446744073709551615"])", R"(["18446744073709551616", "-1"])"},
        Numbers{
            "FP32",
            R"(["3.4e38", "1e-50", "-1e-400", "0.00000000000000000000000000000000000000000000000000001"])",
            R"(["1e39", "-1e400", "NaN", "Infinity", "1.", "nan", "inf", "0x1"])"},
        Numbers{"FP64", R"(["1e308", "1e-400", "1e-99999999999999999999"])",
                R"(["1e309", "1e99999999999999999999"])"},
        Numbers{"BOOL", R"(["true", "false"])", R"(["1", "\"true\""])"},
        Numbers{"BYTES", R"(["\"\"", "\"a\""])", R"(["1", "null"])"},
        Numbers{"FP16", "[]", R"(["1"])"}, Numbers{"BF16", "[]", R"(["1"])"},
        Numbers{"STRING", "[]", R"(["\"\""])"}));

TEST(KserveRequest, NamesWhatDoesNotFit) {
  EXPECT_THAT(failure_of("INT8", "[2]", "[1, 300]"),
              HasSubstr("'x': 300 is no INT8, its element 1"));
  EXPECT_THAT(failure_of("FP32", "[3]", "[1, 2]"), HasSubstr("'x'"));
  EXPECT_THAT(failure_of("FP32", "[1]", "[1, 2]"), HasSubstr("another number of elements"));
  EXPECT_THAT(failure_of("FP32", "[2, 2]", "[[1, 2, 3], [4]]"),
              HasSubstr("another number of elements"));
  EXPECT_THAT(failure_of("FP32", "[2, 2]", "[[1, 2]]"), HasSubstr("',' expected"));
  EXPECT_THAT(failure_of("FP32", "[1099511627776]", "[1]"), HasSubstr("its data are fewer"));
  EXPECT_THAT(failure_of("FP32", "[-1]", "[1]"), HasSubstr("no integer from 0 on"));
  EXPECT_THAT(failure_of("FP32", "[4294967296, 4294967296, 4294967296]", "[1]"),
              HasSubstr("too large"));
  EXPECT_THAT(failure_of("FP16", "[1]", "[1]"), HasSubstr("send it in binary"));
  EXPECT_THAT(failure_of("FLOAT", "[1]", "[1]"),
              HasSubstr("the 'datatype' 'FLOAT', which is none"));
  EXPECT_THAT(failure_of("FP32", "[1]", "[1"), HasSubstr("the body's JSON: "));
}

/// A body whose tensor of two FP32 stands behind its JSON.
Result<InferRequest> binary_request(const std::string& parameter, const std::string& bytes,
                                    std::string header = "auto") {
  const std::string json =
      R"({"inputs": [{"name": "x", "shape": [2], "datatype": "FP32", "parameters": {)" + parameter +
      "}}]}";
  if (header == "auto") header = std::to_string(json.size());
  return read_infer_request(json + bytes, header);
}

TEST(KserveRequest, HasTensorsInBinary) {
  const std::string bytes("\0\0\x80\x3f\0\0\0\x40", 8);
  const auto request = binary_request(R"("binary_data_size": 8)", bytes);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_THAT(elements<float>(request->inputs[0]), ElementsAre(1, 2));
  EXPECT_FALSE(binary_request(R"("binary_data_size": 7)", bytes));
  EXPECT_FALSE(binary_request(R"("binary_data_size": 9)", bytes));
  EXPECT_FALSE(binary_request(R"("binary_data_size": -8)", bytes));
  EXPECT_FALSE(binary_request(R"("binary_data_size": 8)", bytes, ""));
  EXPECT_FALSE(binary_request(R"("binary_data_size": 8)", bytes, "7x"));
  EXPECT_FALSE(binary_request(R"("binary_data_size": 8)", bytes, "9999"));
  EXPECT_FALSE(binary_request("", bytes));
  EXPECT_THAT(binary_request(R"("binary_data_size": 8)", bytes + "more").error().message,
              HasSubstr("4 bytes behind the last tensor"));
}

TEST(KserveRequest, RefusesByNameWhatWouldChangeTheWork) {
  EXPECT_THAT(binary_request(R"("shared_memory_region": "r")", "").error().message,
              HasSubstr("the parameter 'shared_memory_region' is not supported"));
  EXPECT_THAT(read_infer_request(R"({"parameters": {"sequence_id": 7}})", "").error().message,
              HasSubstr("'sequence_id'"));
}

HostTensor tensor_of(jm_dtype dtype) {
  auto tensor = *model::make_tensor(std::string("t") + model::dtype_name(dtype), dtype, {2, 3});
  for (std::size_t i = 0; i < tensor.data.size(); ++i) tensor.data[i] = std::byte(i * 17 % 64);
  if (dtype == JM_BOOL)
    for (std::size_t i = 0; i < 6; ++i) tensor.data[i] = std::byte(i % 2);
  if (dtype == JM_STRING)
    tensor.strings = {"", "a\"", "\n", "é", std::string("\0", 1), "long text"};
  return tensor;
}

TEST(KserveMessages, AreReadAsTheyWereWritten) {
  for (const TensorForm form : {TensorForm::kJson, TensorForm::kBinary}) {
    InferRequest request{.id = "i",
                         .parameters = {{"p", 0.1}},
                         .outputs = {{"y", TensorForm::kBinary}, {"z"}},
                         .output_form = TensorForm::kBinary};
    for (int number = 1; number <= JM_INT2; ++number) {
      const auto dtype = static_cast<jm_dtype>(number);
      if (kserve_has_json(dtype) ||
          (form == TensorForm::kBinary && !kserve_datatype(dtype).empty()))
        request.inputs.push_back(tensor_of(dtype));
    }
    const auto body = write_infer_request(request, form);
    ASSERT_TRUE(body) << body.error().message;
    EXPECT_EQ(body->json_bytes.has_value(), form == TensorForm::kBinary);
    const auto again =
        read_infer_request(body->bytes, body->json_bytes ? std::to_string(*body->json_bytes) : "");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->id, "i");
    EXPECT_EQ(again->parameters, request.parameters);
    EXPECT_EQ(again->output_form, TensorForm::kBinary);
    EXPECT_EQ(again->outputs[0].form, TensorForm::kBinary);
    ASSERT_EQ(again->inputs.size(), form == TensorForm::kBinary ? 14U : 12U);
    for (std::size_t i = 0; i < request.inputs.size(); ++i) {
      EXPECT_EQ(again->inputs[i].name, request.inputs[i].name);
      EXPECT_EQ(again->inputs[i].dims, request.inputs[i].dims);
      EXPECT_EQ(again->inputs[i].data, request.inputs[i].data);
      EXPECT_EQ(again->inputs[i].strings, request.inputs[i].strings);
    }
  }
}

TEST(KserveResponse, IsJsonThatOthersRead) {
  InferResponse response{.model = "m\"",
                         .version = "1",
                         .id = "7",
                         .parameters = {{"b", false}},
                         .outputs = {tensor_of(JM_INT32)}};
  const auto body = write_infer_response(response, {TensorForm::kJson});
  ASSERT_TRUE(body);
  const auto json = nlohmann::json::parse(body->bytes);
  EXPECT_EQ(json["model_name"], "m\"");
  EXPECT_EQ(json["parameters"]["b"], false);
  EXPECT_EQ(json["outputs"][0]["shape"], nlohmann::json({2, 3}));
  EXPECT_EQ(json["outputs"][0]["data"].size(), 6U);
  EXPECT_STREQ(body->content_type(), "application/json");
  const auto again = read_infer_response(body->bytes, "");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->model, "m\"");
  EXPECT_EQ(again->id, "7");
  EXPECT_EQ(again->outputs[0].data, response.outputs[0].data);
}

TEST(KserveResponse, HasBothFormsBesideEachOther) {
  InferResponse response{
      .model = "m", .outputs = {tensor_of(JM_INT32), tensor_of(JM_FLOAT16), tensor_of(JM_STRING)}};
  const auto body =
      write_infer_response(response, {TensorForm::kJson, TensorForm::kBinary, TensorForm::kBinary});
  ASSERT_TRUE(body);
  EXPECT_STREQ(body->content_type(), "application/octet-stream");
  const auto again = read_infer_response(body->bytes, std::to_string(*body->json_bytes));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->outputs[1].data, response.outputs[1].data);
  EXPECT_EQ(again->outputs[2].strings, response.outputs[2].strings);
}

TEST(KserveResponse, SaysNothingFalseForWhatJsonHasNot) {
  auto tensor = tensor_of(JM_FLOAT32);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(tensor.data.data(), &nan, sizeof nan);
  EXPECT_THAT(write_infer_response({.outputs = {tensor}}, {TensorForm::kJson}).error().message,
              HasSubstr("ask for it in binary"));
  EXPECT_TRUE(write_infer_response({.outputs = {tensor}}, {TensorForm::kBinary}));
  auto text = tensor_of(JM_STRING);
  text.strings[0] = "\xff";
  EXPECT_FALSE(write_infer_response({.outputs = {text}}, {TensorForm::kJson}));
  EXPECT_FALSE(write_infer_response({.outputs = {tensor_of(JM_COMPLEX64)}}, {TensorForm::kBinary}));
}

TEST(KserveResponse, FloatsAreTheShortestThatReadBack) {
  auto tensor = *model::make_tensor("x", JM_FLOAT32, {3});
  const std::array<float, 3> values{0.1F, 16777216.0F, -1e-45F};
  std::memcpy(tensor.data.data(), values.data(), sizeof values);
  EXPECT_THAT(write_infer_response({.outputs = {tensor}}, {TensorForm::kJson})->bytes,
              HasSubstr("[0.1,16777216,-1e-45]"));
}

TEST(KserveError, IsFoundInItsBody) {
  EXPECT_EQ(read_kserve_error(write_kserve_error("a \"b\"")), "a \"b\"");
  EXPECT_EQ(read_kserve_error("{}"), std::nullopt);
  EXPECT_EQ(read_kserve_error("<html>"), std::nullopt);
}

}  // namespace
}  // namespace joulemark::api
