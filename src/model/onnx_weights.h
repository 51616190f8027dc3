// SPDX-License-Identifier: Apache-2.0
// Elements of a model's tensors, left where they lie. For sources of this layer.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "model/mapped_file.h"
#include "model/onnx_graph.h"
#include "model/onnx_messages.h"

namespace joulemark::model::onnx {

/// Makes OnnxTensors of one model. Every external data file is mapped once, every tensor converted
/// once, however often a function that holds it is expanded. Borrows the messages.
class Weights {
 public:
  /// External data lie beside `file`; when it is empty, they are refused. `owner` keeps the bytes
  /// of the messages alive and may be null.
  Weights(std::filesystem::path file, std::shared_ptr<const void> owner)
      : file_(std::move(file)), owner_(std::move(owner)) {}

  /// Raw data and external data are pointed to, typed fields are converted. Fails with
  /// kUnsupported for what a dense tensor cannot hold, else with what is wrong with the tensor.
  Result<OnnxTensor> tensor(const Tensor& message);

 private:
  Result<OnnxTensor> converted(const Tensor& message);
  Result<OnnxTensor> external(const TensorHeader& header, OnnxTensor tensor, std::size_t size);
  Result<std::shared_ptr<const MappedFile>> open(const std::string& location);

  std::filesystem::path file_;
  std::shared_ptr<const void> owner_;
  std::map<std::string, std::shared_ptr<const MappedFile>> files_;  ///< by location
  std::map<const Tensor*, OnnxTensor> converted_;
};

}  // namespace joulemark::model::onnx
