// SPDX-License-Identifier: Apache-2.0
#include "tensor_requests.h"

#include <algorithm>

#include "api/kserve/model.h"

namespace joulemark::http_engine {
namespace {

using plugin::fail;

constexpr int kOk = 200;

std::string path_of(const std::string& model) {
  return "/v2/models/" + model;
}

plugin::PortList ports_of(const std::vector<api::ModelPort>& ports) {
  std::vector<plugin::Port> all;
  for (const api::ModelPort& port : ports)
    all.push_back({.name = port.name, .dtype = port.dtype, .rank_known = true, .dims = port.dims});
  return plugin::PortList(std::move(all));
}

api::ModelMetadata metadata_of(const Peer& peer, const std::string& model) {
  const Reply reply = get(peer, path_of(model));
  if (reply.status != kOk)
    fail(JM_INVALID_MODEL, "the server at '" + peer.url.origin() + "' has no model '" + model +
                               "' (" + refusal(reply.status, reply.body) +
                               "); give its name there with the option 'model'");
  const auto metadata = api::read_model_metadata(reply.body);
  if (!metadata)
    fail(JM_FAILED, "what the server says of model '" + model +
                        "' cannot be read: " + metadata.error().message);
  return *metadata;
}

}  // namespace

TensorRequests::TensorRequests(const RunningServer& server, const std::string& name,
                               api::TensorForm form)
    : peer_(server.peer()), name_(name), form_(form) {
  const api::ModelMetadata metadata = metadata_of(peer_, name);
  inputs_ = ports_of(metadata.inputs);
  outputs_ = ports_of(metadata.outputs);
}

std::string TensorRequests::request(const jm_tensor* tensors, std::size_t count) const {
  plugin::check_inputs(inputs_, tensors, count);
  api::InferRequest request;
  request.output_form = form_;
  for (std::size_t i = 0; i < count; ++i) {
    auto tensor = model::copy_tensor(inputs_.ports()[i].name, tensors[i]);
    if (!tensor) fail(JM_INVALID_ARGUMENT, tensor.error().message);
    request.inputs.push_back(*std::move(tensor));
  }
  const auto body = api::write_infer_request(request, form_);
  if (!body)
    fail(JM_UNSUPPORTED, body.error().message + "; a server that takes tensors in binary does");
  std::vector<http::Header> headers = {{"Content-Type", body->content_type()}};
  if (body->json_bytes)
    headers.push_back({"Inference-Header-Content-Length", std::to_string(*body->json_bytes)});
  return post_text(peer_, path_of(name_) + "/infer", {.bytes = body->bytes, .headers = headers});
}

std::vector<model::HostTensor> TensorRequests::answer(const Connection& connection,
                                                      std::string_view body) const {
  auto response = api::read_infer_response(body, connection.header(api::kInferHeaderLength));
  if (!response) fail(JM_FAILED, "the server's answer cannot be read: " + response.error().message);
  std::vector<model::HostTensor> ordered;
  for (const plugin::Port& port : outputs_.ports()) {
    const auto found = std::find_if(response->outputs.begin(), response->outputs.end(),
                                    [&](const auto& tensor) { return tensor.name == port.name; });
    if (found == response->outputs.end())
      fail(JM_FAILED, "the server's answer lacks the output '" + port.name + "'");
    ordered.push_back(std::move(*found));
  }
  return ordered;
}

}  // namespace joulemark::http_engine
