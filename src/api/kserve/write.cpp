// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "api/json/members.h"
#include "api/kserve/datatype.h"
#include "api/kserve/elements.h"
#include "api/kserve/message.h"

namespace joulemark::api {
namespace {

using model::HostTensor;

void append(std::string& out, const Parameter& parameter) {
  if (const auto* const text = std::get_if<std::string>(&parameter))
    return append_quoted(out, *text);
  if (const auto* const number = std::get_if<double>(&parameter);
      number && !std::isfinite(*number)) {
    out += "null";
    return;
  }
  std::visit(
      [&](const auto& value) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, std::string>)
          fmt::format_to(std::back_inserter(out), "{}", value);
      },
      parameter);
}

void append_parameters(JsonMembers& members, const Parameters& parameters) {
  if (parameters.empty()) return;
  JsonMembers inner(members.name("parameters"));
  for (const auto& [key, value] : parameters) append(inner.name(key), value);
}

Status append_tensor(std::string& out, const HostTensor& tensor, TensorForm form) {
  const std::string_view datatype = kserve_datatype(tensor.dtype);
  if (datatype.empty())
    return fail(
        ErrorKind::kUsage,
        fmt::format("'{}' has an element type that the protocol has no name for", tensor.name));
  JsonMembers members(out);
  members.text("name", tensor.name);
  members.text("datatype", datatype);
  fmt::format_to(std::back_inserter(members.name("shape")), "[{}]", fmt::join(tensor.dims, ","));
  if (form == TensorForm::kJson) return append_json_elements(members.name("data"), tensor);
  append_parameters(members,
                    {{"binary_data_size", static_cast<std::int64_t>(binary_size(tensor))}});
  return {};
}

/// A message's tensors, each in its form.
struct Tensors {
  const std::vector<HostTensor>& tensors;
  const std::vector<TensorForm>& forms;
};

Status append_tensors(std::string& out, const Tensors& all) {
  out += '[';
  for (std::size_t i = 0; i < all.tensors.size(); ++i) {
    if (i > 0) out += ',';
    if (auto appended = append_tensor(out, all.tensors[i], all.forms[i]); !appended)
      return appended;
  }
  out += ']';
  return {};
}

InferBody with_binary(std::string json, const Tensors& all) {
  InferBody body{std::move(json), {}};
  for (std::size_t i = 0; i < all.tensors.size(); ++i) {
    if (all.forms[i] == TensorForm::kJson) continue;
    if (!body.json_bytes) body.json_bytes = body.bytes.size();
    append_binary_elements(body.bytes, all.tensors[i]);
  }
  return body;
}

void append_outputs(std::string& out, const std::vector<RequestedOutput>& outputs) {
  append_list(out, outputs, [&](const RequestedOutput& output) {
    JsonMembers members(out);
    members.text("name", output.name);
    if (output.form)
      append_parameters(members, {{"binary_data", *output.form == TensorForm::kBinary}});
  });
}

}  // namespace

const char* InferBody::content_type() const {
  return json_bytes ? "application/octet-stream" : "application/json";
}

Result<InferBody> write_infer_request(const InferRequest& request, TensorForm form) {
  const std::vector<TensorForm> forms(request.inputs.size(), form);
  const Tensors all{request.inputs, forms};
  std::string json;
  {
    JsonMembers members(json);
    if (!request.id.empty()) members.text("id", request.id);
    Parameters parameters = request.parameters;
    if (request.output_form == TensorForm::kBinary) parameters["binary_data_output"] = true;
    append_parameters(members, parameters);
    if (auto appended = append_tensors(members.name("inputs"), all); !appended)
      return fail(appended.error());
    if (!request.outputs.empty()) append_outputs(members.name("outputs"), request.outputs);
  }
  return with_binary(std::move(json), all);
}

Result<InferBody> write_infer_response(const InferResponse& response,
                                       const std::vector<TensorForm>& forms) {
  const Tensors all{response.outputs, forms};
  std::string json;
  {
    JsonMembers members(json);
    members.text("model_name", response.model);
    if (!response.version.empty()) members.text("model_version", response.version);
    if (!response.id.empty()) members.text("id", response.id);
    append_parameters(members, response.parameters);
    if (auto appended = append_tensors(members.name("outputs"), all); !appended)
      return fail(appended.error());
  }
  return with_binary(std::move(json), all);
}

std::string write_kserve_error(std::string_view message) {
  std::string out;
  JsonMembers(out).text("error", message);
  return out;
}

}  // namespace joulemark::api
