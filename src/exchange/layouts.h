// SPDX-License-Identifier: Apache-2.0
// What files of other tools look like: the one table of layouts that can be imported.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "exchange/csv_trials.h"

namespace joulemark::exchange {

using Paths = std::vector<std::filesystem::path>;

/// One experiment that can be read.
struct ImportSource {
  std::string name;    ///< of the experiment, unless the user names it
  std::string origin;  ///< Experiment::origin
  std::function<Status(TrialCollector&)> read;
};

/// One layout.
struct Layout {
  const char* name;  ///< "gaissa"
  const char* help;  ///< whose files they are
  /// Whether the paths look like this; reads no more than the heads of files.
  bool (*fits)(const Paths&);
  /// The experiments that the paths hold. kUsage when there are none.
  Result<std::vector<ImportSource>> (*sources)(const Paths&, const CsvMap&);
  bool takes_map = false;  ///< whether the user's map of columns is for it
};

/// Every layout, the most special first.
std::span<const Layout> layouts();

/// The layout of that name, or for "" the first that fits. kUsage: no such layout, none that fits,
/// a path that is not there, or a map where the layout brings its own.
Result<const Layout*> choose_layout(const std::string& name, const Paths& paths, const CsvMap& map);

/// What the experiment is, once its trials were read.
Experiment experiment_of(const ImportSource& source, const TrialCollector& collector);

}  // namespace joulemark::exchange
