// SPDX-License-Identifier: Apache-2.0
// What the columns of a CSV file say beyond groups: factors, random levels, nested repetition,
// another variable.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/analysis.h"
#include "table/long_data.h"

namespace joulemark::cli {

/// Columns by their part in the design. Which of them are asked for is what is analysed.
struct DesignColumns {
  std::string with;                 ///< a further column of numbers, or ""
  std::vector<std::string> random;  ///< among the columns of the group and the block
  std::vector<std::string> nested;  ///< of repetition, from the outermost
  std::vector<double> costs;        ///< of one repetition at each nested level, or none
};

/// Data as read_long gave them for the columns of `design()`.
struct DesignData {
  const table::LongData& data;
  const table::LongColumns& columns;
  const DesignColumns& design;
};

/// Where values stand among the columns read.
struct DesignPlace {
  std::size_t column = 0;  ///< of LongColumns::values
  const stats::BatteryOptions& options;
};

/// Of several columns of the group: analysis of variance and aligned ranks.
report::FactorialAnalysis factorial_of(const DesignData& design, std::size_t column);

/// With the factors of DesignColumns::random a sample.
report::MixedAnalysis mixed_of(const DesignData& design, std::size_t column);

/// Of DesignColumns::nested. `pairs` are those whose ratios are wanted; none on logarithms.
report::NestedAnalysis nested_of(const DesignData& design, const DesignPlace& place,
                                 const std::vector<stats::PairAnalysis>& pairs);

/// Of the rows in which both the column and DesignColumns::with, the last one read, have a value.
report::CorrelationAnalysis correlation_of(const DesignData& design, const DesignPlace& place);

}  // namespace joulemark::cli
