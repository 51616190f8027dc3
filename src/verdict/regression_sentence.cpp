// SPDX-License-Identifier: Apache-2.0
#include "verdict/regression_sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "verdict/phrases.h"

namespace joulemark::verdict {
namespace {

std::string name_of(const CellChange& cell) {
  return fmt::format("{} on {}", cell.model, cell.label);
}

/// "4.2 %" for a ratio of 1.042.
std::string percent_of(double ratio) {
  const double percent = 100 * (ratio - 1);
  return fmt::format("{}{:.1f} %", percent < -0.05 ? "−" : "", std::abs(percent));
}

std::vector<const CellChange*> those(const Regression& regression, Change change) {
  std::vector<const CellChange*> cells;
  for (const CellChange& cell : regression.cells)
    if (cell.change == change) cells.push_back(&cell);
  return cells;
}

std::string regressed(const Regression& regression, const std::string& limit) {
  const auto cells = those(regression, Change::kRegressed);
  const CellChange& first = **std::max_element(
      cells.begin(), cells.end(),
      [](const CellChange* a, const CellChange* b) { return a->ratio.lo < b->ratio.lo; });
  const std::string others =
      cells.size() == 1 ? "" : fmt::format("; {} configurations regressed", cells.size());
  return fmt::format("Regression: {} needs {} more {} (at least {}), and {} is allowed{}.",
                     name_of(first), percent_of(first.ratio.estimate),
                     metric(regression.metric).title, percent_of(first.ratio.lo), limit, others);
}

std::string within(const Regression& regression, const std::string& limit) {
  double most = 0;
  for (const CellChange& cell : regression.cells) most = std::max(most, cell.ratio.hi);
  const std::string of = regression.cells.size() == 1
                             ? name_of(regression.cells.front())
                             : fmt::format("each of {} configurations", regression.cells.size());
  if (most <= 1)
    return fmt::format("No regression: {} needs no more {} than before ({} is allowed).", of,
                       metric(regression.metric).title, limit);
  return fmt::format("No regression: {} needs at most {} more {}, and {} is allowed.", of,
                     percent_of(most), metric(regression.metric).title, limit);
}

std::string unresolved(const Regression& regression, const std::string& limit) {
  const auto cells = those(regression, Change::kUnresolved);
  if (cells.empty()) return "Not resolved: BASE and NEW have no configuration in common.";
  const CellChange& first = *cells.front();
  const std::string others =
      cells.size() == 1 ? "" : fmt::format(" (and {} others)", cells.size() - 1);
  if (!first.reason.empty())
    return fmt::format("Not resolved: {}{} cannot be compared: {}.", name_of(first), others,
                       first.reason);
  const std::string remedy =
      first.repetitions_needed
          ? fmt::format("about {} repetitions of each would settle it", *first.repetitions_needed)
          : "more repetitions are needed";
  return fmt::format("Not resolved: {}{} needs from {} to {} more {}, and {} is allowed; {}.",
                     name_of(first), others, percent_of(first.ratio.lo), percent_of(first.ratio.hi),
                     metric(regression.metric).title, limit, remedy);
}

}  // namespace

std::string regression_sentence(const Regression& regression, double max_regression) {
  const std::string limit = percent_text(max_regression);
  switch (regression.change) {
    case Change::kRegressed:
      return regressed(regression, limit);
    case Change::kWithin:
      return within(regression, limit);
    case Change::kUnresolved:
      break;
  }
  return unresolved(regression, limit);
}

}  // namespace joulemark::verdict
