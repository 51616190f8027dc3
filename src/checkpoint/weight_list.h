// SPDX-License-Identifier: Apache-2.0
// The tensors that a decoder's checkpoint has, from its description alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "checkpoint/decoder_spec.h"

namespace joulemark::checkpoint {

/// What a tensor does, for whoever makes one up.
enum class WeightRole {
  kMatrix,    ///< a product or a table of embeddings
  kResidual,  ///< a product whose result is added to the stream of all layers
  kNorm,      ///< what a norm multiplies with
  kBias,      ///< what is added
};

struct ListedWeight {
  std::string name;  ///< as the architecture's files have it
  std::vector<std::int64_t> dims;
  WeightRole role = WeightRole::kMatrix;
};

/// In the order in which they are used; each once. A tied head is the embedding. `spec` is one that
/// read_decoder_spec gave.
std::vector<ListedWeight> list_weights(const DecoderSpec& spec);

}  // namespace joulemark::checkpoint
