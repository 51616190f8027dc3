// SPDX-License-Identifier: Apache-2.0
// What a worker holds between requests: the engine, the model, its inputs and the last window.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/compare.h"
#include "model/onnx_summary.h"
#include "worker/engine_calls.h"
#include "worker/measure.h"
#include "worker/request.h"
#include "worker/text_workload.h"

namespace joulemark::worker {

/// Gives the call table of the plugin at a path, valid for the rest of the process.
using PluginLoader = std::function<Result<const jm_engine_api*>(const std::string& path)>;

/// One conversation.
class Session {
 public:
  explicit Session(PluginLoader load_plugin) : load_plugin_(std::move(load_plugin)) {}

  /// The reply to one request line, without newline. Never throws: whatever goes wrong is an error
  /// reply.
  std::string answer(std::string_view line);

  /// The reply to one request.
  std::string handle(const Request& request);

  /// Whether `quit` was asked for.
  [[nodiscard]] bool finished() const { return finished_; }

 private:
  Outcome<std::string> reply(const HelloRequest& request);
  Outcome<std::string> reply(const OpenRequest& request);
  Outcome<std::string> reply(const OperatorsRequest& request);
  Outcome<std::string> reply(const ExportRequest& request);
  Outcome<std::string> reply(const LoadRequest& request);
  Outcome<std::string> reply(const BuildRequest& request);
  Outcome<std::string> reply(const InputsRequest& request);
  Outcome<std::string> reply(const AnswerRequest& request);
  Outcome<std::string> reply(const WarmupRequest& request);
  Outcome<std::string> reply(const GoRequest& request);
  Outcome<std::string> reply(const DurationsRequest& request);
  Outcome<std::string> reply(const CheckRequest& request);
  Outcome<std::string> reply(const GenerateRequest& request);
  Outcome<std::string> reply(const PromptsRequest& request);
  Outcome<std::string> reply(const CeilingsRequest& request);
  Outcome<std::string> reply(const QuitRequest& request);

  Outcome<std::string> open(const OpenRequest& request);
  Outcome<std::string> load(const LoadRequest& request);
  Outcome<void> need_engine() const;
  Outcome<void> need_model() const;
  Outcome<void> need_inputs() const;
  void forget_inputs();
  Outcome<model::Difference> answer_inputs(const AnswerRequest& request);
  Outcome<model::Difference> answer_text(const AnswerRequest& request);
  Outcome<void> prepare_schedule(const GoRequest& request);
  Outcome<std::string> go_at_rate(const GoRequest& request);
  Outcome<std::string> go_text(const GoRequest& request);

  PluginLoader load_plugin_;
  std::optional<Engine> engine_;
  std::optional<EngineModel> model_;           // after engine_: released before it
  std::optional<model::OnnxSummary> summary_;  // of the loaded model, when it is an ONNX file
  std::string precision_;
  bool broken_ = false;  // open, load or build failed: the process is in an unknown state
  bool has_inputs_ = false;
  bool made_up_ = false;              ///< the inputs are generated
  std::optional<std::int64_t> rows_;  ///< of one call, where batch 1 does not tell them
  std::optional<TextWorkload> text_;  ///< instead of inputs
  bool has_window_ = false;
  bool finished_ = false;
  std::optional<Nanoseconds> opened_at_;  // until the first load has reported it
  double iteration_ns_ = 0;               // by the warm-up; 0: none
  Measurement measurement_;
  SystemClock clock_;
  OpenLoop open_loop_;
  bool at_rate_ = false;  ///< the last window was one of open_loop_
};

}  // namespace joulemark::worker
