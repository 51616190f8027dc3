// SPDX-License-Identifier: Apache-2.0
#include "verdict/flagged.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "stats/descriptive.h"
#include "stats/outliers.h"
#include "verdict/block_table.h"
#include "verdict/same_work.h"

namespace joulemark::verdict {
namespace {

using Row = std::vector<double>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool counts(double value) {
  return value > 0 && std::isfinite(value);
}

/// Geometric mean of a over b in the blocks that both have.
double ratio(const Row& a, const Row& b) {
  Row logs;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (counts(a[i]) && counts(b[i])) logs.push_back(std::log(a[i] / b[i]));
  return logs.empty() ? kNaN : std::exp(stats::mean(logs));
}

/// The blocks of block_table's columns.
std::vector<int> blocks_of(const ExperimentRecord& record, const Judgement& judgement,
                           const std::vector<std::size_t>& cells) {
  std::set<int> blocks;
  for (const std::size_t c : cells)
    for (const std::size_t trial : judgement.cells[c].trials)
      blocks.insert(record.trials[trial].block);
  return {blocks.begin(), blocks.end()};
}

std::string text_of(const Judgement& judgement, const Flags& flags) {
  std::vector<std::string> who;
  for (const Flags::Repetition& each : flags.repetitions)
    who.push_back(fmt::format("{} in block {} ({:.3g} × its median)",
                              full_name(judgement, judgement.cells[each.cell]), each.block + 1,
                              each.times_median));
  std::vector<std::string> ratios;
  for (const Flags::Change& each : flags.changes)
    ratios.push_back(fmt::format("{} {:.3f} instead of {:.3f}",
                                 full_name(judgement, judgement.cells[each.cell]), each.without,
                                 each.with));
  return names(who) + (ratios.empty() ? "" : "; without, ratios to the best: " + names(ratios));
}

}  // namespace

WithoutFlagged without_flagged(const std::vector<Row>& values) {
  WithoutFlagged result{.kept = values, .flagged = {}};
  for (std::size_t r = 0; r < values.size(); ++r) {
    Row logs;
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < values[r].size(); ++i) {
      if (!counts(values[r][i])) continue;
      logs.push_back(std::log(values[r][i]));
      columns.push_back(i);
    }
    for (const std::size_t at : stats::flag_by_modified_z(logs).indices) {
      result.kept[r][columns[at]] = kNaN;
      result.flagged.push_back({r, columns[at], std::exp(logs[at] - stats::median(logs))});
    }
  }
  return result;
}

Flags find_flags(const ExperimentRecord& record, const Judgement& judgement,
                 const ModelVerdict& model) {
  Flags flags;
  std::vector<std::size_t> cells;
  for (const std::size_t c : model.cells)
    if (judgement.cells[c].ranked()) cells.push_back(c);
  const auto best = std::find(cells.begin(), cells.end(), model.best.value_or(0));
  if (!model.best || best == cells.end()) return flags;
  const std::vector<Row> values = block_table(record, judgement, cells, model.primary);
  const auto [kept, flagged] = without_flagged(values);
  if (flagged.empty()) return flags;
  const auto blocks = blocks_of(record, judgement, cells);
  for (const auto& place : flagged)
    flags.repetitions.push_back({cells[place.row], blocks[place.column], place.times_median});
  const auto reference = static_cast<std::size_t>(best - cells.begin());
  for (std::size_t r = 0; r < cells.size(); ++r) {
    if (r == reference) continue;
    const Flags::Change change{cells[r], ratio(values[r], values[reference]),
                               ratio(kept[r], kept[reference])};
    const bool are_known = std::isfinite(change.with) && std::isfinite(change.without);
    if (are_known && change.with != change.without) flags.changes.push_back(change);
  }
  return flags;
}

std::string flags_text(const Judgement& judgement) {
  std::string text;
  for (const ModelVerdict& model : judgement.models) {
    if (model.flags.repetitions.empty()) continue;
    text += (text.empty() ? "" : "; ") + text_of(judgement, model.flags);
  }
  return text.empty() ? "" : "repetitions that stand out, counted like all others: " + text;
}

}  // namespace joulemark::verdict
