// SPDX-License-Identifier: Apache-2.0
// One row per caveat: its code, and the function that writes its message or nothing.
#include "verdict/caveats.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "plan/plan.h"
#include "verdict/calls.h"
#include "verdict/clock_faults.h"
#include "verdict/collect.h"
#include "verdict/disturbed.h"
#include "verdict/energy_basis.h"
#include "verdict/energy_scopes.h"
#include "verdict/executing_provider.h"
#include "verdict/fixed_rate.h"
#include "verdict/idle_faults.h"
#include "verdict/metric_name.h"
#include "verdict/phrases.h"
#include "verdict/plausible.h"
#include "verdict/repeats.h"
#include "verdict/same_work.h"
#include "verdict/served.h"
#include "verdict/settled.h"
#include "verdict/shared_board.h"
#include "verdict/simulated.h"
#include "verdict/spared.h"
#include "verdict/text_work.h"
#include "verdict/throttling.h"
#include "verdict/uniform_trials.h"

namespace joulemark::verdict {
namespace {

/// Below, an interval rests on the assumed distribution more than on data.
constexpr int kFewRepetitions = 5;
/// Between repetitions; 1 % is usual on a quiet machine.
constexpr double kNoisyCv = 0.05;

struct Facts {
  const ExperimentRecord& record;
  const Judgement& judgement;
};
using Message = std::optional<std::string>;

std::string engine_name(const Configuration& configuration) {
  return configuration.engine.substr(0, configuration.engine.find('@'));
}

template <class Predicate>
std::vector<std::string> cells_where(const Facts& facts, Predicate predicate) {
  std::vector<std::string> result;
  for (const Cell& cell : facts.judgement.cells) {
    if (predicate(cell)) result.push_back(full_name(facts.judgement, cell));
  }
  return result;
}

template <class Predicate>
std::size_t trials_where(const Facts& facts, Predicate predicate) {
  return static_cast<std::size_t>(
      std::count_if(facts.record.trials.begin(), facts.record.trials.end(), predicate));
}

std::size_t finished_trials(const Facts& facts) {
  return trials_where(facts, finished);
}

bool without_energy(const Cell& cell) {
  return cell.finished > 0 && cell.estimate(MetricId::kEnergy).n == 0;
}

/// What to do, which is nothing where somebody else measured.
std::string remedy(const Facts& facts, const char* text) {
  return facts.record.experiment.origin.empty() ? text : "";
}
constexpr const char* kAskDoctor = "; run 'joulemark doctor' for remedies";
constexpr const char* kRepeatMore = "; raise --repetitions";

/// The sentence of the first absent energy: why, and the remedy.
std::string energy_detail(const Facts& facts, const std::string& reason) {
  for (const TrialRecord& trial : facts.record.trials) {
    const Energy* total = total_energy(trial);
    if (total == nullptr || !finished(trial) || is_rankable(*total)) continue;
    if (!total->detail.empty()) return fmt::format("{} ({})", total->detail, reason);
  }
  return reason + remedy(facts, kAskDoctor);
}

std::string first_reason(const Facts& facts) {
  for (const Cell& cell : facts.judgement.cells) {
    if (without_energy(cell)) return cell.estimate(MetricId::kEnergy).reason;
  }
  return "no_sensor";
}

std::string time_word(const Facts& facts) {
  return facts.judgement.rate > 0 ? metric(time_metric(facts.judgement.rate)).title : "time";
}

Message energy_absent(const Facts& facts) {
  const auto& cells = facts.judgement.cells;
  const bool any = std::any_of(cells.begin(), cells.end(), without_energy);
  const bool some = std::any_of(cells.begin(), cells.end(), [](const Cell& cell) {
    return cell.finished > 0 && !without_energy(cell);
  });
  if (!any || some) return std::nullopt;
  const auto& models = facts.judgement.models;
  const MetricId time = time_metric(facts.judgement.rate);
  const bool by_time = std::all_of(models.begin(), models.end(), [&](const ModelVerdict& model) {
    return model.primary == time || model.primary == of_text(time);
  });
  return fmt::format("energy was not measured{}: {}",
                     by_time ? ", the ranking is by " + time_word(facts) : "",
                     energy_detail(facts, first_reason(facts)));
}

Message energy_partial(const Facts& facts) {
  const auto lacking = cells_where(facts, without_energy);
  if (lacking.empty() || energy_absent(facts)) return std::nullopt;
  return fmt::format(
      "energy was not measured for {}: {}; models with such a configuration are "
      "ranked by {}",
      names(lacking), energy_detail(facts, first_reason(facts)), time_word(facts));
}

Message energy_gaps(const Facts& facts) {
  const auto gaps = cells_where(facts, [](const Cell& cell) {
    const int n = cell.estimate(MetricId::kEnergy).n;
    return n > 0 && n < cell.finished;
  });
  if (gaps.empty()) return std::nullopt;
  return fmt::format("some trials have no energy and are left out of its comparison: {}",
                     names(gaps));
}

Message energy_coverage(const Facts& facts) {
  const std::size_t all = finished_trials(facts);
  std::vector<std::string> zones;
  bool left_out = false;
  bool fails = false;
  for (const MissingScope& missing : missing_scopes(facts.record)) {
    const std::string in =
        missing.trials < all ? fmt::format(" in {} of {} trials", missing.trials, all) : "";
    zones.push_back(fmt::format("{} ({}{})", missing.scope, missing.reason, in));
    left_out = left_out || missing.left_out > 0;
    fails = fails || missing.left_out < missing.trials;
  }
  if (zones.empty()) return std::nullopt;
  return fmt::format("the energy does not cover {}: {}{}{}{}", fmt::join(zones, ", "),
                     left_out ? "a zone that cannot be read is left out of every sum" : "",
                     left_out && fails ? ", and " : "",
                     fails ? "a trial in which a zone fails has no energy" : "",
                     remedy(facts, kAskDoctor));
}

Message null_engine(const Facts& facts) {
  const auto& cells = facts.judgement.cells;
  const bool any = std::any_of(cells.begin(), cells.end(), [](const Cell& cell) {
    return engine_name(cell.configuration) == "null";
  });
  if (!any) return std::nullopt;
  return "the null engine computes nothing: its numbers are the cost of measuring, not of a model";
}

Message different(const Facts& facts) {
  return different_caveat(facts.record, facts.judgement);
}

Message constraint_open(const Facts& facts) {
  const auto& open = facts.judgement.open_constraints;
  if (open.empty()) return std::nullopt;
  return fmt::format("a constraint is met by the estimate and not shown by its interval, for {}{}",
                     names(open), remedy(facts, "; raise --repetitions"));
}

Message not_compared(const Facts& facts) {
  if (facts.judgement.cells.size() < 2) return std::nullopt;
  const auto unchecked = trials_where(
      facts, [](const TrialRecord& trial) { return finished(trial) && !trial.agreement.compared; });
  if (unchecked == 0 || unchecked < finished_trials(facts)) return std::nullopt;
  return "the outputs were not compared with each other: nothing shows that the configurations do "
         "the same work";
}

Message precision(const Facts& facts) {
  return precision_caveat(facts.record, facts.judgement);
}

Message unknown_precision(const Facts& facts) {
  return unknown_precision_caveat(facts.record, facts.judgement);
}

Message unchecked(const Facts& facts) {
  return unchecked_caveat(facts.record, facts.judgement);
}

Message not_ok(const Facts& facts) {
  std::map<std::string, int> by_status;
  for (const TrialRecord& trial : facts.record.trials) {
    if (!finished(trial)) ++by_status[to_string(trial.status)];
  }
  if (by_status.empty()) return std::nullopt;
  std::string counts;
  int total = 0;
  for (const auto& [status, n] : by_status) {
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", n, status);
    total += n;
  }
  std::replace(counts.begin(), counts.end(), '_', ' ');
  const auto who = cells_where(facts, [](const Cell& cell) { return cell.not_ok > 0; });
  const std::string where = who.empty() ? "all succeeded when repeated" : names(who);
  return fmt::format("{} of {} trials did not finish ({}): {}", total, facts.record.trials.size(),
                     counts, where);
}

Message interrupted(const Facts& facts) {
  const Experiment& experiment = facts.record.experiment;
  const std::size_t cells = plan::configurations(experiment).size() * experiment.models.size();
  auto planned = cells * static_cast<std::size_t>(std::max(experiment.protocol.repetitions, 0));
  std::size_t attempted = 0;
  for (const Cell& cell : facts.judgement.cells) {
    attempted += static_cast<std::size_t>(cell.finished + cell.not_ok);
    planned -= blocks_spared(facts.record, facts.judgement, cell);
  }
  if (attempted >= planned) return std::nullopt;
  return fmt::format("{} of {} planned trials were not attempted: the experiment was interrupted",
                     planned - attempted, planned);
}

int most_repetitions(const Facts& facts) {
  int most = 0;
  for (const Cell& cell : facts.judgement.cells)
    if (cell.different == 0) most = std::max(most, cell.finished);
  return most;
}

Message one_repetition(const Facts& facts) {
  if (most_repetitions(facts) != 1) return std::nullopt;
  return "one repetition only: there is no interval and nothing can be resolved" +
         remedy(facts, kRepeatMore);
}

Message few_repetitions(const Facts& facts) {
  const int most = most_repetitions(facts);
  if (most < 2 || most >= kFewRepetitions) return std::nullopt;
  return fmt::format(
      "only {} repetitions: intervals are wide and rest on the assumption of normal logarithms{}",
      most, remedy(facts, kRepeatMore));
}

Message uneven(const Facts& facts) {
  const int most = most_repetitions(facts);
  const auto fewer = cells_where(facts, [&](const Cell& cell) {
    return cell.ranked() && !cell.left_out && 2 * cell.finished < most;
  });
  if (fewer.empty()) return std::nullopt;
  return fmt::format(
      "fewer than half of the {} repetitions finished for {}: its place is uncertain", most,
      names(fewer));
}

Message noisy(const Facts& facts) {
  const auto noisy_cells = [&](const Cell& cell) {
    const MetricId primary = facts.judgement.models[cell.model].primary;
    // How long requests wait depends on when a block's requests come.
    if (facts.judgement.rate > 0 && primary == MetricId::kLatencyP95) return false;
    const double cv = cell.estimate(primary).cv;
    return cell.ranked() && std::isfinite(cv) && cv > kNoisyCv;
  };
  const auto who = cells_where(facts, noisy_cells);
  if (who.empty()) return std::nullopt;
  double worst = 0;
  for (const Cell& cell : facts.judgement.cells) {
    if (!noisy_cells(cell)) continue;
    worst = std::max(worst, cell.estimate(facts.judgement.models[cell.model].primary).cv);
  }
  return fmt::format(
      "repetitions vary by up to {:.0f} % (coefficient of variation) for {}{}", 100 * worst,
      names(who),
      remedy(facts, ": close other programs, and run 'joulemark doctor' for what disturbs"));
}

struct Row {
  const char* code;
  Message (*message)(const Facts&);
};
constexpr Row kRows[] = {
    {"simulated", [](const Facts& facts) { return simulated_caveat(facts.record); }},
    {"shared_gpu", [](const Facts& facts) { return shared_board_caveat(facts.record); }},
    {"imported", [](const Facts& facts) { return imported_caveat(facts.record); }},
    {"interrupted", interrupted},
    {"left_out", [](const Facts& facts) { return left_out_caveat(facts.record, facts.judgement); }},
    {"ended_early",
     [](const Facts& facts) { return ended_early_caveat(facts.record, facts.judgement); }},
    {"energy_absent", energy_absent},
    {"energy_partial", energy_partial},
    {"energy_gaps", energy_gaps},
    {"energy_coverage", energy_coverage},
    {"energy_boundaries",
     [](const Facts& facts) { return boundaries_caveat(facts.record, facts.judgement); }},
    {"null_engine", null_engine},
    {"synthetic_weights", [](const Facts& facts) { return synthetic_caveat(facts.record); }},
    {"different", different},
    {"implausible",
     [](const Facts& facts) { return implausible_caveat(facts.record, facts.judgement); }},
    {"odd_windows",
     [](const Facts& facts) { return odd_windows_caveat(facts.record, facts.judgement); }},
    {"partly_elsewhere",
     [](const Facts& facts) { return partly_elsewhere_caveat(facts.record, facts.judgement); }},
    {"overloaded",
     [](const Facts& facts) { return overloaded_caveat(facts.record, facts.judgement); }},
    {"near_tie", [](const Facts& facts) { return near_tie_caveat(facts.record, facts.judgement); }},
    {"other_texts",
     [](const Facts& facts) { return other_texts_caveat(facts.record, facts.judgement); }},
    {"precision", precision},
    {"constraint_open", constraint_open},
    {"unknown_precision", unknown_precision},
    {"elsewhere",
     [](const Facts& facts) { return elsewhere_caveat(facts.record, facts.judgement); }},
    {"tokens_at_once",
     [](const Facts& facts) { return tokens_at_once_caveat(facts.record, facts.judgement); }},
    {"not_compared", not_compared},
    {"unchecked", unchecked},
    {"not_ok", not_ok},
    {"one_repetition", one_repetition},
    {"few_repetitions", few_repetitions},
    {"uneven", uneven},
    {"noisy", noisy},
    {"hot_start",
     [](const Facts& facts) { return hot_start_caveat(facts.record, facts.judgement); }},
    {"not_steady", [](const Facts& facts) { return not_steady_caveat(facts.record); }},
    {"few_calls", [](const Facts& facts) { return few_calls_caveat(facts.record); }},
    {"grouped_calls", [](const Facts& facts) { return grouped_calls_caveat(facts.record); }},
    {"rows_per_call", [](const Facts& facts) { return rows_per_call_caveat(facts.record); }},
    {"throttled", [](const Facts& facts) { return throttled_caveat(facts.record); }},
    {"thermal_throttled", [](const Facts& facts) { return thermal_caveat(facts.record); }},
    {"disturbed", [](const Facts& facts) { return disturbed_trials_caveat(facts.record); }},
    {"repeated", [](const Facts& facts) { return repeated_caveat(facts.record); }},
    {"preflight", [](const Facts& facts) { return disturbed_caveat(facts.record); }},
    {"idle_drift", [](const Facts& facts) { return idle_drift_caveat(facts.record); }},
    {"idle_busy", [](const Facts& facts) { return idle_busy_caveat(facts.record); }},
    {"suspended", [](const Facts& facts) { return suspended_caveat(facts.record); }},
    {"clock_stepped", [](const Facts& facts) { return clock_stepped_caveat(facts.record); }},
    {"several_machines", [](const Facts& facts) { return several_machines_caveat(facts.record); }},
    {"several_versions",
     [](const Facts& facts) { return several_versions_caveat(facts.record, facts.judgement); }},
};

}  // namespace

std::vector<Caveat> find_caveats(const ExperimentRecord& record, const Judgement& judgement) {
  const Facts facts{record, judgement};
  std::vector<Caveat> caveats;
  for (const Row& row : kRows) {
    if (Message message = row.message(facts)) caveats.push_back({row.code, std::move(*message)});
  }
  return caveats;
}

std::vector<const char*> caveat_codes() {
  std::vector<const char*> codes;
  for (const Row& row : kRows) codes.push_back(row.code);
  return codes;
}

}  // namespace joulemark::verdict
