// SPDX-License-Identifier: Apache-2.0
// A model of tensors on a server: how it is asked, whatever the API.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/tensor.h"
#include "plugin_kit/ports.h"
#include "running_server.h"

namespace joulemark::http_engine {

/// Everything about a call that is not the wait for it. Throws plugin::Failure and ConnectionLost.
class TensorRequests {
 public:
  virtual ~TensorRequests() = default;

  [[nodiscard]] virtual const plugin::PortList& inputs() const = 0;
  [[nodiscard]] virtual const plugin::PortList& outputs() const = 0;
  /// "kserve v2, json": for `effective`.
  [[nodiscard]] virtual std::string dialect() const = 0;
  /// What may be wrong with requests that the server refuses, behind its own words; "" where
  /// nothing is known.
  [[nodiscard]] virtual std::string doubt() const { return ""; }
  /// The request as it goes on the wire; the tensors are checked against inputs().
  [[nodiscard]] virtual std::string request(const jm_tensor* tensors, std::size_t count) const = 0;
  /// The tensors of an answer, in the order of outputs().
  [[nodiscard]] virtual std::vector<model::HostTensor> answer(const Connection& connection,
                                                              std::string_view body) const = 0;
};

/// The model by its name on the server, whose metadata are asked for.
struct ServedTensors {
  const RunningServer& server;
  std::string model;
  std::string file = {};  ///< the experiment's own, for what the server does not say
};

/// What the server says of the model at `path`. Fails where it has none of that name.
std::string metadata_at(const ServedTensors& served, const std::string& path);
/// Copies with the names of `inputs`, which they are checked against.
std::vector<model::HostTensor> copies(const plugin::PortList& inputs, const jm_tensor* tensors,
                                      std::size_t count);

}  // namespace joulemark::http_engine
