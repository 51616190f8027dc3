// SPDX-License-Identifier: Apache-2.0
// The opened library and the settings that every session of it gets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config.h"
#include "joulemark/engine_abi.h"
#include "lowering/weights.h"
#include "tf_api.h"

namespace joulemark::tf {

/// The engine's own options, as engine.toml lists them.
struct Settings {
  int threads = 1;
  std::vector<std::int32_t> affinity;
  std::optional<Layout> layout;  ///< nothing: the one that runs faster
  WeightsOption weights = WeightsOption::kAuto;
  Optimizer optimizer = Optimizer::kOn;
  std::string signature;  ///< of a SavedModel
};

}  // namespace joulemark::tf

/// What `open` hands out.
struct jm_engine {
  explicit jm_engine(const jm_open_params& params);

  joulemark::tf::Settings settings;
  joulemark::tf::Library library;
  std::string description;  ///< JSON for describe

  /// JSON for operators.
  const char* operators();

 private:
  std::string operators_;
};
