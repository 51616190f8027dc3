// SPDX-License-Identifier: Apache-2.0
// The opened library and the settings of the process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"
#include "mx_api.h"
#include "running_symbol.h"

namespace joulemark::mx {

/// The engine's own options, as engine.toml lists them.
struct Settings {
  int threads = 1;
  std::vector<std::int32_t> affinity;
  Fusion fusion = Fusion::kOn;
  std::optional<int> epoch;  ///< of a symbol.json
};

}  // namespace joulemark::mx

/// What `open` hands out.
struct jm_engine {
  explicit jm_engine(const jm_open_params& params);

  joulemark::mx::Settings settings;
  joulemark::mx::Library library;
  std::string description;  ///< JSON for describe

  /// JSON for operators.
  const char* operators();

 private:
  std::string operators_;
};
