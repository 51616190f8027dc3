// SPDX-License-Identifier: Apache-2.0
// Rotary frequencies from a config, in both of its spellings.
#pragma once

#include "checkpoint/config_json.h"
#include "checkpoint/decoder_spec.h"

namespace joulemark::checkpoint {

/// Where an architecture keeps what its rotation needs.
struct RotaryKeys {
  std::int64_t head_size = 0;
  std::int64_t max_positions = 0;
  const char* base = "rope_theta";
  const char* fraction = nullptr;  ///< key of the fraction of a head that is rotated; null: all
  double fraction_otherwise = 1;
  /// An odd count of rotated numbers: GPT-NeoX takes one more; others have no such models.
  enum class Odd { kRefused, kRoundedUp };
  Odd odd = Odd::kRefused;
};

/// Reads `rope_parameters`, or `rope_scaling` and what stands beside it. Problems are left in
/// `config`. Formulas: Su et al. 2021 (default), linear interpolation, NTK by length ("dynamic"),
/// YaRN (Peng et al. 2023), Llama 3's by wavelength, LongRoPE (Ding et al. 2024), computed in 32
/// bits as the reference implementation does.
Rotary read_rotary(const ConfigJson& config, const RotaryKeys& keys);

}  // namespace joulemark::checkpoint
