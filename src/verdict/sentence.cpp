// SPDX-License-Identifier: Apache-2.0
// One sentence per outcome; every number in it has its interval, or the reason why it has none.
#include "verdict/sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace joulemark::verdict {
namespace {

using Indices = std::vector<std::size_t>;

constexpr std::size_t kNamesInFull = 4;
/// Of configurations that are not ranked.
constexpr std::size_t kReasonsInFull = 2;
/// From here on "3.5 times as much" reads better than "250 % more".
constexpr double kTimes = 2;

std::string decimal(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", std::abs(value), decimals);
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return value < 0 && !zero ? "−" + text : text;
}

/// Decimals that show the width of the interval, or about two digits where there is none.
int decimals_for(double value, double width, bool bounded) {
  const double scale = bounded ? width / 2 : std::abs(value) / 10;
  if (scale >= 1) return 0;
  return scale >= 0.1 ? 1 : 2;
}

struct Span {
  double value, lo, hi;
  bool bounded;
};

/// "23 % more [21 %, 25 %]".
std::string percent_more(const Span& span) {
  const int decimals = decimals_for(span.value, span.hi - span.lo, span.bounded);
  const std::string value = fmt::format("{} % more", decimal(span.value, decimals));
  if (!span.bounded) return value;
  return fmt::format("{} [{} %, {} %]", value, decimal(span.lo, decimals),
                     decimal(span.hi, decimals));
}

/// How much less the best one needs than a rival with this ratio: 1 − 1/r.
Span saving(const stats::Interval& ratio) {
  const auto less = [](double r) { return 100 * (1 - 1 / r); };
  return {less(ratio.estimate), less(ratio.lo), less(ratio.hi), ratio.bounded()};
}

std::string join(const std::vector<std::string>& names) {
  if (names.size() > kNamesInFull) {
    return fmt::format("{} and {} others", names.front(), names.size() - 1);
  }
  std::string text = names.empty() ? "" : names.front();
  for (std::size_t i = 1; i < names.size(); ++i) {
    text += (i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return text;
}

/// The sentence's material: one model, its ranked cells by standing.
struct Scene {
  const Judgement& judgement;
  const ModelVerdict& model;
  double margin;
  Indices tied, unresolved, worse, unranked;

  [[nodiscard]] const Cell& cell(std::size_t index) const { return judgement.cells[index]; }
  [[nodiscard]] const Cell& best() const { return cell(*model.best); }
  [[nodiscard]] const char* noun() const { return metric(model.primary).title; }
  [[nodiscard]] std::size_t ranked() const {
    return 1 + tied.size() + unresolved.size() + worse.size();
  }
};

Scene scene_of(const Judgement& judgement, const ModelVerdict& model, double margin) {
  Scene scene{judgement, model, margin, {}, {}, {}, {}};
  for (const std::size_t c : model.cells) {
    const Standing standing = judgement.cells[c].standing;
    if (standing == Standing::kTied) scene.tied.push_back(c);
    if (standing == Standing::kUnresolved) scene.unresolved.push_back(c);
    if (standing == Standing::kWorse) scene.worse.push_back(c);
    if (standing == Standing::kUnranked) scene.unranked.push_back(c);
  }
  return scene;
}

/// "A needs 23 % less time per inference than B [21 %, 25 %]".
std::string needs_less(const Scene& scene, const Cell& rival) {
  const Span span = saving(rival.ratio.interval);
  const int decimals = decimals_for(span.value, span.hi - span.lo, span.bounded);
  return fmt::format("{} needs {} % less {} than {} [{} %, {} %]", scene.best().label,
                     decimal(span.value, decimals), scene.noun(), rival.label,
                     decimal(span.lo, decimals), decimal(span.hi, decimals));
}

std::string better(const Scene& scene) {
  std::string text = needs_less(scene, scene.cell(scene.worse.front()));
  if (scene.ranked() > 2) text += fmt::format(", the next of {} configurations", scene.ranked());
  return text + ".";
}

/// What the best of the configurations outside the best set needs.
std::string next_worse(const Scene& scene) {
  if (scene.worse.empty()) return "";
  const Cell& next = scene.cell(scene.worse.front());
  return fmt::format(" The next, {}, {}.", next.label, more_than_best(next.ratio));
}

std::string tie(const Scene& scene) {
  std::vector<std::string> names = {scene.best().label};
  for (const std::size_t c : scene.tied) names.push_back(scene.cell(c).label);
  const Cell& farthest = scene.cell(scene.tied.back());
  return fmt::format("tie: {} need the same {} within the margin of {} ({} {}).{}", join(names),
                     scene.noun(), percent_text(scene.margin), farthest.label,
                     more_than_best(farthest.ratio), next_worse(scene));
}

/// Not resolved for want of an interval.
std::string too_few_blocks(const Scene& scene, const Cell& rival) {
  const char* why = rival.ratio.blocks == 0 ? "no block has both" : "one block gives no interval";
  const std::string difference =
      rival.ratio.blocks == 0 ? ""
                              : fmt::format(" and {} {}", rival.label, more_than_best(rival.ratio));
  return fmt::format("not resolved: {} has the lowest {}{}, but {}; more repetitions are needed.{}",
                     scene.best().label, scene.noun(), difference, why, next_worse(scene));
}

std::string unresolved(const Scene& scene) {
  const Cell& rival = scene.cell(scene.unresolved.front());
  const stats::Interval& ratio = rival.ratio.interval;
  if (!ratio.bounded()) return too_few_blocks(scene, rival);
  const std::size_t others = scene.unresolved.size() + scene.tied.size();
  if (others == 1 && ratio.lo > 1) {
    return fmt::format(
        "{}; whether that is more than the margin of {} is not resolved, more repetitions are "
        "needed.{}",
        needs_less(scene, rival), percent_text(scene.margin), next_worse(scene));
  }
  const std::string who =
      others == 1
          ? fmt::format("{} may need as little: it {}", rival.label, more_than_best(rival.ratio))
          : fmt::format("{} others may need as little, {} among them: it {}", others, rival.label,
                        more_than_best(rival.ratio));
  return fmt::format("not resolved: {} has the lowest {}, but {}; more repetitions are needed.{}",
                     scene.best().label, scene.noun(), who, next_worse(scene));
}

std::string single(const Scene& scene) {
  const Estimate& value = scene.best().estimate(scene.model.primary);
  const Metric& primary = metric(scene.model.primary);
  const Scale scale = scale_for(primary, value.median.estimate);
  const auto text = [&](double number) {
    return fmt::format("{} {}", format_scaled(primary, scale, number), scale.unit);
  };
  const std::string interval =
      value.median.bounded()
          ? fmt::format("[{}, {}]", text(value.median.lo), text(value.median.hi))
          : fmt::format("({}, no interval)",
                        value.n == 1 ? "one repetition" : fmt::format("{} repetitions", value.n));
  return fmt::format(
      "{} needs {} per inference {}; it is the only configuration{}, so there is no comparison.",
      scene.best().label, text(value.median.estimate), interval,
      scene.unranked.empty() ? "" : " that can be ranked");
}

/// "A (why), B (why)".
std::string unranked_with_reasons(const Scene& scene) {
  std::string text;
  for (const std::size_t c : scene.unranked) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", scene.cell(c).label,
                        scene.cell(c).reason);
  }
  return text;
}

std::string none(const Scene& scene) {
  if (scene.unranked.empty()) return "no trial was attempted.";
  if (scene.unranked.size() <= kReasonsInFull) {
    return fmt::format("nothing can be ranked: {}.", unranked_with_reasons(scene));
  }
  const Cell& first = scene.cell(scene.unranked.front());
  return fmt::format(
      "nothing can be ranked: {} ({}) and {} other configurations, listed with the reason.",
      first.label, first.reason, scene.unranked.size() - 1);
}

std::string core(const Scene& scene) {
  switch (scene.model.outcome) {
    case Outcome::kBetter:
      return better(scene);
    case Outcome::kTie:
      return tie(scene);
    case Outcome::kUnresolved:
      return unresolved(scene);
    case Outcome::kSingle:
      return single(scene);
    case Outcome::kNone:
      break;
  }
  return none(scene);
}

std::string not_ranked(const Scene& scene) {
  if (scene.unranked.empty() || scene.model.outcome == Outcome::kNone) return "";
  if (scene.unranked.size() > kReasonsInFull) {
    return fmt::format(" Not ranked: {} configurations, listed with the reason.",
                       scene.unranked.size());
  }
  return fmt::format(" Not ranked: {}.", unranked_with_reasons(scene));
}

}  // namespace

