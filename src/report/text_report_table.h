// SPDX-License-Identifier: Apache-2.0
// The table of one model's ranked configurations in the text report, and what its columns mean.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/text_table.h"
#include "verdict/verdict.h"

namespace joulemark::report {

/// What a row's mark says of its configuration.
enum class Mark {
  kNone,        ///< ' ': worse than the best, or without a comparison
  kBest,        ///< '*': the best, or within the margin of it
  kUnresolved,  ///< '?': more repetitions are needed
};
Mark mark_of(const verdict::Judgement& judgement, const verdict::Cell& cell);

/// The ranked cells of one model.
class ModelTable {
 public:
  /// Keeps references to `judgement`.
  ModelTable(const verdict::Judgement& judgement, const verdict::ModelVerdict& model);
  [[nodiscard]] bool empty() const { return cells_.empty(); }
  [[nodiscard]] const verdict::Cell& cell(std::size_t row) const { return *cells_[row]; }

  /// With as many columns as fit `width` (0: all), the least important ones left out. The metric
  /// that ranks, the ratio to the best, and unequal numbers of repetitions are never left out.
  [[nodiscard]] TextTable fit(std::size_t width) const;
  /// The metrics that fit(width) shows.
  [[nodiscard]] std::vector<verdict::MetricId> shown(std::size_t width) const;

 private:
  [[nodiscard]] int least_that_fits(std::size_t width) const;
  [[nodiscard]] std::vector<verdict::MetricId> shown_above(int least) const;
  [[nodiscard]] TextTable build(int least) const;
  [[nodiscard]] std::vector<std::string> metric_cells(verdict::MetricId id) const;
  [[nodiscard]] std::vector<std::string> ratio_cells() const;
  [[nodiscard]] std::vector<std::string> count_cells() const;

  const verdict::Judgement* judgement_;
  verdict::MetricId primary_;
  std::vector<const verdict::Cell*> cells_;
};

/// One line that explains the marks and columns that the tables of `judgement` have at `width`.
std::string table_legend(const verdict::Judgement& judgement, double margin, std::size_t width);

}  // namespace joulemark::report
