// SPDX-License-Identifier: Apache-2.0
// The signatures of a SavedModel: which tensors of its graph are a call's inputs and outputs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tf_api.h"

namespace joulemark::tf {

/// One input or output.
struct SignatureTensor {
  std::string key;        ///< what callers name it
  std::string operation;  ///< of the graph
  int index = 0;          ///< of the operation's results
  Type type = kNoType;
  std::optional<std::vector<std::int64_t>> dims;  ///< -1 where open; nothing: of any rank
};

/// Ordered by key.
struct Signature {
  std::vector<SignatureTensor> inputs;
  std::vector<SignatureTensor> outputs;
};

/// The signature of this name in a serialised MetaGraphDef. Throws plugin::Failure:
/// JM_INVALID_MODEL, with the names that there are, where it has none of this name or cannot be
/// read; JM_UNSUPPORTED where a tensor is sparse or composed of several.
Signature read_signature(std::string_view meta_graph, const std::string& name);

}  // namespace joulemark::tf
