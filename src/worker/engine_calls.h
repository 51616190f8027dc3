// SPDX-License-Identifier: Apache-2.0
// The engine ABI as owning C++ values: statuses become Outcomes, handles release themselves.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"
#include "model/tensor.h"
#include "worker/failure.h"
#include "worker/measure.h"
#include "worker/request.h"

namespace joulemark::worker {

/// An input or output as the engine reports it.
struct EnginePort {
  std::string name;
  jm_dtype dtype = JM_UNDEFINED;
  bool has_dims = false;
  std::vector<std::int64_t> dims;  ///< -1 where dynamic
};

/// Tokens that are fed to a language model.
struct TokenFeed {
  std::span<const std::int32_t> ids;  ///< [batch × n]
  std::int32_t batch = 1;
  std::size_t vocabulary = 0;  ///< the model's
};

/// Where a step's answer goes.
struct TextStep {
  std::span<std::int32_t> next;  ///< [batch], each row's likeliest token
  std::span<float> logits = {};  ///< [batch × vocabulary] of the last position; empty: not wanted
};

/// A loaded model with what is bound to it. Must not outlive its engine.
class EngineModel {
 public:
  EngineModel(const jm_engine_api& api, jm_model* model);

  Outcome<std::vector<EnginePort>> inputs();
  Outcome<std::vector<EnginePort>> outputs();
  /// Whether the engine builds apart from loading.
  [[nodiscard]] bool builds() const { return api_->build != nullptr; }
  /// Whether anything was made. Nothing where the engine does not build.
  Outcome<bool> build();
  /// Binds the tensors, in the order of inputs(), and keeps them.
  Outcome<void> bind(std::vector<model::HostTensor> tensors);
  [[nodiscard]] const std::vector<model::HostTensor>& bound() const { return tensors_; }
  Outcome<void> run();
  /// Copies of the last run's outputs, named as outputs() names them.
  Outcome<std::vector<model::HostTensor>> results();
  /// JSON text.
  Outcome<std::string> effective();
  /// For the timing loop. Valid until the model is moved or released.
  Subject subject();
  /// Of a language model; JM_UNSUPPORTED when it is none.
  Outcome<std::int32_t> vocabulary();
  /// For the timing loop, as subject().
  TextSubject text_subject();
  Outcome<void> reset_text(std::int32_t batch, std::int32_t max_tokens);
  /// Feeds tokens after reset_text. The logits of the last position, [batch × vocabulary], or of
  /// all, [batch × n × vocabulary].
  Outcome<std::vector<float>> logits(const TokenFeed& feed, protocol::Logits which);
  /// Feeds tokens after reset_text. JM_FAILED where a next token is none of the vocabulary.
  Outcome<void> forward(const TokenFeed& feed, const TextStep& into);
  /// The failure of a call of a subject.
  tl::unexpected<Failure> run_failure(jm_status status);

 private:
  using PortsCall = jm_status (*)(jm_model*, const jm_port**, size_t*, jm_message*);
  Outcome<std::vector<EnginePort>> ports(PortsCall call);

  struct Release {
    const jm_engine_api* api;
    void operator()(jm_model* model) const { api->release_model(model); }
  };
  const jm_engine_api* api_;
  std::vector<model::HostTensor> tensors_;  // must outlive what the plugin made of them
  std::vector<model::TensorView> views_;
  std::unique_ptr<jm_message> message_;
  std::unique_ptr<jm_model, Release> model_;  // last: released first
};

/// An opened engine.
class Engine {
 public:
  static Outcome<Engine> open(const jm_engine_api& api, const OpenRequest& request);
  /// JSON text.
  Outcome<std::string> describe();
  /// JSON text. JM_UNSUPPORTED where the engine has no such list.
  Outcome<std::string> operators();
  /// Writes a model file in a format of the engine's own. JM_UNSUPPORTED where it has none.
  Outcome<void> export_model(const ExportRequest& request);
  Outcome<EngineModel> load(const LoadRequest& request);

 private:
  Engine(const jm_engine_api& api, jm_engine* engine) : api_(&api), engine_(engine, Close{&api}) {}
  struct Close {
    const jm_engine_api* api;
    void operator()(jm_engine* engine) const { api->close(engine); }
  };
  const jm_engine_api* api_;
  std::unique_ptr<jm_engine, Close> engine_;
};

}  // namespace joulemark::worker
