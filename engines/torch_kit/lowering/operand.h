// SPDX-License-Identifier: Apache-2.0
// A value of the ONNX model while its graph is written.
#pragma once

#include <optional>
#include <vector>

#include "joulemark/engine_abi.h"
#include "torch_kit/lowering/graph_writer.h"

namespace joulemark::torch_kit {

/// A small tensor of numbers that the graph holds one by one, outside of tensors: what models
/// compute shapes with. Each element is a value of the graph of type int, float or bool.
struct HostNumbers {
  std::int64_t rank = 0;            ///< 0 or 1
  std::vector<JitValue*> elements;  ///< one where rank is 0
};

/// A tensor in one or both of two forms, or a sequence whose length is known.
struct Operand {
  jm_dtype dtype = JM_UNDEFINED;
  JitValue* tensor = nullptr;  ///< null: only in the other form so far
  std::optional<HostNumbers> host;
  std::optional<std::vector<Operand>> sequence;
};

}  // namespace joulemark::torch_kit
