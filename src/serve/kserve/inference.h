// SPDX-License-Identifier: Apache-2.0
// One call of a model of tensors over HTTP: POST /v2/models/{model}/infer.
#pragma once

#include <memory>
#include <string>

#include "http/exchange.h"
#include "serve/api_context.h"
#include "serve/kserve/statistics.h"
#include "serve/side_thread.h"

namespace joulemark::serve {

/// Bodies and answers of many bytes are read and written in `side`, beside the server's thread and
/// the engine's. Lives as long as a request that it has taken.
class KserveInference : public std::enable_shared_from_this<KserveInference> {
 public:
  KserveInference(const ApiContext& context, SideThread& side) : context_(context), side_(side) {}
  /// From the server's thread. The model is the one that is served.
  void infer(const std::shared_ptr<http::Exchange>& exchange);
  [[nodiscard]] const KserveStatistics& statistics() const { return statistics_; }

 private:
  struct Call;
  using CallPtr = std::shared_ptr<Call>;

  using Step = void (KserveInference::*)(const CallPtr& call);

  /// In the thread beside the others.
  void beside(const CallPtr& call, Step step);
  void ask(const CallPtr& call);
  void submit(const CallPtr& call, std::vector<model::HostTensor> inputs);
  void on_finished(const CallPtr& call, const Outcome& outcome,
                   std::vector<model::HostTensor> outputs);
  void answer(const CallPtr& call);
  void write(const CallPtr& call);
  void refuse(Call& call, int status, const std::string& reason);
  void note(const Call& call, int status);

  const ApiContext context_;
  const std::string model_ = context_.service.model().name;  ///< asked for when no service is left
  KserveStatistics statistics_;
  SideThread& side_;
};

}  // namespace joulemark::serve
