// SPDX-License-Identifier: Apache-2.0
// What `joulemark load` prints and writes.
#pragma once

#include <string>

#include "load/generator.h"
#include "load/summary.h"
#include "load/target.h"

namespace joulemark::cli {

/// Borrows everything.
struct LoadOutput {
  const load::Target& target;
  const load::Plan& plan;
  const load::Summary& summary;
};

/// One line of JSON; docs/load.md has the keys.
std::string load_json(const LoadOutput& from);

/// The same for people.
std::string load_text(const LoadOutput& from);

/// One row per request, warm-up included, in the order of their times; docs/load.md has the
/// columns.
std::string load_csv(const load::LoadRun& run);

}  // namespace joulemark::cli