std::string percent_text(double fraction) {
  return fmt::format("{:g} %", 100 * fraction);
}

std::string more_than_best(const Ratio& ratio) {
  const stats::Interval& r = ratio.interval;
  if (r.estimate < kTimes) {
    const auto more = [](double value) { return 100 * (value - 1); };
    return "needs " + percent_more({more(r.estimate), more(r.lo), more(r.hi), r.bounded()});
  }
  const int decimals = std::max(1, decimals_for(r.estimate, r.hi - r.lo, r.bounded()));
  const std::string value = fmt::format("needs {} times as much", decimal(r.estimate, decimals));
  if (!r.bounded()) return value;
  return fmt::format("{} [{}, {}]", value, decimal(r.lo, decimals), decimal(r.hi, decimals));
}

std::string model_sentence(const Judgement& judgement, const ModelVerdict& model, double margin) {
  const Scene scene = scene_of(judgement, model, margin);
  return fmt::format("On this machine, for {}, {}{}", model.model, core(scene), not_ranked(scene));
}

std::string overall_sentence(const Judgement& judgement) {
  if (judgement.models.empty()) return "Nothing was measured.";
  if (judgement.models.size() == 1) return judgement.models.front().sentence;
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  const auto add = [&](const std::string& what, const std::string& model) {
    const auto found = std::find_if(groups.begin(), groups.end(),
                                    [&](const auto& group) { return group.first == what; });
    if (found != groups.end()) return found->second.push_back(model);
    groups.push_back({what, {model}});
  };
  for (const ModelVerdict& model : judgement.models) {
    if (model.outcome == Outcome::kBetter) {
      add(judgement.cells[*model.best].label + " is best for", model.model);
    }
    if (model.outcome == Outcome::kTie) add("a tie for", model.model);
    if (model.outcome == Outcome::kUnresolved) add("not resolved for", model.model);
    if (model.outcome == Outcome::kSingle) add("no comparison for", model.model);
    if (model.outcome == Outcome::kNone) add("nothing ranked for", model.model);
  }
  std::string text = fmt::format("On this machine, of {} models: ", judgement.models.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? "" : "; ", groups[i].first, join(groups[i].second));
  }
  return text + ".";
}

}  // namespace joulemark::verdict
