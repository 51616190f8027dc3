// SPDX-License-Identifier: Apache-2.0
// Of a synthetic model that is a decoder: the config that its name and options make, and weights.
// For sources of this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "checkpoint/made_up_weights.h"
#include "checkpoint/synthetic_models.h"

namespace joulemark::checkpoint {

/// A published config.json with what options change in it.
struct SyntheticConfig {
  std::string name;    ///< "phi-2-layers2"
  std::string config;  ///< without a mark
};

/// Options as "layers=2,vocabulary=100", "" for none. The error says what is wrong with them.
tl::expected<SyntheticConfig, std::string> synthetic_config(const KnownModel& model,
                                                            std::string_view options);

/// The weights of a decoder: matrices with a deviation of 0.02, those whose results are added to
/// the stream of all layers with 0.02 / √(2 layers), biases of 0.01.
Result<std::vector<MadeUpWeight>> made_up_decoder(const std::string& config);

}  // namespace joulemark::checkpoint
