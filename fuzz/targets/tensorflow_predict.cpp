// SPDX-License-Identifier: Apache-2.0
// What a server with TensorFlow Serving's REST API says: the first line is the element type of its
// outputs y (and z), the rest an answer, metadata or a status. What can be read must survive being
// written as a request's tensors.
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "api/tensorflow/datatype.h"
#include "api/tensorflow/message.h"
#include "target.h"

namespace {

namespace tensorflow = joulemark::api::tensorflow;
using joulemark::model::HostTensor;

void expect(bool holds) {
  if (!holds) std::abort();
}

bool is_same(const HostTensor& a, const HostTensor& b) {
  if (a.name != b.name || a.dtype != b.dtype || a.dims != b.dims || a.strings != b.strings)
    return false;
  return a.data == b.data;
}

/// Requests and answers have their tensors in the same form.
void survives(const std::vector<HostTensor>& tensors, const std::vector<tensorflow::Port>& ports) {
  const auto body = tensorflow::write_predict_request({.signature = "", .inputs = tensors});
  if (!body) return;  // an empty tensor whose shape lists cannot show
  constexpr std::string_view kInputs = "{\"inputs\":";
  expect(body->starts_with(kInputs));
  const auto again =
      tensorflow::read_predict_response("{\"outputs\":" + body->substr(kInputs.size()), ports);
  expect(again.has_value() && again->size() == tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) expect(is_same(tensors[i], (*again)[i]));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const auto line = all.find('\n');
  if (line == std::string_view::npos) return 0;
  const std::string_view body = all.substr(line + 1);
  const tensorflow::Port y{.name = "y", .dtype = tensorflow::dtype_of(all.substr(0, line))};
  const tensorflow::Port z{
      .name = "z", .dtype = JM_INT64, .dims = std::vector<std::int64_t>{-1, 2, 2}};
  for (const auto& ports : {std::vector<tensorflow::Port>{y}, {y, z}})
    if (const auto tensors = tensorflow::read_predict_response(body, ports))
      survives(*tensors, ports);
  (void)tensorflow::read_metadata(body);
  (void)tensorflow::read_status(body);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const auto of = [](const std::string& type, const std::string& text) {
    return type + "\n" + text;
  };
  return {
      of("DT_FLOAT", R"({"outputs": [[1.0, 2.5e-3, -0.0], [NaN, Infinity, -Infinity]]})"),
      of("DT_INT8", R"({"outputs": {"y": [1, -128, 3.0], "z": [[[1, 2], [3, 4]]]}})"),
      of("DT_STRING", R"({"outputs": ["a\u00e9\n", {"b64": "/wE="}, ""]})"),
      of("DT_STRING", R"({"outputs": {"b64": "YQ=="}})"),
      of("DT_BOOL", R"({"outputs": {"y": [[true], [false]], "z": []}})"),
      of("DT_DOUBLE", R"({"outputs": 0.1})"),
      of("", R"({"error": "no such model"})"),
      of("",
         R"({"model_version_status": [{"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}]})"),
      of("",
         R"({"model_spec": {"name": "m", "version": "1"}, "metadata": {"signature_def": {"signature_def": {"serving_default": {"inputs": {"x": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "-1", "name": ""}], "unknown_rank": false}, "name": "x:0"}}, "outputs": {}, "method_name": ""}}}}})")};
}
