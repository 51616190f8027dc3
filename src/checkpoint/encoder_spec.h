// SPDX-License-Identifier: Apache-2.0
// What tells one text encoder from another, as values: the graph is built from them alone.
#pragma once

#include <cstdint>
#include <string>

#include "checkpoint/decoder_spec.h"

namespace joulemark::checkpoint {

/// A BERT encoder: embeddings of words, token types and positions, then layers whose norms stand
/// behind their sums. All products have a bias.
struct EncoderSpec {
  std::string model_type;
  std::int64_t vocabulary = 0, hidden = 0, layers = 0, heads = 0, head_size = 0;
  std::int64_t intermediate = 0;
  std::int64_t max_positions = 0;  ///< tokens of a text; its table has no row for more
  std::int64_t token_types = 0;
  double norm_epsilon = 1e-12;
  Activation activation = Activation::kGelu;
};

}  // namespace joulemark::checkpoint
