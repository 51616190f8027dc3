// SPDX-License-Identifier: Apache-2.0
#include "verdict/block_table.h"

#include <limits>
#include <map>
#include <string>
#include <utility>

namespace joulemark::verdict {
namespace {

/// Trials of one block that different machines, boots or states of a machine ran are no pair.
using Place = std::pair<int, std::string>;

Place place_of(const TrialRecord& trial) {
  return {trial.block, trial.host};
}

}  // namespace

std::vector<std::vector<double>> block_table(const ExperimentRecord& record,
                                             const Judgement& judgement,
                                             const std::vector<std::size_t>& cells, MetricId id) {
  std::map<Place, std::size_t> column;
  for (const std::size_t c : cells) {
    for (const std::size_t trial : judgement.cells[c].trials) {
      column.emplace(place_of(record.trials[trial]), 0);
    }
  }
  std::size_t next = 0;
  for (auto& [place, index] : column) index = next++;
  std::vector<std::vector<double>> table;
  for (const std::size_t c : cells) {
    std::vector<double>& row =
        table.emplace_back(column.size(), std::numeric_limits<double>::quiet_NaN());
    for (const std::size_t trial : judgement.cells[c].trials) {
      row[column[place_of(record.trials[trial])]] =
          judgement.values[static_cast<std::size_t>(id)][trial];
    }
  }
  return table;
}

}  // namespace joulemark::verdict
