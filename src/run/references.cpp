// SPDX-License-Identifier: Apache-2.0
// References per model and batch, made in the experiment's order.
#include "run/references.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <utility>

#include "plan/plan.h"

namespace joulemark::run {

namespace fs = std::filesystem;

Result<TemporaryFolder> TemporaryFolder::create() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  std::string name = ((error ? fs::path("/tmp") : parent) / "joulemark-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    return fail(
        ErrorKind::kMachine,
        fmt::format("cannot make a temporary folder '{}': {}; set TMPDIR to a writable folder",
                    name, errno_text(errno)));
  return TemporaryFolder(name);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

References::References(const Experiment& experiment, const fs::path& folder) {
  const auto configurations = plan::configurations(experiment);
  for (std::size_t model = 0; model < experiment.models.size(); ++model) {
    const fs::path inputs = experiment.models[model].inputs;
    std::error_code unreadable;
    const bool has_outputs = fs::exists(inputs / "output_0.pb", unreadable);
    for (const auto& configuration : configurations) {
      Shelf& shelf = shelves_[{model, configuration.batch}];
      shelf.candidates.push_back(configuration);
      shelf.ready = has_outputs;
      shelf.folder = has_outputs
                         ? inputs
                         : folder / fmt::format("model-{}-batch-{}", model, configuration.batch);
      if (has_outputs)
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

AnswerPlan References::plan(std::size_t model, const Configuration& configuration) const {
  const Shelf* shelf = shelf_of(model, configuration);
  if (shelf == nullptr) return {};
  if (shelf->ready)
    return {.write_to = {}, .compare_with = shelf->folder, .reference = shelf->label};
  const bool is_next = shelf->candidates.size() > 1 && shelf->next < shelf->candidates.size() &&
                       shelf->candidates[shelf->next] == configuration;
  if (!is_next) return {};
  std::error_code failed;  // the worker then reports that it cannot write there
  fs::create_directories(shelf->folder, failed);
  return {.write_to = shelf->folder,
          .compare_with = shelf->folder,
          .reference = configuration_label(configuration)};
}

void References::answered(std::size_t model, const Configuration& configuration) {
  Shelf& shelf = shelves_.at({model, configuration.batch});
  shelf.ready = true;
  shelf.label = configuration_label(configuration);
}

void References::failed(std::size_t model, const Configuration& configuration) {
  Shelf& shelf = shelves_.at({model, configuration.batch});
  if (shelf.ready || shelf.next == shelf.candidates.size() ||
      shelf.candidates[shelf.next] != configuration)
    return;
  ++shelf.next;
  std::error_code ignored;
  fs::remove_all(shelf.folder, ignored);  // a partial answer must not mix with the next one's
}

}  // namespace joulemark::run
