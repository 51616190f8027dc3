// SPDX-License-Identifier: Apache-2.0
// What GroupQueryAttention takes, and its form for buffers of the model's own.
#pragma once

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

/// Its inputs. Keys and values of earlier calls stand at the front of a buffer that may be longer;
/// kLast says for each of the batch where the last new one belongs.
enum Grouped : std::size_t {
  kQuery,
  kKey,
  kValue,
  kPastKey,
  kPastValue,
  kLast,
  kTotal,
  kCosines,
  kSines,
  kPositions,
  kBias,
  kSink,
};

/// Whether the node is to be written as the operator of cached_attention.h.
bool writes_in_place(OpCall& call);
void attend_in_place(OpCall& call);

}  // namespace joulemark::torch_kit::ops
