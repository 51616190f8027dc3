// SPDX-License-Identifier: Apache-2.0
// Where the raw value of a cumulative counter comes from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "joulemark/sensor.h"
#include "sensors/counters/wrap_counter.h"
#include "sensors/sysfs_file.h"

namespace joulemark::sensors {

/// The step of most RAPL registers, joules; where nobody tells another.
inline constexpr double kUsualRaplStepJ = 1.0 / 16384;
/// Between two updates of a RAPL register (Intel SDM vol. 3: "about 1 ms"; AMD likewise).
inline constexpr double kRaplUpdateS = 0.001;

/// An open counter.
class CounterSource {
 public:
  virtual ~CounterSource() = default;
  /// Its value now; empty when it cannot be read. Allocates nothing and never throws.
  virtual std::optional<std::uint64_t> read() = 0;
};

/// A kernel file that holds one number.
class FileCounter final : public CounterSource {
 public:
  explicit FileCounter(SysfsFile file) : file_(std::move(file)) {}
  std::optional<std::uint64_t> read() override;

 private:
  SysfsFile file_;
};

/// A counter of one scope.
struct Counter {
  ScopeInfo scope;
  CounterRange range;
  double step_j = 0;    ///< by which it rises, one raw value or more
  double update_s = 0;  ///< between two updates, as its driver tells; 0: nobody does
  std::unique_ptr<CounterSource> source;
};

}  // namespace joulemark::sensors
