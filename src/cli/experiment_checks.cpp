// SPDX-License-Identifier: Apache-2.0
// Engines and models of an experiment, and where its file says what is wrong with them.
#include "cli/experiment_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/model_checks.h"
#include "model/onnx_summary.h"
#include "plan/plan.h"

namespace joulemark::cli {
namespace {

/// All mistakes; the kind is that of the first one.
struct Findings {
  std::vector<config::Issue> issues;
  ErrorKind kind = ErrorKind::kUsage;
};

/// Which setting of the model is to blame.
const char* setting_of(const ModelSpec& spec, const LocalModel& model) {
  if (model.problem) return "source";
  if (!model.description.empty() && !model::read_onnx_summary(model.description)) return "source";
  return spec.inputs == ModelSpec{}.inputs ? "shapes" : "inputs";
}

void check_each_model(const Experiment& experiment, const LocalModels& models, Findings& findings) {
  Experiment one = experiment;
  for (std::size_t i = 0; i < models.size(); ++i) {
    one.models = {experiment.models[i]};
    const auto checked = check_models(one, {models[i]});
    if (checked) continue;
    if (findings.issues.empty()) findings.kind = checked.error().kind;
    findings.issues.push_back(
        {.path = fmt::format("model[{}].{}", i, setting_of(experiment.models[i], models[i])),
         .message = checked.error().message});
  }
}

/// At a rate a window lasts until enough requests have come. How many calls one of a language model
/// is, only its prompts tell.
void check_windows(const Experiment& experiment, const LocalModels& models, Findings& findings) {
  const Protocol& protocol = experiment.protocol;
  const bool is_all_text = std::all_of(models.begin(), models.end(), [](const LocalModel& model) {
    return model.language.has_value() || model.absent;
  });
  if (protocol.rate <= 0 || is_all_text) return;
  const double window_s = plan::window_seconds(experiment, protocol.duration_s);
  if (protocol.idle_s + protocol.warmup_min_s + protocol.ready_s + window_s < protocol.time_limit_s)
    return;
  findings.issues.push_back(
      {.path = "protocol.time_limit_s",
       .message = fmt::format("--time-limit is {} s, and the {} requests of a window take {:.4g} s "
                              "at {} a second; raise it, or lower --min-iterations",
                              protocol.time_limit_s, std::llround(window_s * protocol.rate),
                              window_s, protocol.rate)});
}

Findings check(Experiment& experiment, const LocalModels& models, AbsentEngines absent) {
  const auto path = engine::search_path_of(experiment);
  spell_option_values(experiment, path);
  settle_length(experiment, models);
  settle_batch(experiment, models);
  Findings findings{.issues = find_engine_issues(experiment, models, path, absent)};
  check_each_model(experiment, models, findings);
  check_windows(experiment, models, findings);
  return findings;
}

}  // namespace

Status check_experiment(Experiment& experiment, const LocalModels& models, AbsentEngines absent) {
  const Findings found = check(experiment, models, absent);
  if (found.issues.empty()) return {};
  return fail(found.kind, found.issues.front().message);
}

Result<CheckedExperiment> check_again(Experiment experiment, const ModelFinder& find,
                                      AbsentEngines absent) {
  auto models = find(experiment);
  if (!models) return fail(models.error());
  if (auto checked = check_experiment(experiment, *models, absent); !checked)
    return fail(checked.error());
  return CheckedExperiment{std::move(experiment), *std::move(models)};
}

Result<CheckedExperiment> read_experiment_file(const std::string& file, const ModelFinder& find,
                                               AbsentEngines absent) {
  auto loaded = config::load_experiment(file);
  if (!loaded) return fail(loaded.error());
  auto models = find(loaded->experiment);
  if (!models) return fail(models.error());
  const Findings found = check(loaded->experiment, *models, absent);
  if (!found.issues.empty())
    return fail(found.kind, config::complaints_text(loaded->places, found.issues));
  return CheckedExperiment{std::move(loaded->experiment), *std::move(models)};
}

}  // namespace joulemark::cli
