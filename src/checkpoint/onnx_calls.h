// SPDX-License-Identifier: Apache-2.0
// Writes the calls of an ONNX graph whose weights lie in one file beside it.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/decoder_sink.h"
#include "checkpoint/weight_places.h"
#include "model/onnx_writer.h"

namespace joulemark::checkpoint {

/// A graph under construction. Names of values are made here, equal constants are one.
class OnnxCalls {
 public:
  using Inputs = std::vector<std::string>;
  using Attributes = std::vector<model::OnnxAttribute>;

  /// Borrows the places. A weight without a place is named and not declared, so that a graph can be
  /// tried before its weights are written.
  OnnxCalls(std::string graph_name, const WeightPlaces& places);

  /// A call with one output.
  Value call(const char* op, const Inputs& inputs, Attributes attributes = {});
  Value call_contrib(const char* op, const Inputs& inputs, Attributes attributes = {});
  void add_node(const char* domain, const char* op, const Inputs& inputs, const Inputs& outputs,
                Attributes attributes);
  Value fresh(const char* op);
  void need_opset(std::int64_t version);
  /// In the place of what decoders need: for graphs that older engines shall read as well.
  void set_versions(std::int64_t opset, std::int64_t ir_version);

  Value ints(const std::vector<std::int64_t>& values);
  Value integer(std::int64_t value);
  Value floats(const std::vector<float>& values, const std::vector<std::int64_t>& dims);
  Value number(double value) { return floats({static_cast<float>(value)}, {}); }

  /// Declares an input once.
  Value input(const char* name, jm_dtype dtype, std::vector<model::Dim> dims);
  /// Declares an output of float32, in the order of the calls.
  void output(const std::string& name, std::vector<model::Dim> dims);
  /// The last node's first output gets the name of an output.
  void end_with(const char* name);
  Value weight(const WeightRef& ref);

  Value scaled(const Value& x, double factor);
  Value add(const Value& a, const Value& b);
  Value multiply(const Value& a, const Value& b);
  Value activate(const Value& x, Activation activation);
  Value linear(const Value& x, const Linear& linear);

  /// The value under `key`, made by `make` when it is first asked for.
  template <class Make>
  Value once(const std::string& key, Make make) {
    if (const auto known = made_.find(key); known != made_.end()) return known->second;
    const Value value = make();
    made_.emplace(key, value);
    return value;
  }

  std::map<std::string, std::string>& metadata() { return contents_.metadata; }
  /// The file's bytes; once, when the graph is complete.
  [[nodiscard]] std::string finish() const;

 private:
  Value constant(model::HostTensor tensor);

  const WeightPlaces& places_;
  model::OnnxContents contents_;
  std::set<std::string> declared_;          ///< inputs and weights
  std::map<std::string, Value> constants_;  ///< by type, dims and bytes
  std::map<std::string, Value> made_;       ///< values that are made once, by what they are
  std::int64_t next_ = 0;
};

}  // namespace joulemark::checkpoint
