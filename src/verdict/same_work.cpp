// SPDX-License-Identifier: Apache-2.0
// Obstacles to a ranking, and what a ranking rests on.
#include "verdict/same_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "verdict/collect.h"
#include "verdict/fixed_rate.h"
#include "verdict/kv_cache.h"
#include "verdict/plausible.h"
#include "verdict/spared.h"
#include "verdict/text_work.h"

namespace joulemark::verdict {
namespace {

constexpr std::size_t kNamesInFull = 3;
/// The engine is asked for what it prefers, so whatever ran is what was asked for.
constexpr const char* kNative = "native";

std::string different_reason(const TrialRecord& trial) {
  const Agreement& agreement = trial.agreement;
  if (!agreement.compared && !trial.reason.empty()) return trial.reason;  // an imported trial
  const std::string reference = agreement.reference.empty() ? "the reference" : agreement.reference;
  const bool own = agreement.reference == configuration_label(trial.configuration);
  std::string text = own ? "not deterministic: its outputs differ from one run to the next"
                         : fmt::format("its outputs differ from those of {}", reference);
  if (!agreement.max_abs)  // no number tells it: another type or shape, or infinite
    return agreement.detail.empty() ? text : text + ": " + agreement.detail;
  text += fmt::format(" by up to {:.3g}", *agreement.max_abs);
  if (agreement.max_rel) text += fmt::format(" (relative {:.3g})", *agreement.max_rel);
  return text;
}

std::string failure_reason(const TrialRecord& trial) {
  std::string status = to_string(trial.status);
  std::replace(status.begin(), status.end(), '_', ' ');
  if (trial.reason.empty()) return status;
  return trial.reason.starts_with(status) ? trial.reason : status + ": " + trial.reason;
}

/// "" where the engine does not tell.
std::string precision_of(const TrialRecord& trial) {
  const auto precision = effective_value(trial, "precision");
  return precision.is_string() ? precision.get<std::string>() : std::string();
}

/// What ran, or what was asked for where the engine does not tell.
std::string likely_precision(const ExperimentRecord& record, const Cell& cell) {
  const std::string ran = effective_precision(record, cell);
  return ran.empty() ? cell.configuration.precision : ran;
}

bool keeps_its_label(const Cell& cell, const std::string& ran) {
  return cell.configuration.precision == kNative || cell.configuration.precision == ran;
}

/// Sets those of one model's cells aside that ran at another precision than asked for, where that
/// is not common to all.
void demand_one_precision(const ExperimentRecord& record, const Judgement& judgement,
                          const ModelVerdict& model, std::vector<std::string>& reasons) {
  std::map<std::size_t, std::string> precision;
  for (const std::size_t c : model.cells) {
    if (reasons[c].empty()) precision[c] = likely_precision(record, judgement.cells[c]);
  }
  const auto is_common = [&](const auto& entry) {
    return entry.second == precision.begin()->second;
  };
  if (std::all_of(precision.begin(), precision.end(), is_common)) return;
  for (const auto& [c, ran] : precision) {
    const Cell& cell = judgement.cells[c];
    if (keeps_its_label(cell, ran)) continue;
    reasons[c] = fmt::format("ran at {}, not {}", ran, cell.configuration.precision);
  }
}

/// Which other cells' outputs were compared with this one's, by model and label.
using Compared = std::set<std::pair<std::string, std::string>>;

Compared references_of_others(const ExperimentRecord& record) {
  Compared references;
  for (const TrialRecord& trial : record.trials) {
    const std::string& reference = trial.agreement.reference;
    if (trial.agreement.compared && reference != configuration_label(trial.configuration))
      references.emplace(trial.model, reference);
  }
  return references;
}

bool is_own_reference(const ExperimentRecord& record, const Cell& cell) {
  return !cell.trials.empty() &&
         std::all_of(cell.trials.begin(), cell.trials.end(), [&](std::size_t trial) {
           const Agreement& agreement = record.trials[trial].agreement;
           return agreement.compared && agreement.reference == cell.label;
         });
}

/// It loaded the model and then ended before its window: what the run itself met.
bool failed_to_run(const TrialRecord& trial) {
  return !finished(trial) && trial.phase(Phase::kLoad) && !trial.phase(Phase::kWarmup);
}

/// "; A loaded the model but could not run it on the same inputs: …" of another cell of its batch.
std::string rejection(const ExperimentRecord& record, const Judgement& judgement,
                      const Cell& cell) {
  for (std::size_t i = 0; i < record.trials.size(); ++i) {
    const TrialRecord& trial = record.trials[i];
    const Cell& other = judgement.cells[judgement.cell_of_trial[i]];
    const bool same_inputs =
        other.model == cell.model && other.configuration.batch == cell.configuration.batch;
    if (!same_inputs || !failed_to_run(trial)) continue;
    return fmt::format("; {} loaded the model but did not run it on the same inputs: {}",
                       other.label, trial.reason);
  }
  return "";
}

}  // namespace

std::string full_name(const Judgement& judgement, const Cell& cell) {
  if (judgement.models.size() < 2) return cell.label;
  return judgement.models[cell.model].model + ": " + cell.label;
}

std::string names(const std::vector<std::string>& all) {
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), kNamesInFull); ++i) {
    text += (i == 0 ? "" : ", ") + all[i];
  }
  if (all.size() > kNamesInFull) text += fmt::format(" and {} more", all.size() - kNamesInFull);
  return text;
}

