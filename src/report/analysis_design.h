// SPDX-License-Identifier: Apache-2.0
// The parts of an analysis that its design asks for, as JSON and as tables.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "report/analysis.h"

namespace joulemark::report {

nlohmann::ordered_json correlation_json(const CorrelationAnalysis& correlation);
nlohmann::ordered_json factorial_json(const FactorialAnalysis& factorial);
nlohmann::ordered_json mixed_json(const MixedAnalysis& mixed);
nlohmann::ordered_json nested_json(const Analysis& analysis);

table::Table correlation_table(const Analysis& analysis);
table::Table factorial_table(const Analysis& analysis);
table::Table mixed_table(const Analysis& analysis);
table::Table nested_table(const Analysis& analysis);
table::Table nested_ratios_table(const Analysis& analysis);

}  // namespace joulemark::report
