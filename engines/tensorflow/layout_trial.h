// SPDX-License-Identifier: Apache-2.0
// Which layout of images a model runs faster with on this machine.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "config.h"
#include "tf_session.h"

namespace joulemark::tf {

/// Shortest run of each layout in seconds; nothing where it cannot run the model.
struct LayoutTrial {
  std::optional<double> channels_first_s;
  std::optional<double> channels_last_s;

  /// The faster one; channels last where neither runs.
  [[nodiscard]] Layout faster() const;
};

/// Loads the model in each layout by `load`, runs it on `inputs` for a fraction of a second, and
/// leaves the faster one in `chosen`. One after the other, so that the model is in memory once; one
/// that is faster with channels first is therefore loaded a second time.
LayoutTrial try_layouts(const Api& api, const std::function<Loaded(Layout)>& load,
                        const std::vector<Tensor*>& inputs, Loaded& chosen);

}  // namespace joulemark::tf