std::string effective_precision(const ExperimentRecord& record, const Cell& cell) {
  std::set<std::string> told;
  for (const std::size_t trial : cell.trials) told.insert(precision_of(record.trials[trial]));
  told.erase("");
  std::string text;
  for (const std::string& precision : told) text += (text.empty() ? "" : "/") + precision;
  return text;
}

std::vector<std::string> obstacles(const ExperimentRecord& record, const Judgement& judgement) {
  std::vector<std::string> reasons(judgement.cells.size());
  for (std::size_t i = 0; i < record.trials.size(); ++i) {
    const TrialRecord& trial = record.trials[i];
    const std::size_t cell = judgement.cell_of_trial[i];
    const bool never = trial.status == TrialStatus::kDifferent;
    if (never) reasons[cell] = different_reason(trial);
    const bool failed = judgement.cells[cell].trials.empty();
    if (failed && reasons[cell].empty()) reasons[cell] = failure_reason(trial);
  }
  for (std::size_t c = 0; c < reasons.size(); ++c) {
    const Cell& cell = judgement.cells[c];
    if (cell.finished + cell.not_ok == 0) reasons[c] = "not attempted: interrupted";
  }
  for (const ModelVerdict& model : judgement.models) {
    demand_one_precision(record, judgement, model, reasons);
  }
  for (std::size_t c = 0; c < reasons.size(); ++c)
    if (reasons[c].empty()) reasons[c] = overload(record, judgement.cells[c]).value_or("");
  const auto implausible = find_implausible(record, judgement);
  for (std::size_t c = 0; c < reasons.size(); ++c)
    if (reasons[c].empty() && implausible[c]) reasons[c] = implausible[c]->message;
  demand_one_length(record, judgement, reasons);
  demand_one_cache(record, judgement, reasons);
  return reasons;
}

std::optional<std::string> imported_caveat(const ExperimentRecord& record) {
  const std::string& origin = record.experiment.origin;
  if (origin.empty()) return std::nullopt;
  return fmt::format(
      "imported from {}: Joulemark did not measure these trials, and cannot vouch that they did "
      "the "
      "same work or that energies and times are of the same windows",
      origin);
}

std::optional<std::string> different_caveat(const ExperimentRecord& record,
                                            const Judgement& judgement) {
  std::set<std::size_t> cells;
  bool compared = false;
  for (std::size_t i = 0; i < record.trials.size(); ++i) {
    const TrialRecord& trial = record.trials[i];
    if (trial.status != TrialStatus::kDifferent) continue;
    cells.insert(judgement.cell_of_trial[i]);
    compared = compared || trial.agreement.compared || trial.reason.empty();
  }
  if (cells.empty()) return std::nullopt;
  std::vector<std::string> who;
  for (const std::size_t c : cells) who.push_back(full_name(judgement, judgement.cells[c]));
  return fmt::format("{} the same and there is no ranking for {}{}",
                     compared ? "outputs differ from the reference beyond the tolerance, so the "
                                "work is not"
                              : "the imported file says that the work is not",
                     names(who), different_spared(record, judgement));
}

std::optional<std::string> precision_caveat(const ExperimentRecord& record,
                                            const Judgement& judgement) {
  std::vector<std::string> who;
  for (const Cell& cell : judgement.cells) {
    const std::string ran = effective_precision(record, cell);
    if (!cell.ranked() || ran.empty() || ran == cell.configuration.precision) continue;
    who.push_back(fmt::format("{} ran at {}, not {}", full_name(judgement, cell), ran,
                              cell.configuration.precision));
    if (cell.configuration.precision == kNative)
      who.back() = fmt::format("{} ran at {}", full_name(judgement, cell), ran);
  }
  if (who.empty()) return std::nullopt;
  return "the precision that ran is not the one that the label says: " + names(who);
}

std::optional<std::string> unknown_precision_caveat(const ExperimentRecord& record,
                                                    const Judgement& judgement) {
  std::vector<std::string> who;
  for (const Cell& cell : judgement.cells)
    if (cell.ranked() && likely_precision(record, cell).empty())
      who.push_back(full_name(judgement, cell));
  if (who.empty()) return std::nullopt;
  return fmt::format("it is not known at which precision these ran: {}", names(who));
}

std::optional<std::string> unchecked_caveat(const ExperimentRecord& record,
                                            const Judgement& judgement) {
  const Compared references = references_of_others(record);
  std::vector<std::string> who;
  std::string why;
  for (const Cell& cell : judgement.cells) {
    const std::string& model = judgement.models[cell.model].model;
    if (!is_own_reference(record, cell) || references.contains({model, cell.label})) continue;
    who.push_back(full_name(judgement, cell));
    if (why.empty()) why = rejection(record, judgement, cell);
  }
  if (who.empty()) return std::nullopt;
  return fmt::format("the outputs were checked against nothing for {}{}", names(who), why);
}

}  // namespace joulemark::verdict
