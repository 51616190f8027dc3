// SPDX-License-Identifier: Apache-2.0
// A loaded model with its ports, its bound inputs and its last outputs.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "layout_trial.h"
#include "lowering/lower.h"
#include "plugin_kit/ports.h"
#include "tf_engine.h"
#include "tf_session.h"

/// What `load` hands out.
struct jm_model {
  jm_model(jm_engine& engine, const jm_load_params& params);
  ~jm_model();
  jm_model(const jm_model&) = delete;
  jm_model& operator=(const jm_model&) = delete;

  joulemark::plugin::PortList inputs;
  joulemark::plugin::PortList outputs;

  void bind(const jm_tensor* tensors, std::size_t count);
  /// Lowers the graph, chooses its layout and lets TensorFlow optimise it; false where that is
  /// done.
  bool build();
  /// The timed call: the last outputs are given back, then TF_SessionRun. Throws plugin::Failure.
  void run();
  const std::vector<jm_tensor>& results();
  const char* effective();

 private:
  void open_onnx(const std::string& path);
  void open_saved(const std::string& path);
  joulemark::tf::Loaded lower(joulemark::tf::Layout layout);
  void open_session(joulemark::tf::Loaded& loaded);
  void lower_once();
  void choose_layout();
  void optimise();
  void feed_bound();
  void add_graph(nlohmann::json& json);

  jm_engine& engine_;
  const joulemark::tf::Api& api_;
  joulemark::model::OnnxModel model_;  ///< variables borrow its bytes
  joulemark::tf::Loaded loaded_;       ///< of an ONNX model empty until it is built
  bool is_built_ = false;
  bool is_optimised_ = false;  ///< and has its session
  std::optional<joulemark::tf::LayoutTrial> trial_;
  std::vector<joulemark::tf::OwnedTensor> bound_;
  joulemark::tf::Outcome outcome_;  ///< of run
  bool is_bound_ = false;
  bool has_run_ = false;  ///< since the last bind, and the last run succeeded
  std::vector<joulemark::tf::Ints> dims_;
  std::vector<jm_tensor> results_;
  std::string effective_;
};
