// SPDX-License-Identifier: Apache-2.0
// What a server with TensorFlow Serving's REST API says of a model: GET /v1/models/{model} and
// GET /v1/models/{model}/metadata.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "joulemark/engine_abi.h"

namespace joulemark::api::tensorflow {

struct Port {
  std::string name;
  jm_dtype dtype = JM_UNDEFINED;
  std::string datatype = {};  ///< as the server says it: "DT_FLOAT"
  /// -1 where dynamic; nothing where any rank goes.
  std::optional<std::vector<std::int64_t>> dims = {};
};

/// One way of calling the model. Ports are in the order of their names: the server's own has no
/// meaning.
struct Signature {
  std::string name;
  std::vector<Port> inputs = {};
  std::vector<Port> outputs = {};
};

/// In the order of their names, spelled as TensorFlow Serving or as OpenVINO Model Server does.
/// kUsage for what is no metadata.
Result<std::vector<Signature>> read_metadata(std::string_view body);

/// The one that is meant: the named one; without a name serving_default, or the only one that is a
/// way of calling the model. kUsage: "no signature 'NAME', but …".
Result<Signature> choose_signature(std::vector<Signature> signatures, const std::string& named);

enum class Readiness {
  kUnknown,  ///< it is no answer about a model's status
  kNotYet,   ///< no version of the model can be asked
  kReady,
};
Readiness read_status(std::string_view body);

}  // namespace joulemark::api::tensorflow
