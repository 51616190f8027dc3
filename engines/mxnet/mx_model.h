// SPDX-License-Identifier: Apache-2.0
// A loaded model with its ports, its bound inputs and its last outputs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/onnx_graph.h"
#include "mx_engine.h"
#include "plugin_kit/ports.h"
#include "running_symbol.h"

/// What `load` hands out. MXNet wants to know all sizes, so that a model which leaves some open is
/// lowered when inputs are bound, and again when they have other sizes. One with
/// inputs that say sizes or axes is lowered whenever inputs are bound.
struct jm_model {
  jm_model(jm_engine& engine, const jm_load_params& params);
  jm_model(const jm_model&) = delete;
  jm_model& operator=(const jm_model&) = delete;

  joulemark::plugin::PortList inputs;
  joulemark::plugin::PortList outputs;

  void bind(const jm_tensor* tensors, std::size_t count);
  void run();
  const std::vector<jm_tensor>& results();
  const char* effective();

 private:
  void lower_for(std::vector<joulemark::mx::Elements> inputs);
  [[nodiscard]] bool is_lowered_for(const std::vector<joulemark::mx::Elements>& inputs) const;

  jm_engine& engine_;
  const joulemark::mx::Api& api_;
  joulemark::model::OnnxModel model_;                     ///< constants borrow its bytes
  std::vector<joulemark::mx::Elements> lowered_for_;      ///< without data at load
  std::unique_ptr<joulemark::mx::RunningSymbol> symbol_;  ///< null until the sizes are known
  bool is_bound_ = false;
  bool has_run_ = false;  ///< since the last bind, and the last run succeeded
  std::vector<joulemark::mx::Ints> dims_;
  std::vector<jm_tensor> results_;
  std::string effective_;
};
