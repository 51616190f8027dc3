// SPDX-License-Identifier: Apache-2.0
// Engines and models of an experiment, and where its file says what is wrong with them.
#include "cli/experiment_checks.h"

#include <fmt/format.h>

#include "cli/engine_checks.h"
#include "cli/model_checks.h"
#include "model/model_format.h"
#include "model/onnx_summary.h"

namespace joulemark::cli {
namespace {

/// All mistakes; the kind is that of the first one.
struct Findings {
  std::vector<config::Issue> issues;
  ErrorKind kind = ErrorKind::kUsage;
};

/// Which setting of the model is to blame.
const char* setting_of(const ModelSpec& model) {
  const bool onnx = model::model_format(model.source) == model::kOnnxFile;
  if (onnx && !model::read_onnx_summary(model.source)) return "source";
  return model.inputs == ModelSpec{}.inputs ? "shapes" : "inputs";
}

void check_each_model(const Experiment& experiment, Findings& findings) {
  Experiment one = experiment;
  for (std::size_t i = 0; i < experiment.models.size(); ++i) {
    one.models = {experiment.models[i]};
    const auto checked = check_models(one);
    if (checked) continue;
    if (findings.issues.empty()) findings.kind = checked.error().kind;
    findings.issues.push_back(
        {.path = fmt::format("model[{}].{}", i, setting_of(experiment.models[i])),
         .message = checked.error().message});
  }
}

Findings check(Experiment& experiment) {
  const auto path = engine::default_search_path(experiment.engine_roots);
  spell_option_values(experiment, path);
  settle_batch(experiment);
  Findings findings{.issues = find_engine_issues(experiment, path)};
  check_each_model(experiment, findings);
  return findings;
}

}  // namespace

Status check_experiment(Experiment& experiment) {
  const Findings found = check(experiment);
  if (found.issues.empty()) return {};
  return fail(found.kind, found.issues.front().message);
}

Result<Experiment> read_experiment_file(const std::string& file) {
  auto loaded = config::load_experiment(file);
  if (!loaded) return fail(loaded.error());
  const Findings found = check(loaded->experiment);
  if (!found.issues.empty())
    return fail(found.kind, config::complaints_text(loaded->places, found.issues));
  return std::move(loaded->experiment);
}

}  // namespace joulemark::cli
