// SPDX-License-Identifier: Apache-2.0
// A model of tensors on a server that speaks KServe v2.
#pragma once

#include <memory>

#include "api/kserve/message.h"
#include "tensor_requests.h"

namespace joulemark::http_engine {

/// Throws as TensorRequests does where the server has no such model.
std::unique_ptr<TensorRequests> kserve_requests(const ServedTensors& served, api::TensorForm form);

}  // namespace joulemark::http_engine
