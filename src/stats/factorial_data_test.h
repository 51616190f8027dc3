// SPDX-License-Identifier: Apache-2.0
// Designs that the tests of factorial analyses share.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "stats/factorial.h"
#include "stats/golden_csv_test.h"

namespace joulemark::stats {

/// A design that owns its data.
struct DesignData {
  std::vector<double> values;
  std::vector<std::vector<std::size_t>> levels;
  [[nodiscard]] FactorialDesign view() const { return {.values = values, .levels = levels}; }
};

/// tests/data/stats-golden/factorial_2x3.csv: engine, batch.
inline DesignData golden_design() {
  const std::map<std::string, std::size_t> level = {
      {"ort", 0}, {"torch", 1}, {"b1", 0}, {"b8", 1}, {"b32", 2}};
  DesignData data;
  data.levels.resize(2);
  for (const golden::Row& row : golden::read_csv("tests/data/stats-golden/factorial_2x3.csv")) {
    data.values.push_back(golden::number(row.at("y")));
    data.levels[0].push_back(level.at(row.at("engine")));
    data.levels[1].push_back(level.at(row.at("batch")));
  }
  return data;
}

/// Two values in each cell of 2 × 2 × 3 levels, the last factor fastest.
inline DesignData three_factors() {
  DesignData data;
  data.values = {5.1, 5.6, 7.2, 6.9, 8.8, 9.1, 6.3, 6.0, 7.7, 8.4, 9.9,  9.2,
                 4.8, 5.2, 8.1, 7.5, 8.6, 9.9, 7.9, 7.1, 7.4, 7.8, 12.1, 11.3};
  data.levels.resize(3);
  for (std::size_t i = 0; i < 24; ++i) {
    data.levels[0].push_back(i / 12);
    data.levels[1].push_back(i / 6 % 2);
    data.levels[2].push_back(i / 2 % 3);
  }
  return data;
}

/// The same observations in another order.
inline DesignData reversed(DesignData data) {
  std::reverse(data.values.begin(), data.values.end());
  for (auto& levels : data.levels) std::reverse(levels.begin(), levels.end());
  return data;
}

}  // namespace joulemark::stats
