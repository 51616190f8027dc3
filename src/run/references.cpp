// SPDX-License-Identifier: Apache-2.0
// References per model and batch.
#include "run/references.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "plan/plan.h"

namespace joulemark::run {

namespace fs = std::filesystem;

namespace {

std::vector<Configuration> in_order_of_trust(std::vector<Configuration> configurations,
                                             const Installs& installs) {
  std::stable_partition(configurations.begin(), configurations.end(),
                        [&](const Configuration& configuration) {
                          const auto install = installs.find(configuration.engine);
                          return install != installs.end() && install->second.is_reference;
                        });
  return configurations;
}

}  // namespace

References::References(const Experiment& experiment, const Installs& installs,
                       const fs::path& folder) {
  const auto configurations = in_order_of_trust(plan::configurations(experiment), installs);
  for (std::size_t model = 0; model < experiment.models.size(); ++model) {
    const fs::path inputs = experiment.models[model].inputs;
    std::error_code unreadable;
    const bool has_outputs = fs::exists(inputs / "output_0.pb", unreadable);
    for (const auto& configuration : configurations) {
      Shelf& shelf = shelves_[{model, configuration.batch}];
      shelf.candidates.push_back(configuration);
      shelf.ready = has_outputs;
      own_[{model, configuration_label(configuration)}].folder =
          folder / fmt::format("outputs-{}", own_.size());
      if (!has_outputs) continue;
      shelf.folder = inputs;
      shelf.label = (inputs / ".").lexically_normal().parent_path().filename().string();
    }
  }
}

const References::Shelf* References::shelf_of(std::size_t model,
                                              const Configuration& configuration) const {
  const auto found = shelves_.find({model, configuration.batch});
  return found == shelves_.end() ? nullptr : &found->second;
}

std::optional<Configuration> References::needed_first(std::size_t model,
                                                      const Configuration& configuration) const {
  const Shelf* shelf = shelf_of(model, configuration);
  if (shelf == nullptr || shelf->ready || shelf->candidates.size() < 2) return std::nullopt;
  if (shelf->next == shelf->candidates.size() || shelf->candidates[shelf->next] == configuration)
    return std::nullopt;
  return shelf->candidates[shelf->next];
}

std::optional<Configuration> References::reference_of(std::size_t model,
                                                      const Configuration& configuration) const {
  const Shelf* shelf = shelf_of(model, configuration);
  if (shelf == nullptr || !shelf->ready || shelf->next >= shelf->candidates.size())
    return std::nullopt;
  const Configuration& reference = shelf->candidates[shelf->next];
  if (configuration_label(reference) != shelf->label || reference == configuration)
    return std::nullopt;
  return reference;
}

bool References::is_next(const Shelf& shelf, const Configuration& configuration) {
  return shelf.next < shelf.candidates.size() && shelf.candidates[shelf.next] == configuration;
}

AnswerPlan References::plan(std::size_t model, const Configuration& configuration) const {
  const Shelf* shelf = shelf_of(model, configuration);
  if (shelf == nullptr) return {};
  const std::string label = configuration_label(configuration);
  const Own& own = own_.at({model, label});
  AnswerPlan plan{.write_to = {}, .own = own.folder, .compare_with = {}, .reference = {}};
  if (!own.written) {
    std::error_code failed;  // the worker then reports that it cannot write there
    fs::create_directories(own.folder, failed);
    plan.write_to = own.folder;
  }
  if (shelf->ready) {
    plan.compare_with = shelf->folder;
    plan.reference = shelf->label;
  } else if (shelf->candidates.size() > 1 && is_next(*shelf, configuration)) {
    plan.compare_with = own.folder;
    plan.reference = label;
  }
  return plan;
}

void References::answered(std::size_t model, const Configuration& configuration) {
  const std::string label = configuration_label(configuration);
  Own& own = own_.at({model, label});
  own.written = true;
  Shelf& shelf = shelves_.at({model, configuration.batch});
  if (shelf.ready || shelf.candidates.size() < 2 || !is_next(shelf, configuration)) return;
  shelf.ready = true;
  shelf.label = label;
  shelf.folder = own.folder;
}

void References::failed(std::size_t model, const Configuration& configuration) {
  const Own& own = own_.at({model, configuration_label(configuration)});
  std::error_code ignored;
  if (!own.written)
    fs::remove_all(own.folder, ignored);  // a partial answer must not mix with the next one's
  Shelf& shelf = shelves_.at({model, configuration.batch});
  if (!shelf.ready && is_next(shelf, configuration)) ++shelf.next;
}

}  // namespace joulemark::run
