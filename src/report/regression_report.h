// SPDX-License-Identifier: Apache-2.0
// A regression check as a table for every format, and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "table/document.h"
#include "verdict/regression.h"

namespace joulemark::report {

table::Document regression_document(const verdict::Regression& regression, double max_regression);

/// {"change", "metric", "max_regression", "sentence", "cells", "caveats"}.
nlohmann::ordered_json regression_json(const verdict::Regression& regression,
                                       double max_regression);

}  // namespace joulemark::report
