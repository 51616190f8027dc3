// SPDX-License-Identifier: Apache-2.0
// A model of tensors on a server with TensorFlow Serving's REST API.
#pragma once

#include <memory>
#include <string>

#include "tensor_requests.h"

namespace joulemark::http_engine {

/// Whether the server tells of that model by this API.
bool speaks_tensorflow(const Peer& peer, const std::string& model);

/// `signature` "": "serving_default", or the only one. Throws as TensorRequests does where the
/// server has no such model or signature.
std::unique_ptr<TensorRequests> tensorflow_requests(const ServedTensors& served,
                                                    const std::string& signature);

}  // namespace joulemark::http_engine
