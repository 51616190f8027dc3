// SPDX-License-Identifier: Apache-2.0
// A compiled model with its ports, its bound inputs and its last outputs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ov_decoder.h"
#include "ov_engine.h"
#include "plugin_kit/ports.h"

/// What `load` hands out.
struct jm_model {
  jm_model(jm_engine& engine, const jm_load_params& params);
  ~jm_model();
  jm_model(const jm_model&) = delete;
  jm_model& operator=(const jm_model&) = delete;

  joulemark::plugin::PortList inputs;
  joulemark::plugin::PortList outputs;

  /// Compiles; false where that is done.
  bool build();

  void bind(const jm_tensor* tensors, std::size_t count);

  /// The timed call. The first one after a bind may start threads and goes through `first_run`.
  [[nodiscard]] bool is_warm() const { return warm_; }
  joulemark::openvino::StatusCode run() { return infer_(request_.get()); }
  void first_run();

  /// Throws the error of a failed run.
  void fail_run(joulemark::openvino::StatusCode code) const;

  const std::vector<jm_tensor>& results();
  const char* effective();

  /// Null when the model is no decoder.
  joulemark::openvino::Decoder* decoder() {
    build();
    return decoder_.get();
  }

 private:
  void make_decoder();
  void compile();
  void set_inputs();
  void reshape(const jm_tensor* tensors, std::size_t count);
  void release_tensors();
  joulemark::openvino::Tensor* make_tensor(const jm_tensor& tensor) const;
  void view_output(std::size_t index);
  std::string property(const char* key) const;

  /// An output as results() shows it.
  struct Output {
    joulemark::openvino::Tensor* tensor = nullptr;  ///< owned
    std::vector<std::int64_t> dims;
  };

  jm_engine& engine_;
  const joulemark::openvino::Api& api_;
  joulemark::openvino::StatusCode (*infer_)(joulemark::openvino::Request*);
  joulemark::openvino::Owned<joulemark::openvino::Model> model_{nullptr, nullptr};
  joulemark::openvino::Owned<joulemark::openvino::CompiledModel> compiled_{
      nullptr, nullptr};  ///< null before `build`, with what is made of it
  joulemark::openvino::Owned<joulemark::openvino::Request> request_{nullptr, nullptr};
  std::vector<joulemark::openvino::Tensor*> input_tensors_;  ///< owned
  std::vector<Output> output_data_;
  std::vector<jm_tensor> results_;
  bool bound_ = false;
  bool warm_ = false;  ///< bound, and has run since
  std::string precision_;
  std::string weights_;  ///< the file that the library maps, "" when it is not known
  std::unique_ptr<joulemark::openvino::Decoder> decoder_;
  std::string effective_;
};
