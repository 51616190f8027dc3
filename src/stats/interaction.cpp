// SPDX-License-Identifier: Apache-2.0
#include "stats/interaction.h"

#include <algorithm>
#include <cmath>

#include "stats/descriptive.h"
#include "stats/distribution.h"

namespace joulemark::stats {
namespace {

using Table = std::vector<std::vector<double>>;  ///< [treatment][block]

bool is_complete(const Table& table, std::size_t block) {
  return std::all_of(table.begin(), table.end(), [&](const std::vector<double>& row) {
    return block < row.size() && std::isfinite(row[block]) && row[block] > 0;
  });
}

/// ln of the complete blocks, as [treatment][block].
Table complete_logs(const Table& table) {
  Table logs(table.size());
  const std::size_t blocks = table.empty() ? 0 : table.front().size();
  for (std::size_t block = 0; block < blocks; ++block) {
    if (!is_complete(table, block)) continue;
    for (std::size_t t = 0; t < table.size(); ++t) logs[t].push_back(std::log(table[t][block]));
  }
  return logs;
}

/// Each value less the mean of its row, of its column, and plus that of all.
double squares_beyond_margins(const Table& table) {
  const std::size_t columns = table.front().size();
  std::vector<double> row_mean;
  std::vector<double> column_mean(columns, 0.0);
  for (const auto& row : table) {
    row_mean.push_back(mean(row));
    for (std::size_t c = 0; c < columns; ++c)
      column_mean[c] += row[c] / static_cast<double>(table.size());
  }
  const double grand = mean(row_mean);
  double squares = 0;
  for (std::size_t r = 0; r < table.size(); ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      const double rest = table[r][c] - row_mean[r] - column_mean[c] + grand;
      squares += rest * rest;
    }
  return squares;
}

}  // namespace

TestResult interaction(std::span<const Table> values) {
  TestResult result;
  if (values.size() < 2 || values.front().size() < 2) return result;
  const auto treatments = static_cast<double>(values.front().size());
  Table means;  // [subject][treatment]
  double residual = 0;
  double blocks = 0;
  double inverse = 0;
  for (const Table& table : values) {
    const Table logs = complete_logs(table);
    const auto n = static_cast<double>(logs.front().size());
    if (n < 2) return result;
    residual += squares_beyond_margins(logs);
    blocks += n - 1;
    inverse += 1 / n;
    std::vector<double>& row = means.emplace_back();
    for (const auto& treatment : logs) row.push_back(mean(treatment));
  }
  const auto subjects = static_cast<double>(values.size());
  const double df1 = (treatments - 1) * (subjects - 1);
  const double df2 = (treatments - 1) * blocks;
  const double between = subjects / inverse * squares_beyond_margins(means) / df1;
  if (!(residual > 0)) {
    result.outcome = Outcome::kConstant;
    return result;
  }
  const double f = between / (residual / df2);
  return {.statistic = f, .df1 = df1, .df2 = df2, .p = f_sf(df1, df2, f), .outcome = Outcome::kOk};
}

}  // namespace joulemark::stats
