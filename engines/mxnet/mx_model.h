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
#include "saved/saved_symbol.h"

/// What `load` hands out. MXNet wants to know all sizes, so that a model is lowered once inputs
/// were bound, and again when they have other sizes. One with inputs that say sizes or axes is
/// lowered whenever inputs are bound.
struct jm_model {
  jm_model(jm_engine& engine, const jm_load_params& params);
  jm_model(const jm_model&) = delete;
  jm_model& operator=(const jm_model&) = delete;

  joulemark::plugin::PortList inputs;
  joulemark::plugin::PortList outputs;

  void bind(const jm_tensor* tensors, std::size_t count);
  /// Lowers for what is bound, or for the sizes that the model fixes. False where that was done
  /// before, and where there are no sizes yet: the next bind has them.
  bool build();
  void run();
  const std::vector<jm_tensor>& results();
  const char* effective();

 private:
  void open_onnx(const std::string& path);
  void open_saved(const std::string& path);
  void lower_for(std::vector<joulemark::mx::Elements> elements);
  [[nodiscard]] bool is_lowered_for(const std::vector<joulemark::mx::Elements>& inputs) const;

  jm_engine& engine_;
  const joulemark::mx::Api& api_;
  joulemark::model::OnnxModel model_;                  ///< constants borrow its bytes
  std::unique_ptr<joulemark::mx::SavedSymbol> saved_;  ///< in its place; so do parameters
  std::vector<joulemark::mx::Elements> elements_;      ///< what is bound
  std::vector<joulemark::mx::OwnedArray> arrays_;      ///< the same, until the symbol has it
  std::vector<joulemark::mx::Elements> lowered_for_;
  std::unique_ptr<joulemark::mx::RunningSymbol> symbol_;  ///< null until `build`
  bool is_built_ = false;
  bool is_bound_ = false;
  bool has_run_ = false;  ///< since the last bind, and the last run succeeded
  std::vector<joulemark::mx::Ints> dims_;
  std::vector<jm_tensor> results_;
  std::string effective_;
};
