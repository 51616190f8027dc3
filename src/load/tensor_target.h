// SPDX-License-Identifier: Apache-2.0
// Servers of tensors: the Open Inference Protocol (KServe v2), and TensorFlow Serving's REST API.
#pragma once

#include <string>

#include "base/error.h"
#include "load/asked_server.h"
#include "load/target.h"

namespace joulemark::load {

/// Whether the path is a model's by KServe's API, or the call of one by TensorFlow Serving's.
bool is_kserve_path(const std::string& path);
bool is_tensorflow_path(const std::string& path);

/// The model that is named, that stands in the address, or that is the only one. Errors as
/// find_target.
Result<Target> find_kserve(AskedServer& server);

/// The model whose path the address is, or else the one that is named: the server lists none.
/// Errors as find_target; kUsage also for a signature that the model has not.
Result<Target> find_tensorflow(AskedServer& server);

/// Whether KServe's API says which tensors that model takes.
bool takes_tensors(AskedServer& server, const std::string& model);

/// Whether TensorFlow Serving's API tells of the model that the query names.
bool has_tensorflow(AskedServer& server);

}  // namespace joulemark::load
