// SPDX-License-Identifier: Apache-2.0
// A text encoder as an ONNX graph of standard operators.
#pragma once

#include <string>

#include "base/error.h"
#include "checkpoint/encoder_spec.h"
#include "checkpoint/weight_files.h"
#include "checkpoint/weight_places.h"

namespace joulemark::checkpoint {

/// The bytes of the file. Inputs, int64 [batch, length]: `input_ids`, `attention_mask` (0 hides a
/// token from the others), `token_type_ids`. Outputs, float32: `last_hidden_state` [batch, length,
/// hidden] and, where the checkpoint has a pooler, `pooler_output` [batch, hidden]. Fails when a
/// weight is missing or has another shape or type; weights need no place for that to be seen.
Result<std::string> build_onnx_encoder(const EncoderSpec& spec, const WeightFiles& weights,
                                       const WeightPlaces& places);

}  // namespace joulemark::checkpoint
