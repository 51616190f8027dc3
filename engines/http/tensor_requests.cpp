// SPDX-License-Identifier: Apache-2.0
#include "tensor_requests.h"

namespace joulemark::http_engine {
namespace {

using plugin::fail;

constexpr int kOk = 200;

}  // namespace

std::string metadata_at(const ServedTensors& served, const std::string& path) {
  const Peer& peer = served.server.peer();
  const Reply reply = get(peer, path);
  if (reply.status == kOk) return reply.body;
  fail(JM_INVALID_MODEL, "the server at '" + peer.url.origin() + "' has no model '" + served.model +
                             "' (" + refusal(reply.status, reply.body) +
                             "); give its name there with the option 'model'");
}

std::vector<model::HostTensor> copies(const plugin::PortList& inputs, const jm_tensor* tensors,
                                      std::size_t count) {
  plugin::check_inputs(inputs, tensors, count);
  std::vector<model::HostTensor> all;
  for (std::size_t i = 0; i < count; ++i) {
    auto tensor = model::copy_tensor(inputs.ports()[i].name, tensors[i]);
    if (!tensor) fail(JM_INVALID_ARGUMENT, tensor.error().message);
    all.push_back(*std::move(tensor));
  }
  return all;
}

}  // namespace joulemark::http_engine
