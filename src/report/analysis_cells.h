// SPDX-License-Identifier: Apache-2.0
// Cells and columns of the tables of an analysis.
#pragma once

#include <string>

#include "stats/interval.h"
#include "table/document.h"

namespace joulemark::report {

table::Cell text(std::string value);

/// A number as people read it and with all its digits; a dash with the reason where there is none.
table::Cell number(double value, const std::string& shown,
                   stats::Outcome outcome = stats::Outcome::kTooFew);

/// Four significant digits, and no exponent for what people are used to read without one.
std::string digits(double value);

/// "3.125 [2.000, 4.250]".
table::Cell interval_cell(const stats::Interval& interval);

/// "< 0.001", "0.012".
table::Cell p_cell(double p, stats::Outcome outcome);

/// Degrees of freedom; nothing where the test has none.
table::Cell df_cell(double df);

table::Column left(const char* head, const char* name);
table::Column right(const char* head, const char* name);

}  // namespace joulemark::report
