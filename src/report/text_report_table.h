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

  /// One table where all columns fit `width` (0: no limit). Else the first holds the metric that
  /// ranks, the ratio to the best, unequal numbers of repetitions and the most important of the
  /// other metrics, and those that do not fit follow in further tables of the same rows.
  [[nodiscard]] std::vector<TextTable> fit(std::size_t width) const;

 private:
  using Metrics = std::vector<verdict::MetricId>;
  [[nodiscard]] Metrics metrics_above(int least) const;
  [[nodiscard]] Metrics in_first(std::size_t width) const;
  [[nodiscard]] TextTable first_part(const Metrics& metrics) const;
  [[nodiscard]] TextTable further_part(const Metrics& metrics) const;
  /// A head and one text per row.
  struct LabelledColumn {
    std::vector<std::string> texts;
    Align align;
  };
  [[nodiscard]] std::vector<LabelledColumn> metric_columns(const Metrics& metrics) const;
  [[nodiscard]] TextTable build(const std::vector<LabelledColumn>& columns) const;
  [[nodiscard]] std::vector<std::string> metric_cells(verdict::MetricId id) const;
  [[nodiscard]] std::vector<std::string> ratio_cells() const;
  [[nodiscard]] std::vector<std::string> count_cells() const;

  const verdict::Judgement* judgement_;
  verdict::MetricId primary_;
  std::vector<const verdict::Cell*> cells_;
};

/// One line that explains the marks and columns that the tables of `judgement` have.
std::string table_legend(const verdict::Judgement& judgement, double margin);

}  // namespace joulemark::report
