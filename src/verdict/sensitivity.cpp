// SPDX-License-Identifier: Apache-2.0
// Each analysis gives every configuration another ratio to the best. It contradicts a standing
// where that ratio lies on the other side of what the standing says.
#include "verdict/sensitivity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "stats/descriptive.h"
#include "stats/hodges_lehmann.h"
#include "stats/paired.h"
#include "verdict/block_table.h"
#include "verdict/flagged.h"
#include "verdict/phrases.h"

namespace joulemark::verdict {
namespace {

using Row = std::vector<double>;
using Table = std::vector<Row>;
using Indices = std::vector<std::size_t>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// What one analysis says of one configuration; no estimate where it cannot say anything.
struct Finding {
  stats::Interval ratio;
  bool shown = true;  ///< false: it needs an interval above 1 to agree, and has none
};

/// ln of a over b in the blocks that both have.
Row log_ratios(const Row& a, const Row& b) {
  Row ratios;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] > 0 && b[i] > 0 && std::isfinite(a[i]) && std::isfinite(b[i]))
      ratios.push_back(std::log(a[i]) - std::log(b[i]));
  return ratios;
}

stats::Interval point(double ratio) {
  return {.estimate = ratio, .lo = kNaN, .hi = kNaN, .outcome = stats::Outcome::kTooFew};
}

struct Scene {
  const Table& values;
  std::size_t best;
  double level;  ///< of one interval, so that all hold together
};

Finding by_median(const Scene& scene, std::size_t i) {
  return {point(std::exp(stats::median(log_ratios(scene.values[i], scene.values[scene.best]))))};
}

Finding by_ranks(const Scene& scene, std::size_t i) {
  const Row ratios = log_ratios(scene.values[i], scene.values[scene.best]);
  const Row zeros(ratios.size(), 0.0);
  stats::Interval interval = stats::hodges_lehmann_paired(ratios, zeros, scene.level);
  if (!interval.bounded()) return {point(kNaN)};
  interval.estimate = std::exp(interval.estimate);
  interval.lo = std::exp(interval.lo);
  interval.hi = std::exp(interval.hi);
  return {interval, interval.lo > 1};
}

Finding by_mean(const Scene& scene, std::size_t i) {
  const Row ratios = log_ratios(scene.values[i], scene.values[scene.best]);
  return {point(ratios.empty() ? kNaN : std::exp(stats::mean(ratios)))};
}

bool contradicts(Standing standing, const Finding& finding, double margin) {
  const double ratio = finding.ratio.estimate;
  switch (standing) {
    case Standing::kWorse:
      return ratio <= 1 + margin || !finding.shown;
    case Standing::kBehind:
      return ratio < 1;
    case Standing::kTied:
      return ratio > 1 + margin || ratio < 1 / (1 + margin);
    case Standing::kBest:
    case Standing::kUnresolved:
    case Standing::kUnranked:
      break;
  }
  return false;
}

class Comparer {
 public:
  Comparer(const Judgement& judgement, Indices cells, double margin)
      : judgement_(judgement), cells_(std::move(cells)), margin_(margin) {}

  /// The sensitivity of one analysis; `analyse` gives its finding of a configuration.
  template <class Analyse>
  Sensitivity operator()(std::string name, const Scene& scene, const Analyse& analyse) const {
    Sensitivity result{.analysis = std::move(name), .check = Check::kUnchecked, .detail = {}};
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const Cell& cell = judgement_.cells[cells_[i]];
      if (i == scene.best || !claims(cell.standing)) continue;
      const Finding finding = analyse(scene, i);
      if (!std::isfinite(finding.ratio.estimate)) return too_few(std::move(result));
      if (contradicts(cell.standing, finding, margin_)) {
        result.check = Check::kConditional;
        result.detail = fmt::format("{} needs {}", cell.label, more_text(finding.ratio, margin_));
        return result;
      }
      result.check = Check::kStable;
    }
    return result;
  }

 private:
  static bool claims(Standing standing) {
    return standing == Standing::kWorse || standing == Standing::kBehind ||
           standing == Standing::kTied;
  }
  static Sensitivity too_few(Sensitivity result) {
    result.check = Check::kUnchecked;
    result.detail = "too few repetitions";
    return result;
  }

  const Judgement& judgement_;
  Indices cells_;
  double margin_;
};

