// SPDX-License-Identifier: Apache-2.0
// What an input is for, guessed from its name and type. For sources of this layer.
#pragma once

#include <string>
#include <string_view>

#include "model/dtype.h"
#include "model/onnx_summary.h"

namespace joulemark::model {

enum class InputRole {
  kTokenIds,
  kAttentionMask,
  kTokenTypes,
  kPositions,
  kSampleRate,
  kImage,
  kOther,
};

/// "Input_IDs" → "input_ids".
std::string lower_case(std::string_view text);

InputRole role_of(const Port& port);

/// Whether a symbolic dimension's name means the batch: "batch", "batch_size", "N", "bs".
bool is_batch_symbol(std::string_view symbol);

/// Whether it means a number of tokens or steps: "sequence_length", "seq_len", "tokens".
bool is_sequence_symbol(std::string_view symbol);

}  // namespace joulemark::model
