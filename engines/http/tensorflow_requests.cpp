// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_requests.h"

#include "api/tensorflow/message.h"

namespace joulemark::http_engine {
namespace {

namespace tensorflow = api::tensorflow;
using plugin::fail;

constexpr int kOk = 200;

std::string path_of(const std::string& model) {
  return "/v1/models/" + model;
}

plugin::PortList ports_of(const std::vector<tensorflow::Port>& ports) {
  std::vector<plugin::Port> all;
  for (const tensorflow::Port& port : ports)
    all.push_back({.name = port.name,
                   .dtype = port.dtype,
                   .rank_known = port.dims.has_value(),
                   .dims = port.dims.value_or(std::vector<std::int64_t>())});
  return plugin::PortList(std::move(all));
}

tensorflow::Signature signature_of(const ServedTensors& served, const std::string& wanted) {
  auto all = tensorflow::read_metadata(metadata_at(served, path_of(served.model) + "/metadata"));
  if (!all)
    fail(JM_FAILED, "what the server says of model '" + served.model +
                        "' cannot be read: " + all.error().message);
  auto signature = tensorflow::choose_signature(*std::move(all), wanted);
  if (!signature)
    fail(JM_INVALID_MODEL, "model '" + served.model + "' has " + signature.error().message +
                               "; name one with the option 'signature'");
  return *std::move(signature);
}

class TensorflowRequests final : public TensorRequests {
 public:
  TensorflowRequests(const ServedTensors& served, const std::string& signature)
      : peer_(served.server.peer()),
        path_(path_of(served.model) + ":predict"),
        signature_(signature_of(served, signature)),
        inputs_(ports_of(signature_.inputs)),
        outputs_(ports_of(signature_.outputs)) {}

  [[nodiscard]] const plugin::PortList& inputs() const override { return inputs_; }
  [[nodiscard]] const plugin::PortList& outputs() const override { return outputs_; }
  [[nodiscard]] std::string dialect() const override { return "tensorflow serving, json"; }

  [[nodiscard]] std::string request(const jm_tensor* tensors, std::size_t count) const override {
    const auto body = tensorflow::write_predict_request(
        {.signature = signature_.name, .inputs = copies(inputs_, tensors, count)});
    if (!body) fail(JM_UNSUPPORTED, body.error().message);
    return post_text(peer_, path_,
                     {.bytes = *body, .headers = {{"Content-Type", "application/json"}}});
  }

  [[nodiscard]] std::vector<model::HostTensor> answer(const Connection&,
                                                      std::string_view body) const override {
    auto tensors = tensorflow::read_predict_response(body, signature_.outputs);
    if (!tensors) fail(JM_FAILED, tensors.error().message);
    return *std::move(tensors);
  }

 private:
  const Peer& peer_;
  std::string path_;
  tensorflow::Signature signature_;
  plugin::PortList inputs_;
  plugin::PortList outputs_;
};

}  // namespace

bool speaks_tensorflow(const Peer& peer, const std::string& model) {
  const Reply reply = get(peer, path_of(model));
  return reply.status == kOk &&
         tensorflow::read_status(reply.body) != tensorflow::Readiness::kUnknown;
}

std::unique_ptr<TensorRequests> tensorflow_requests(const ServedTensors& served,
                                                    const std::string& signature) {
  return std::make_unique<TensorflowRequests>(served, signature);
}

}  // namespace joulemark::http_engine
