// SPDX-License-Identifier: Apache-2.0
// One function an architecture, each in a file of its own. For sources of this folder.
#pragma once

#include "checkpoint/networks/network_writer.h"

namespace joulemark::checkpoint {

/// Images to logits: 25,557,032 parameters besides the statistics of normalisations.
void build_resnet50(NetworkWriter& network);

/// Images to logits, width 1.0: 3,504,872 parameters besides the statistics of normalisations.
void build_mobilenet_v2(NetworkWriter& network);

/// Token ids, mask and token types, [batch, sequence], of at most 512 tokens, to
/// `last_hidden_state` and `pooler_output`: 109,482,240 parameters.
void build_bert_base(NetworkWriter& network);

}  // namespace joulemark::checkpoint
