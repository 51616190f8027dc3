// SPDX-License-Identifier: Apache-2.0
// A model of tensors on a server that speaks KServe v2.
#pragma once

#include <string>
#include <vector>

#include "api/kserve/message.h"
#include "model/tensor.h"
#include "plugin_kit/ports.h"
#include "running_server.h"

namespace joulemark::http_engine {

/// Everything about a call that is not the wait for it. Throws plugin::Failure and ConnectionLost.
class TensorRequests {
 public:
  /// Asks for the model's metadata. `name`: the model on the server.
  TensorRequests(const RunningServer& server, const std::string& name, api::TensorForm form);

  [[nodiscard]] const plugin::PortList& inputs() const { return inputs_; }
  [[nodiscard]] const plugin::PortList& outputs() const { return outputs_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] api::TensorForm form() const { return form_; }
  /// The request as it goes on the wire; the tensors are checked against inputs().
  [[nodiscard]] std::string request(const jm_tensor* tensors, std::size_t count) const;
  /// The tensors of an answer, in the order of outputs().
  [[nodiscard]] std::vector<model::HostTensor> answer(const Connection& connection,
                                                      std::string_view body) const;

 private:
  const Peer& peer_;
  std::string name_;
  api::TensorForm form_;
  plugin::PortList inputs_;
  plugin::PortList outputs_;
};

}  // namespace joulemark::http_engine
