// SPDX-License-Identifier: Apache-2.0
// The kinds of synthetic models, each from a row of its table and the options behind the name.
// For sources of this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/decoder_spec.h"
#include "checkpoint/networks/networks.h"
#include "checkpoint/synthetic.h"
#include "checkpoint/synthetic_models.h"

namespace joulemark::checkpoint {

/// In config.json of every one; other programs do not look at it.
inline constexpr const char* kSyntheticMark = "joulemark_synthetic";

/// One "key=value" of the options, and what is left behind its comma.
struct SyntheticOption {
  std::string_view key, value, rest;
};
SyntheticOption first_option(std::string_view options);

/// A model, or what is wrong with the options.
using SyntheticResult = tl::expected<SyntheticModel, std::string>;

/// Options: layers and vocabulary, from 1 to the published number.
SyntheticResult synthetic_decoder(const KnownModel& known, std::string_view options);

/// Options: seed.
SyntheticResult synthetic_network(const KnownNetwork& known, std::string_view options);

/// Matrices with a deviation of 0.02, those whose results are added to the stream of all layers
/// with 0.02 / √(2 layers), biases of 0.01.
std::vector<MadeUpWeight> made_up_decoder(const DecoderSpec& spec);

}  // namespace joulemark::checkpoint
