// SPDX-License-Identifier: Apache-2.0
#include "verdict/block_table.h"

#include <limits>
#include <map>

namespace joulemark::verdict {

std::vector<std::vector<double>> block_table(const ExperimentRecord& record,
                                             const Judgement& judgement,
                                             const std::vector<std::size_t>& cells, MetricId id) {
  std::map<int, std::size_t> column;
  for (const std::size_t c : cells) {
    for (const std::size_t trial : judgement.cells[c].trials) {
      column.emplace(record.trials[trial].block, 0);
    }
  }
  std::size_t next = 0;
  for (auto& [block, index] : column) index = next++;
  std::vector<std::vector<double>> table;
  for (const std::size_t c : cells) {
    std::vector<double>& row =
        table.emplace_back(column.size(), std::numeric_limits<double>::quiet_NaN());
    for (const std::size_t trial : judgement.cells[c].trials) {
      row[column[record.trials[trial].block]] =
          judgement.values[static_cast<std::size_t>(id)][trial];
    }
  }
  return table;
}

}  // namespace joulemark::verdict
