// SPDX-License-Identifier: Apache-2.0
// The page that the HTML report is written into: built from assets/report, embedded into the
// program.
#pragma once

#include <string_view>

#include "base/error.h"

namespace joulemark::report {

/// The page with its open slots `@@TITLE@@` (twice), `@@VERDICT@@`, `@@STATIC@@` and `@@DATA@@`,
/// in this order.
/// Fails with kMachine, saying why and what to do, when the program was built without it.
Result<std::string_view> html_page();

}  // namespace joulemark::report
