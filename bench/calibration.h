// SPDX-License-Identifier: Apache-2.0
// Counts of how often tests cry out and intervals hold the truth, over simulated data sets.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "stats/best_set.h"
#include "stats/interval.h"

namespace joulemark::bench {

/// What values are drawn from.
struct Distribution {
  const char* name;
  double (*draw)(Random&);
  double mean, median, sd;
};

/// One column of the table: a distribution, and how many values a group has.
struct Case {
  const Distribution* distribution;
  std::size_t n;
};

/// Rows are made by their first count and stay in that order.
class Tally {
 public:
  explicit Tally(std::vector<Case> cases) : cases_(std::move(cases)) {}
  /// What is counted from now on is of cases[column].
  void begin(std::size_t column) { column_ = column; }

  /// Whether a test rejects at 5 %; a test without p does not.
  void alarm(const char* row, double p) { add(row, p <= 0.05 ? 1 : 0); }
  /// Whether the interval holds `truth`; one without ends is not counted.
  void cover(const char* row, const stats::Interval& interval, double truth);
  /// Whether the best set leaves a treatment out, or holds it.
  void excluded(const char* row, stats::Relation relation) {
    add(row, relation == stats::Relation::kWorse ? 1 : 0);
  }
  void kept(const char* row, stats::Relation relation) {
    add(row, relation == stats::Relation::kWorse ? 0 : 1);
  }

  /// A Markdown table of percentages.
  [[nodiscard]] std::string markdown() const;

 private:
  struct Share {
    int hits = 0;
    int of = 0;
  };
  struct Row {
    std::string name;
    std::vector<Share> shares;
  };
  Share& share(const char* row);
  void add(const char* row, int hit);

  std::vector<Case> cases_;
  std::size_t column_ = 0;
  std::vector<Row> rows_;
};

/// Draws one data set of the case for each method and counts what they say. `number` is that of
/// the set: slow methods take every fifth only.
void simulate(const Case& of, int number, Random& random, Tally& tally);

}  // namespace joulemark::bench
