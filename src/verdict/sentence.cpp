// SPDX-License-Identifier: Apache-2.0
// One sentence per outcome; every number in it has its interval, or the reason why it has none.
#include "verdict/sentence.h"

#include <fmt/format.h>

#include <algorithm>

#include "verdict/phrases.h"
#include "verdict/sensitivity.h"

namespace joulemark::verdict {
namespace {

using Indices = std::vector<std::size_t>;

/// Of configurations that are not ranked.
constexpr std::size_t kReasonsInFull = 2;

/// The sentence's material: one model, its cells by standing, each group best first.
struct Scene {
  const Judgement& judgement;
  const ModelVerdict& model;
  double margin;
  Indices tied, behind, worse, unranked;
  /// Not told from the best, by what their intervals are like: around 1, below it, none because of
  /// too few common blocks, none because of no common block.
  Indices even, below, few, apart;

  [[nodiscard]] const Cell& cell(std::size_t index) const { return judgement.cells[index]; }
  [[nodiscard]] const std::string& best() const { return cell(*model.best).label; }
  [[nodiscard]] const char* noun() const { return metric(model.primary).title; }
  [[nodiscard]] std::string margin_text() const { return percent_text(margin); }
  [[nodiscard]] std::string more(std::size_t index) const {
    return more_text(cell(index).ratio.interval, margin);
  }
};

Indices& unresolved_group(Scene& scene, const Ratio& ratio) {
  if (ratio.blocks == 0) return scene.apart;
  if (!ratio.interval.bounded()) return scene.few;
  return ratio.interval.hi < 1 ? scene.below : scene.even;
}

Scene scene_of(const Judgement& judgement, const ModelVerdict& model, double margin) {
  Scene scene{judgement, model, margin, {}, {}, {}, {}, {}, {}, {}, {}};
  for (const std::size_t c : model.cells) {
    const Cell& cell = judgement.cells[c];
    if (cell.standing == Standing::kTied) scene.tied.push_back(c);
    if (cell.standing == Standing::kBehind) scene.behind.push_back(c);
    if (cell.standing == Standing::kUnresolved) unresolved_group(scene, cell.ratio).push_back(c);
    if (cell.standing == Standing::kWorse) scene.worse.push_back(c);
    if (cell.standing == Standing::kUnranked) scene.unranked.push_back(c);
  }
  return scene;
}

std::string names(const Scene& scene, const Indices& group) {
  std::vector<std::string> labels;
  for (const std::size_t c : group) labels.push_back(scene.cell(c).label);
  return join(labels);
}

/// The form of a verb for as many subjects.
const char* verb(const Indices& group, const char* one, const char* several) {
  return group.size() == 1 ? one : several;
}

const char* have(const Indices& group) {
  return verb(group, "has", "have");
}

/// "B needs 2 % more [1 %, 3 %]".
std::string named(const Scene& scene, std::size_t cell) {
  return fmt::format("{} needs {}", scene.cell(cell).label, scene.more(cell));
}

/// What one of `group` needs, by its name where the group has others.
std::string example(const Scene& scene, const Indices& group, std::size_t cell) {
  return group.size() == 1 ? "needs " + scene.more(cell) : named(scene, cell);
}

std::string better(const Scene& scene) {
  const Cell& next = scene.cell(scene.worse.front());
  const Quantity less = saving(next.ratio.interval);
  return fmt::format("{} needs {} less {} than {}{}{}.", scene.best(), less.value, scene.noun(),
                     next.label, less.interval,
                     scene.worse.size() == 1
                         ? ""
                         : fmt::format(", the next of {} configurations", scene.worse.size() + 1));
}

/// Those outside the best set, after a sentence about those in it.
std::string worse(const Scene& scene) {
  const Indices& group = scene.worse;
  if (group.empty()) return "";
  return fmt::format(" {} {} worse by more than {}: {} needs {}.", names(scene, group),
                     verb(group, "is", "are"), scene.margin_text(),
                     group.size() == 1 ? "it" : scene.cell(group.front()).label,
                     scene.more(group.front()));
}

std::string tie(const Scene& scene) {
  const Indices& group = scene.tied;
  return fmt::format("tie: {} {} the same {} as {} within the margin of {} ({}).{}",
                     names(scene, group), verb(group, "needs", "need"), scene.noun(), scene.best(),
                     scene.margin_text(), example(scene, group, group.back()), worse(scene));
}

/// Who needs more, and by how much.
std::string behind(const Scene& scene) {
  const std::size_t first = scene.behind.front();
  if (scene.behind.size() == 1) return named(scene, first);
  return fmt::format("{} need more ({})", names(scene, scene.behind), named(scene, first));
}

/// Everything but the best needs more, and some perhaps no more than the margin.
std::string ahead(const Scene& scene) {
  return fmt::format(
      "{} is ahead in {}: {}; whether by more than the margin of {} is not resolved, more "
      "repetitions are needed.{}",
      scene.best(), scene.noun(), behind(scene), scene.margin_text(), worse(scene));
}

/// What keeps the best from being told from each group, those nearest to it first.
std::vector<std::string> clauses(const Scene& scene) {
  std::vector<std::string> result;
  const auto add = [&](const Indices& group, const std::string& predicate, std::size_t shown) {
    result.push_back(
        fmt::format("{} {} ({})", names(scene, group), predicate, example(scene, group, shown)));
  };
  if (const Indices& group = scene.tied; !group.empty()) {
    const char* are = verb(group, "is", "are");
    add(group, fmt::format("{} within {} of it", are, scene.margin_text()), group.back());
  }
  if (!scene.even.empty()) add(scene.even, "may need as little", scene.even.front());
  if (!scene.behind.empty()) {
    result.push_back(
        fmt::format("{}, whether by more than {} is open", behind(scene), scene.margin_text()));
  }
  if (const Indices& group = scene.below; !group.empty()) {
    add(group,
        fmt::format("{} less in the repetitions that both have", verb(group, "needs", "need")),
        group.front());
  }
  if (const Indices& group = scene.few; !group.empty()) {
    add(group, fmt::format("{} too few repetitions in common with it for an interval", have(group)),
        group.front());
  }
  if (const Indices& group = scene.apart; !group.empty()) {
    result.push_back(
        fmt::format("{} {} no repetition in common with it", names(scene, group), have(group)));
  }
  return result;
}

std::string unresolved(const Scene& scene) {
  const std::vector<std::string> all = clauses(scene);
  if (all.size() == 1 && !scene.behind.empty()) return ahead(scene);
  return fmt::format("not resolved: {} ranks first by {}, but {}. More repetitions are needed.{}",
                     scene.best(), scene.noun(), fmt::join(all, "; "), worse(scene));
}

/// Why there is nothing to compare the one with.
std::string why_single(const Scene& scene) {
  const auto attempted = [&](std::size_t c) {
    return scene.cell(c).finished + scene.cell(c).not_ok > 0;
  };
  if (scene.unranked.empty()) return "it is the only configuration measured";
  return std::all_of(scene.unranked.begin(), scene.unranked.end(), attempted)
             ? "it is the only configuration that can be ranked"
             : "not all configurations were attempted";
}

std::string single(const Scene& scene) {
  const Estimate& value = scene.cell(*scene.model.best).estimate(scene.model.primary);
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
  const std::string what =
      scene.model.primary == MetricId::kLatencyP95
          ? fmt::format("has a {} of {}", primary.title, text(value.median.estimate))
          : fmt::format("needs {} per inference", text(value.median.estimate));
  return fmt::format("{} {} {}; {}, so there is no comparison.", scene.best(), what, interval,
                     why_single(scene));
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

std::string left_out_sentence(const Cell& cell, double margin) {
  const LeftOut& left_out = *cell.left_out;
  const std::string more = more_text(left_out.ratio, margin);
  return fmt::format("{}: after {} blocks; it needs {} {} {}", cell.label, left_out.blocks, more,
                     more.find("times") == std::string::npos ? "than" : "as", left_out.against);
}

std::string model_sentence(const Judgement& judgement, const ModelVerdict& model, double margin) {
  const Scene scene = scene_of(judgement, model, margin);
  return fmt::format("{}, for {}, {}{}{}", judgement.where, model.model, core(scene),
                     stability_text(model), not_ranked(scene));
}

}  // namespace joulemark::verdict
