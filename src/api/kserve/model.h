// SPDX-License-Identifier: Apache-2.0
// What a server of the Open Inference Protocol says of a model: GET /v2/models/{model}.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "joulemark/engine_abi.h"

namespace joulemark::api {

struct ModelPort {
  std::string name;
  jm_dtype dtype = JM_UNDEFINED;   ///< undefined where the protocol has no name for it
  std::vector<std::int64_t> dims;  ///< -1 where dynamic
};

struct ModelMetadata {
  std::string name;
  std::vector<std::string> versions = {};
  std::string platform = {};
  std::vector<ModelPort> inputs = {};
  std::vector<ModelPort> outputs = {};
};

std::string write_model_metadata(const ModelMetadata& metadata);

/// kUsage for what is none.
Result<ModelMetadata> read_model_metadata(std::string_view body);

}  // namespace joulemark::api
