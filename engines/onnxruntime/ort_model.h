// SPDX-License-Identifier: Apache-2.0
// A session with its ports, its bound inputs and its last outputs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ort_decoder.h"
#include "ort_engine.h"
#include "plugin_kit/ports.h"

/// What `load` hands out.
struct jm_model {
  jm_model(jm_engine& engine, const jm_load_params& params);
  ~jm_model();
  jm_model(const jm_model&) = delete;
  jm_model& operator=(const jm_model&) = delete;

  joulemark::plugin::PortList inputs;
  joulemark::plugin::PortList outputs;

  void bind(const jm_tensor* tensors, std::size_t count);

  /// The timed call: nothing but Run. Outputs of the first run after a bind are allocated by the
  /// library and given back to it in all later ones.
  joulemark::ort::Status* run() {
    return api_.Run(session_.get(), nullptr, input_names_.data(), input_values_.data(),
                    input_values_.size(), output_names_.data(), output_names_.size(),
                    output_values_.data());
  }
  [[nodiscard]] bool is_bound() const { return bound_; }
  [[nodiscard]] const joulemark::ort::Api& api() const { return api_; }

  /// After a run that failed: forgets the outputs. True when they were ones given back to the
  /// library, so that the failure may be theirs (a shape that depends on random numbers).
  bool drop_outputs();

  /// Views of the last outputs.
  const std::vector<jm_tensor>& results();

  const char* effective();

  /// Null when the model is no decoder.
  joulemark::ort::Decoder* decoder() { return decoder_.get(); }

 private:
  void make_decoder();
  void release_inputs();
  joulemark::ort::Value* make_value(const jm_tensor& tensor, const std::string& name);
  joulemark::ort::Value* make_strings(const jm_tensor& tensor);
  void view_output(std::size_t index);
  void read_strings(std::size_t index, std::size_t elements);

  /// An output as results() shows it.
  struct Output {
    std::vector<std::int64_t> dims;
    std::vector<char> text;          ///< all strings, one behind the other
    std::vector<jm_string> strings;  ///< views into `text`
  };

  const joulemark::ort::Api& api_;
  jm_engine& engine_;
  std::string precision_;
  joulemark::ort::Owned<joulemark::ort::Session> session_{nullptr, nullptr};
  std::vector<const char*> input_names_;
  std::vector<const char*> output_names_;
  std::vector<joulemark::ort::Value*> input_values_;   ///< owned
  std::vector<joulemark::ort::Value*> output_values_;  ///< owned; null before a run
  std::vector<Output> output_data_;
  std::vector<jm_tensor> results_;
  bool bound_ = false;
  std::unique_ptr<joulemark::ort::Decoder> decoder_;
  std::string effective_;
};