/// Of those that the race left out too few repetitions are there for another analysis.
Indices ranked_cells(const Judgement& judgement, const ModelVerdict& model) {
  Indices cells;
  for (const std::size_t c : model.cells)
    if (judgement.cells[c].ranked() && !judgement.cells[c].left_out) cells.push_back(c);
  return cells;
}

bool ranks_by_energy(const ModelVerdict& model) {
  return model.primary == MetricId::kEnergy || model.primary == MetricId::kEnergyPerToken;
}

/// Why a configuration's energies without the idle power tell nothing; "" where they do.
std::string net_obstacle(const Cell& cell) {
  constexpr double kDeviations = 2;
  const Estimate& net = cell.estimate(MetricId::kEnergyAboveIdle);
  const Estimate& u = cell.estimate(MetricId::kEnergyAboveIdleUncertainty);
  if (net.n == 0) return "the idle power was not measured";
  if (u.n > 0 && net.median.estimate <= kDeviations * u.median.estimate)
    return fmt::format("what {} needs above idle is within its uncertainty", cell.label);
  return "";
}

/// Whether energies without the idle power are to be looked at; `detail` says why they cannot be.
bool net_of_idle(const Judgement& judgement, const ModelVerdict& model, Sensitivity& result) {
  if (!ranks_by_energy(model)) return false;
  result = {.analysis = "net of idle", .check = Check::kUnchecked, .detail = {}};
  for (const std::size_t c : model.cells) {
    const Cell& cell = judgement.cells[c];
    if (cell.ranked() && result.detail.empty()) result.detail = net_obstacle(cell);
  }
  return true;
}

std::string flagged_name(std::size_t flagged) {
  return fmt::format("without {} flagged repetition{}", flagged, flagged == 1 ? "" : "s");
}

/// "by medians", and "without 2 flagged repetitions" and "net of idle" as they are.
const char* by_word(const std::string& analysis) {
  return analysis == "medians" || analysis == "ranks" ? "by " : "";
}

}  // namespace

std::vector<Sensitivity> find_sensitivities(const ExperimentRecord& record,
                                            const Judgement& judgement, const ModelVerdict& model) {
  const Indices cells = ranked_cells(judgement, model);
  if (cells.size() < 2 || !model.best) return {};
  const Table values = block_table(record, judgement, cells, model.primary);
  const auto best =
      static_cast<std::size_t>(std::find(cells.begin(), cells.end(), *model.best) - cells.begin());
  const double level = stats::bonferroni_level(0.95, cells.size() * (cells.size() - 1) / 2);
  const Scene scene{values, best, level};
  const Comparer compare(judgement, cells, record.experiment.margin);
  std::vector<Sensitivity> all = {compare("medians", scene, by_median),
                                  compare("ranks", scene, by_ranks)};
  const auto [kept, flagged] = without_flagged(values);
  if (!flagged.empty())
    all.push_back(compare(flagged_name(flagged.size()), {kept, best, level}, by_mean));
  if (Sensitivity net; net_of_idle(judgement, model, net)) {
    const Table above = block_table(record, judgement, cells, MetricId::kEnergyAboveIdle);
    all.push_back(net.detail.empty() ? compare(net.analysis, {above, best, level}, by_mean) : net);
  }
  return all;
}

std::string stability_text(const ModelVerdict& model) {
  std::vector<std::string> stable;
  for (const Sensitivity& each : model.sensitivities) {
    if (each.check == Check::kConditional)
      return fmt::format(" Conditional on the analysis: {}{}, {}.", by_word(each.analysis),
                         each.analysis, each.detail);
    if (each.check == Check::kStable) stable.push_back(each.analysis);
  }
  const bool claims = model.outcome == Outcome::kBetter || model.outcome == Outcome::kTie;
  return stable.empty() || !claims ? "" : fmt::format(" Stable ({}).", fmt::join(stable, ", "));
}

}  // namespace joulemark::verdict
