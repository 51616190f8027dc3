// SPDX-License-Identifier: Apache-2.0
// The product of the factors, and one seeded shuffle per block.
#include "plan/plan.h"

#include <algorithm>
#include <string>

#include "base/arrivals.h"
#include "base/endpoint_name.h"
#include "base/random.h"

namespace joulemark::plan {
namespace {

/// What a process start, opening an engine and reading a model take on an ordinary machine; only
/// the estimate before the first trial rests on it, later ones are measured.
constexpr double kStartAndLoadSeconds = 0.6;
/// A warm-up seldom ends at its floor, nor at its cap.
constexpr double kTypicalWarmupSeconds = 1.0;

std::string level_of(const Configuration& cell, const std::string& factor) {
  if (factor == "engine") return cell.engine;
  if (factor == "provider") return cell.provider;
  if (factor == "precision") return cell.precision;
  if (factor == "threads") return std::to_string(cell.threads);
  if (factor == "batch") return std::to_string(cell.batch);
  return {};
}

bool matches(const Configuration& cell, const Exclusion& exclusion) {
  return !exclusion.empty() &&
         std::all_of(exclusion.begin(), exclusion.end(), [&](const auto& entry) {
           return level_of(cell, entry.first) == entry.second;
         });
}

/// The options of "name", overlaid with those of "name@version"; those of "http", overlaid with
/// those of "http:URL".
std::map<std::string, std::string> options_of(const Experiment& experiment,
                                              const std::string& engine) {
  std::map<std::string, std::string> options;
  const std::string name = engine_family(engine);
  for (const auto& key : {name, engine}) {
    const auto found = experiment.engine_options.find(key);
    if (found == experiment.engine_options.end()) continue;
    for (const auto& [option, value] : found->second) options[option] = value;
  }
  return options;
}

/// `cells`, each once per level; `set` puts a level into a cell.
template <class Level, class Set>
std::vector<Configuration> times(const std::vector<Configuration>& cells,
                                 const std::vector<Level>& levels, Set set) {
  std::vector<Configuration> product;
  product.reserve(cells.size() * levels.size());
  for (const auto& cell : cells) {
    for (const auto& level : levels) {
      product.push_back(cell);
      set(product.back(), level);
    }
  }
  return product;
}

}  // namespace

std::vector<Configuration> configurations(const Experiment& experiment) {
  Configuration first;
  first.affinity = experiment.affinity;
  const Factors& factors = experiment.factors;
  auto cells = times({first}, factors.engine, [&](Configuration& cell, const std::string& level) {
    cell.engine = level;
    cell.options = options_of(experiment, level);
  });
  cells = times(cells, factors.provider, [](Configuration& c, const auto& v) { c.provider = v; });
  cells = times(cells, factors.precision, [](Configuration& c, const auto& v) { c.precision = v; });
  cells = times(cells, factors.threads, [](Configuration& c, int v) { c.threads = v; });
  cells = times(cells, factors.batch, [](Configuration& c, int v) { c.batch = v; });
  std::erase_if(cells, [&](const Configuration& cell) {
    return std::any_of(experiment.exclusions.begin(), experiment.exclusions.end(),
                       [&](const Exclusion& exclusion) { return matches(cell, exclusion); });
  });
  return cells;
}

std::vector<PlannedTrial> make_plan(const Experiment& experiment) {
  const auto cells = configurations(experiment);
  std::vector<PlannedTrial> plan;
  for (int block = 0; block < experiment.protocol.repetitions; ++block) {
    std::vector<PlannedTrial> trials;
    for (std::size_t model = 0; model < experiment.models.size(); ++model)
      for (const auto& cell : cells)
        trials.push_back({.block = block, .position = 0, .model = model, .configuration = cell});
    Random random(experiment.seed, static_cast<std::uint64_t>(block));
    shuffle(trials, random);
    int position = 0;
    for (auto& trial : trials) {
      trial.position = position++;
      plan.push_back(std::move(trial));
    }
  }
  return plan;
}

double window_seconds(const Experiment& experiment, double window_s) {
  const double rate = experiment.protocol.rate;
  if (rate <= 0) return window_s;
  return static_cast<double>(
             request_count(rate, {.min_ns = to_nanoseconds(window_s),
                                  .min_requests = experiment.protocol.min_iterations})) /
         rate;
}

TimeEstimate estimate_time(const Experiment& experiment, const Lengths& lengths) {
  const Protocol& protocol = experiment.protocol;
  const double warmup = std::clamp(kTypicalWarmupSeconds, protocol.warmup_min_s,
                                   std::max(protocol.warmup_min_s, protocol.warmup_max_s));
  const double window = window_seconds(experiment, lengths.window_s);
  const auto trial_s = [&](int windows) {
    return std::min(protocol.time_limit_s, kStartAndLoadSeconds + protocol.idle_s + warmup +
                                               protocol.ready_s + windows * window);
  };
  const int blocks = std::max(0, protocol.repetitions);
  const std::size_t models = experiment.models.size();
  const std::size_t of_text = std::min(lengths.language_models, models);
  const std::size_t each = configurations(experiment).size() * static_cast<std::size_t>(blocks);
  const double trials_s =
      static_cast<double>(each) * (trial_s(1) * static_cast<double>(models - of_text) +
                                   trial_s(2) * static_cast<double>(of_text));
  return {.seconds = trials_s + lengths.bracket_s * (blocks + 1),
          .trials = static_cast<int>(models * each)};
}

}  // namespace joulemark::plan
