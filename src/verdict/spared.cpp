// SPDX-License-Identifier: Apache-2.0
#include "verdict/spared.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "plan/dismissed.h"
#include "verdict/phrases.h"
#include "verdict/same_work.h"

namespace joulemark::verdict {

std::size_t blocks_spared(const ExperimentRecord& record, const Judgement& judgement,
                          const Cell& cell) {
  const int all = record.experiment.protocol.repetitions;
  int blocks = judgement.models[cell.model].ended.value_or(all);
  if (cell.left_out) blocks = std::min(blocks, cell.left_out->blocks);
  plan::Dismissed dismissed(record.experiment);
  for (const std::size_t trial : cell.trials) dismissed.note(record.trials[trial]);
  blocks = std::min(
      blocks,
      dismissed.blocks_of({judgement.models[cell.model].model, cell.label}).value_or(blocks));
  // An older version measured it in every block all the same.
  blocks = std::max(blocks, cell.finished + cell.not_ok);
  return static_cast<std::size_t>(std::max(all - blocks, 0));
}

std::optional<std::string> left_out_caveat(const ExperimentRecord& record,
                                           const Judgement& judgement) {
  const auto count = std::count_if(judgement.cells.begin(), judgement.cells.end(),
                                   [](const Cell& cell) { return cell.left_out.has_value(); });
  if (count == 0) return std::nullopt;
  const Experiment& experiment = record.experiment;
  return fmt::format(
      "the race left {} of {} configurations out of further blocks, each when it was shown to need "
      "more than {} more than another one; the probability that the best one is among them is {} "
      "at most",
      count, judgement.cells.size(), percent_text(experiment.margin),
      percent_text(experiment.protocol.race));
}

std::optional<std::string> ended_early_caveat(const ExperimentRecord& record,
                                              const Judgement& judgement) {
  const Experiment& experiment = record.experiment;
  std::vector<std::string> who;
  for (const ModelVerdict& model : judgement.models)
    if (model.ended)
      who.push_back(fmt::format("{} (after {} of {} blocks)", model.model, *model.ended,
                                experiment.protocol.repetitions));
  if (who.empty()) return std::nullopt;
  return fmt::format(
      "the experiment ended early: the best one's value and the ratios to it were known to within "
      "{}, each by its own 95 % interval, in two successive blocks, for {}",
      percent_text(experiment.protocol.ratio_precision), names(who));
}

std::string different_spared(const ExperimentRecord& record, const Judgement& judgement) {
  std::size_t trials = 0;
  for (const Cell& cell : judgement.cells)
    if (cell.different > 0 && !cell.left_out) trials += blocks_spared(record, judgement, cell);
  if (trials == 0) return "";
  return fmt::format("; {} further trials were left out ('--different always' measures them)",
                     trials);
}

}  // namespace joulemark::verdict
