// SPDX-License-Identifier: Apache-2.0
// Models against their files.
#include "cli/model_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "base/suggest.h"
#include "cli/output.h"
#include "config/experiment_file.h"
#include "model/generate.h"
#include "model/inputs.h"
#include "model/onnx_summary.h"

namespace joulemark::cli {
namespace {

namespace fs = std::filesystem;

/// Of the files that are made of encoders.
constexpr const char* kIds = "input_ids";

Status check_exists(const std::string& what, const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error)) return {};
  return fail(ErrorKind::kUsage, fmt::format("cannot read {} '{}': {}", what, path.string(),
                                             error ? error.message() : "no such file"));
}

/// What the file says of itself; nothing for formats that only engines read.
Result<std::optional<model::OnnxSummary>> read_model(const LocalModel& model) {
  if (auto exists = check_exists("model", model.path); !exists) return fail(exists.error());
  if (model.problem) return fail(*model.problem);
  if (model.description.empty() || model.language) return std::nullopt;
  auto summary = model::read_onnx_summary(model.description);
  if (!summary) return fail(summary.error());
  return std::optional(*std::move(summary));
}

model::InputsSource source_of(const ModelSpec& spec, std::uint64_t seed) {
  return {.source = spec.inputs, .seed = seed, .shapes = spec.shapes};
}

/// Inputs of a model whose file does not tell their types and shapes.
Status check_open_inputs(const ModelSpec& spec) {
  if (spec.inputs != ModelSpec{}.inputs) return check_exists("inputs", spec.inputs);
  if (!spec.shapes.empty()) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("model '{}': its file does not say the shapes of its inputs; give them "
                          "with '--shape NAME=1,3,224,224' (of float32 numbers) or give the inputs "
                          "themselves with '--inputs FILE'",
                          spec.name));
}

/// Whatever is wrong with inputs is the user's to mend, but for memory that is short.
Status check_inputs(const ModelSpec& spec, const model::OnnxSummary& summary,
                    const Experiment& experiment) {
  if (spec.inputs != ModelSpec{}.inputs)
    if (auto exists = check_exists("inputs", spec.inputs); !exists) return exists;
  const auto checked = model::check_inputs(summary.inputs, source_of(spec, experiment.seed),
                                           experiment.factors.batch);
  if (!checked) {
    const ErrorKind kind = checked.error().kind;
    return fail(kind == ErrorKind::kMachine ? kind : ErrorKind::kUsage,
                fmt::format("model '{}': {}", spec.name, checked.error().message));
  }
  if (checked->rows_at_batch_1)
    print_note(
        fmt::format("model '{}': batch 1 counts a call as one inference, and the first "
                    "dimension of its inputs is {}",
                    spec.name, *checked->rows_at_batch_1));
  return {};
}

/// A table of positions has no row for more.
Status check_length(const ModelSpec& spec, const LocalModel& model,
                    const model::OnnxSummary& summary) {
  if (!model.longest || spec.inputs != ModelSpec{}.inputs) return {};
  const auto shapes = model::resolve_shapes(summary.inputs, {.shapes = spec.shapes});
  if (!shapes) return fail(shapes.error());
  for (const auto& dims : *shapes)
    if (dims.size() == 2 && dims[1] > *model.longest)
      return fail(ErrorKind::kUsage,
                  fmt::format("model '{}': it has room for {} tokens, and its inputs have {}; give "
                              "fewer with '--shape {}=1x{}'",
                              spec.name, *model.longest, dims[1], kIds, *model.longest));
  return {};
}

/// A language model has prompts, which find_prompts checks.
Status check_prompted(const ModelSpec& spec) {
  if (spec.inputs == ModelSpec{}.inputs && spec.shapes.empty()) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("model '{}': it generates text from prompts; give them with --workload, "
                          "or their number of tokens with --prompt-tokens",
                          spec.name));
}

Status check_model(const ModelSpec& spec, const LocalModel& local, const Experiment& experiment) {
  const auto summary = read_model(local);
  if (!summary) return fail(summary.error());
  if (local.language) return check_prompted(spec);
  if (!*summary) return check_open_inputs(spec);
  if (auto inputs = check_inputs(spec, **summary, experiment); !inputs) return inputs;
  return check_length(spec, local, **summary);
}

}  // namespace

Status distribute_shapes(Experiment& experiment, const LocalModels& models) {
  const auto is_null = [](const ModelSpec& spec) { return config::is_null_model(spec.source); };
  // A null model has the inputs that its options say, which only the engine knows.
  const auto& specs = experiment.models;
  if (specs.size() < 2 || specs.front().shapes.empty() ||
      std::any_of(specs.begin(), specs.end(), is_null))
    return {};
  const auto wanted = experiment.models.front().shapes;
  std::set<std::string> known;
  for (std::size_t i = 0; i < models.size(); ++i) {
    ModelSpec& spec = experiment.models[i];
    spec.shapes.clear();
    const auto summary = read_model(models[i]);
    if (!summary) return fail(summary.error());
    if (!*summary) {
      for (const auto& [input, dims] : wanted) known.insert(input);
      spec.shapes = wanted;
      continue;
    }
    for (const auto& port : (*summary)->inputs) {
      known.insert(port.name);
      if (const auto shape = wanted.find(port.name); shape != wanted.end())
        spec.shapes.insert(*shape);
    }
  }
  for (const auto& [input, dims] : wanted)
    if (!known.contains(input))
      return fail(ErrorKind::kUsage,
                  fmt::format("--shape names input '{}', which no model has{}", input,
                              did_you_mean(input, {known.begin(), known.end()})));
  return {};
}

void settle_batch(Experiment& experiment, const LocalModels& models) {
  if (experiment.factors.batch != Factors{}.batch) return;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const ModelSpec& spec = experiment.models[i];
    if (config::is_null_model(spec.source)) continue;
    const auto summary = read_model(models[i]);
    if (!summary || !*summary) continue;
    const auto batch = model::settled_batch((*summary)->inputs, source_of(spec, experiment.seed));
    if (!batch) continue;
    print_note(
        fmt::format("model '{}': its inputs are of batch {}, which is taken", spec.name, *batch));
    experiment.factors.batch = {*batch};
    return;
  }
}

void settle_length(Experiment& experiment, const LocalModels& models) {
  for (std::size_t i = 0; i < models.size(); ++i) {
    ModelSpec& spec = experiment.models[i];
    const std::int64_t longest = models[i].longest.value_or(model::kDefaultSequence);
    if (longest >= model::kDefaultSequence || !spec.shapes.empty() ||
        spec.inputs != ModelSpec{}.inputs)
      continue;
    print_note(
        fmt::format("model '{}': it has room for {} tokens, which are taken", spec.name, longest));
    spec.shapes[kIds] = {-1, longest};
  }
}

Status check_models(const Experiment& experiment, const LocalModels& models) {
  for (std::size_t i = 0; i < models.size(); ++i) {
    const ModelSpec& spec = experiment.models[i];
    if (config::is_null_model(spec.source) || models[i].absent) continue;
    if (auto checked = check_model(spec, models[i], experiment); !checked) return checked;
  }
  return {};
}

}  // namespace joulemark::cli
