// SPDX-License-Identifier: Apache-2.0
// The one decoder: from a description to a graph, whatever the architecture and the format.
#pragma once

#include "base/error.h"
#include "checkpoint/decoder_sink.h"
#include "checkpoint/decoder_spec.h"
#include "checkpoint/weight_table.h"

namespace joulemark::checkpoint {

/// Writes the decoder into `sink`. Fails when a weight is missing or does not fit.
Status build_decoder(const DecoderSpec& spec, WeightTable& weights, DecoderSink& sink);

}  // namespace joulemark::checkpoint
