// SPDX-License-Identifier: Apache-2.0
// Requests and answers of the Open Inference Protocol: the first line is the value of
// Inference-Header-Content-Length. What can be read must survive being written in both forms.
#include <cstdlib>
#include <string_view>

#include "api/kserve/message.h"
#include "api/kserve/model.h"
#include "target.h"

namespace {

namespace api = joulemark::api;

void expect(bool holds) {
  if (!holds) std::abort();
}

void expect_equal(const std::vector<joulemark::model::HostTensor>& a,
                  const std::vector<joulemark::model::HostTensor>& b) {
  expect(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    expect(a[i].name == b[i].name && a[i].dtype == b[i].dtype && a[i].dims == b[i].dims &&
           a[i].data == b[i].data && a[i].strings == b[i].strings);
}

void survives(const api::InferRequest& request, api::TensorForm form) {
  const auto body = api::write_infer_request(request, form);
  if (form == api::TensorForm::kJson && !body) return;  // NaN, or no UTF-8
  expect(body.has_value());
  const auto again = api::read_infer_request(
      body->bytes, body->json_bytes ? std::to_string(*body->json_bytes) : "");
  expect(again.has_value());
  expect_equal(again->inputs, request.inputs);
  expect(again->id == request.id && again->outputs.size() == request.outputs.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const auto line = all.find('\n');
  if (line == std::string_view::npos) return 0;
  const std::string_view header = all.substr(0, line);
  const std::string_view body = all.substr(line + 1);
  if (const auto request = api::read_infer_request(body, header)) {
    survives(*request, api::TensorForm::kBinary);
    survives(*request, api::TensorForm::kJson);
  }
  (void)api::read_infer_response(body, header);
  if (const auto model = api::read_model_metadata(body))
    expect(api::read_model_metadata(api::write_model_metadata(*model)).has_value());
  (void)api::read_kserve_error(body);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const auto json = [](const std::string& text) { return "\n" + text; };
  const auto binary = [](const std::string& head, const std::string& bytes) {
    return std::to_string(head.size()) + "\n" + head + bytes;
  };
  return {
      json(
          R"({"id": "7", "inputs": [{"name": "x", "shape": [2, 3], "datatype": "FP32", "data": [[1, 2.5, -3e-2], [4, 1e-50, 6]]}]})"),
      json(
          R"({"inputs": [{"name": "x", "shape": [3], "datatype": "INT8", "data": [1, -128, 1.0]}, {"name": "b", "shape": [2], "datatype": "BOOL", "data": [true, false]}]})"),
      json(
          R"({"inputs": [{"data": ["a\u00e9\n", ""], "name": "s", "shape": [2], "datatype": "BYTES"}], "parameters": {"p": 1.5, "q": [{}]}, "outputs": [{"name": "y", "parameters": {"binary_data": true}}]})"),
      binary(
          R"({"inputs": [{"name": "x", "shape": [2], "datatype": "UINT16", "parameters": {"binary_data_size": 4}}], "parameters": {"binary_data_output": true}})",
          "abcd"),
      binary(
          R"({"inputs": [{"name": "x", "shape": [2], "datatype": "BYTES", "parameters": {"binary_data_size": 11}}]})",
          std::string("\3\0\0\0abc\0\0\0\0", 11)),
      json(
          R"({"name": "m", "versions": ["1"], "platform": "p", "inputs": [{"name": "x", "datatype": "FP64", "shape": [-1, 2]}], "outputs": []})"),
      json(
          R"({"model_name": "m", "model_version": "1", "outputs": [{"name": "y", "shape": [1], "datatype": "UINT64", "data": [18446744073709551615]}]})"),
      json(R"({"error": "no \ud83d\ude00"})")};
}
