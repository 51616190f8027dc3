// SPDX-License-Identifier: Apache-2.0
#include "kserve_requests.h"

#include <algorithm>

#include "api/kserve/model.h"
#include "file_ports.h"

namespace joulemark::http_engine {
namespace {

using plugin::fail;

plugin::PortList ports_of(const std::vector<api::ModelPort>& ports) {
  std::vector<plugin::Port> all;
  for (const api::ModelPort& port : ports)
    all.push_back({.name = port.name, .dtype = port.dtype, .rank_known = true, .dims = port.dims});
  return plugin::PortList(std::move(all));
}

class KserveRequests final : public TensorRequests {
 public:
  KserveRequests(const ServedTensors& served, api::TensorForm form)
      : peer_(served.server.peer()),
        path_("/v2/models/" + served.model),
        form_(form),
        takes_binary_(served.server.facts().takes_binary) {
    const auto metadata = api::read_model_metadata(metadata_at(served, path_));
    if (!metadata)
      fail(JM_FAILED, "what the server says of model '" + served.model +
                          "' cannot be read: " + metadata.error().message);
    inputs_ = ports_of(metadata->inputs);
    outputs_ = ports_of(metadata->outputs);
    if (metadata->outputs.empty()) take_ports_of(served);
  }

  [[nodiscard]] const plugin::PortList& inputs() const override { return inputs_; }
  [[nodiscard]] const plugin::PortList& outputs() const override { return outputs_; }
  [[nodiscard]] std::string dialect() const override {
    return form_ == api::TensorForm::kBinary ? "kserve v2, binary" : "kserve v2, json";
  }
  /// A server that does not know tensors in binary may fail in any way.
  [[nodiscard]] std::string doubt() const override {
    if (takes_binary_ || form_ != api::TensorForm::kBinary) return "";
    return "; it does not say that it takes tensors in binary: set 'tensors = json'";
  }
  [[nodiscard]] std::string request(const jm_tensor* tensors, std::size_t count) const override;
  [[nodiscard]] std::vector<model::HostTensor> answer(const Connection& connection,
                                                      std::string_view body) const override;

 private:
  /// A model gives something, so that one without outputs was not described: MLServer knows of a
  /// model what its settings say.
  void take_ports_of(const ServedTensors& served);

  const Peer& peer_;
  std::string path_;
  api::TensorForm form_;
  bool takes_binary_;
  plugin::PortList inputs_;
  plugin::PortList outputs_;
};

void KserveRequests::take_ports_of(const ServedTensors& served) {
  FilePorts ports = ports_in(served.file);
  if (ports.outputs.size() == 0)
    fail(JM_INVALID_MODEL,
         "the server does not say which inputs and outputs model '" + served.model +
             "' has: describe them there (MLServer: 'inputs' and 'outputs' in "
             "model-settings.json), or give its ONNX file to the experiment; a model of texts is "
             "asked with 'api = openai'");
  if (inputs_.size() == 0) inputs_ = std::move(ports.inputs);
  outputs_ = std::move(ports.outputs);
}

std::string KserveRequests::request(const jm_tensor* tensors, std::size_t count) const {
  api::InferRequest request;
  request.inputs = copies(inputs_, tensors, count);
  request.output_form = form_;
  const auto body = api::write_infer_request(request, form_);
  if (!body)
    fail(JM_UNSUPPORTED, body.error().message + "; a server that takes tensors in binary does");
  std::vector<http::Header> headers = {{"Content-Type", body->content_type()}};
  if (body->json_bytes)
    headers.push_back({"Inference-Header-Content-Length", std::to_string(*body->json_bytes)});
  return post_text(peer_, path_ + "/infer", {.bytes = body->bytes, .headers = headers});
}

std::vector<model::HostTensor> KserveRequests::answer(const Connection& connection,
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

}  // namespace

std::unique_ptr<TensorRequests> kserve_requests(const ServedTensors& served, api::TensorForm form) {
  return std::make_unique<KserveRequests>(served, form);
}

}  // namespace joulemark::http_engine
