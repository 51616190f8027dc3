// SPDX-License-Identifier: Apache-2.0
// A call of a model by TensorFlow Serving's REST API, in its columnar form: what a client sends to
// POST /v1/models/{model}:predict, and what comes back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/tensorflow/model.h"
#include "base/error.h"
#include "model/tensor.h"

namespace joulemark::api::tensorflow {

struct PredictRequest {
  std::string signature;
  std::vector<model::HostTensor> inputs = {};
};

/// Tensors as lists in lists. Floats are the shortest that read back as the same and have a point
/// or an exponent; NaN and infinities are written as TensorFlow Serving takes them, which is no
/// JSON; bytes that are no UTF-8 as {"b64": "…"}. kUsage for element types that have no JSON,
/// named, and for empty tensors whose shape lists cannot show.
Result<std::string> write_predict_request(const PredictRequest& request);

/// The tensors of {"outputs": …}, in the order of `outputs`, whose element types they get; shapes
/// are those of the lists. A single output may stand there without its name. kUsage for what is
/// none, for lists that are no tensor, and with the server's own words for {"error": "…"}.
Result<std::vector<model::HostTensor>> read_predict_response(std::string_view body,
                                                             const std::vector<Port>& outputs);

}  // namespace joulemark::api::tensorflow
