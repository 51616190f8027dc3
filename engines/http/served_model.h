// SPDX-License-Identifier: Apache-2.0
// A model that is asked over HTTP, as the engine interface wants it.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"
#include "model/tensor.h"
#include "running_server.h"
#include "tensor_requests.h"
#include "text_streams.h"

namespace joulemark::http_engine {

/// What holds for the process.
struct Opened {
  ServerOptions options;
  std::int32_t threads = 1;
  std::vector<std::int32_t> cpus;
};

/// Either of tensors or of texts. All calls throw plugin::Failure.
class ServedModel {
 public:
  ServedModel(const Opened& opened, const jm_load_params& params);

  [[nodiscard]] const plugin::PortList& inputs() const {
    return tensors_ ? tensors_->inputs() : none_;
  }
  [[nodiscard]] const plugin::PortList& outputs() const {
    return tensors_ ? tensors_->outputs() : none_;
  }
  /// Makes the request of the following runs.
  void bind(const jm_tensor* tensors, std::size_t count);
  /// Sends it and takes the whole answer, which nobody looks into yet.
  void run();
  /// Of the last run.
  const std::vector<jm_tensor>& results();
  const char* effective();

  void reset(std::int32_t batch, std::int32_t max_tokens);
  void forward(const std::int32_t* tokens, std::int32_t n, std::int32_t* next_tokens);
  [[nodiscard]] std::int32_t vocabulary() const;

 private:
  void choose_api(const ServerOptions& options);
  void find_api(const ServerOptions& options);
  void use_kserve(const ServerOptions& options);
  void use_tensorflow(const ServerOptions& options);
  void use_tensors(std::unique_ptr<TensorRequests> requests);
  /// `models`: the server's list.
  void use_texts(const ServerOptions& options, TextDialect dialect, const nlohmann::json& models);
  /// `info`: what it says of itself.
  void use_tgi(const ServerOptions& options, const nlohmann::json& info);
  void demand_vocabulary() const;
  TensorRequests& tensors();
  TextStreams& texts();

  ModelFacts facts_;
  std::string name_;      ///< of it on the server, if that has the name that is expected
  RunningServer server_;  ///< before what asks it
  std::string program_;   ///< of the server, by its list of models
  plugin::PortList none_;
  std::unique_ptr<TensorRequests> tensors_;
  std::unique_ptr<TextStreams> texts_;
  std::unique_ptr<Connection> connection_;
  std::string request_;  ///< "": nothing is bound
  bool has_answer_ = false;
  std::vector<model::HostTensor> answer_;
  std::vector<model::TensorView> views_;
  std::vector<jm_tensor> results_;
  std::string effective_;
};

}  // namespace joulemark::http_engine
