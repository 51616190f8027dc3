// SPDX-License-Identifier: Apache-2.0
// A loaded model and its inputs, as the engine conformance tests handle them.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine_conformance.h"
#include "engine_conformance_models.h"

namespace joulemark::conformance {

/// A float tensor and the view of it that is bound.
class Input {
 public:
  Input(std::vector<std::int64_t> dims, std::vector<float> values)
      : dims_(std::move(dims)), values_(std::move(values)) {}
  jm_tensor view() {
    return {JM_FLOAT32,   JM_MEMORY_HOST, static_cast<std::int32_t>(dims_.size()),
            dims_.data(), values_.data(), values_.size() * sizeof(float)};
  }

 private:
  std::vector<std::int64_t> dims_;
  std::vector<float> values_;
};

inline std::vector<std::byte> bytes_of(const jm_tensor& tensor) {
  const auto* data = static_cast<const std::byte*>(tensor.data);
  return {data, data + tensor.bytes};
}

/// A loaded model, or why there is none.
class Loaded {
 public:
  explicit Loaded(const std::string& path, const std::string& precision = "f32") {
    jm_load_params params{};
    params.model_path = path.c_str();
    params.precision = precision.c_str();
    status = api().load(subject().opened, &params, &model, &message);
    EXPECT_EQ(status == JM_OK, model != nullptr);
  }
  ~Loaded() {
    if (model != nullptr) api().release_model(model);
  }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

  static const jm_engine_api& api() { return *subject().api; }
  jm_status bind(const std::vector<jm_tensor>& tensors) {
    return api().bind(model, tensors.data(), tensors.size(), &message);
  }
  jm_status run() { return api().run(model, &message); }
  std::vector<jm_tensor> results() {
    const jm_tensor* tensors = nullptr;
    std::size_t count = 0;
    status = api().results(model, &tensors, &count, &message);
    std::vector<jm_tensor> all;
    if (status == JM_OK) all.assign(tensors, tensors + count);
    return all;
  }

  jm_status status = JM_FAILED;
  jm_model* model = nullptr;
  jm_message message{};
};

inline std::string onnx_file(const std::string& name, const Graph& graph) {
  return write_file(subject().scratch, name, serialized(graph));
}

}  // namespace joulemark::conformance
