// SPDX-License-Identifier: Apache-2.0
// Requests of the Open Inference Protocol (KServe v2), and of TensorFlow Serving's REST API.
#pragma once

#include <cstdint>
#include <memory>

#include "api/kserve/message.h"
#include "api/kserve/model.h"
#include "api/tensorflow/model.h"
#include "base/error.h"
#include "load/workload.h"

namespace joulemark::load {

struct TensorOptions {
  /// Of joulemark-server: the joules of each request. Answers are read whole for them.
  enum class Energy { kNotAskedFor, kAskedFor };
  http::Call call = {};  ///< address and headers; the rest is filled in
  api::TensorForm form = api::TensorForm::kJson;
  std::int64_t batch = 1;  ///< for first dimensions that are dynamic
  std::uint64_t seed = 1;
  Energy energy = Energy::kNotAskedFor;
};

/// Inputs are generated from the model's metadata, several different ones that are taken in turn.
/// kUsage as model::generate_inputs, and for types that the form cannot hold.
Result<std::unique_ptr<Workload>> make_tensor_workload(const api::ModelMetadata& model,
                                                       const TensorOptions& options);

/// The same by TensorFlow Serving's API, which has JSON alone and tells no energy: neither `form`
/// nor `energy` counts.
Result<std::unique_ptr<Workload>> make_predict_workload(const api::tensorflow::Signature& signature,
                                                        const TensorOptions& options);

}  // namespace joulemark::load
