// SPDX-License-Identifier: Apache-2.0
// The same-work gate: which outputs each configuration's answer is compared with.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "joulemark/experiment.h"

namespace joulemark::run {

/// What a trial asks its worker when it answers the check input.
struct AnswerPlan {
  /// Write the outputs here first: the configuration has none yet; empty: it has.
  std::filesystem::path write_to;
  /// The configuration's own first outputs, that all its later ones must agree with.
  std::filesystem::path own;
  /// Compare with these too; empty: nothing to compare with. May be `own`.
  std::filesystem::path compare_with;
  std::string reference;  ///< label of the reference
};

/// By engine as the experiment writes it (Configuration::engine): where it was found.
using Installs = std::map<std::string, EngineInstall>;

/// The reference of each model and batch (inputs differ by batch): the model's own outputs where
/// its inputs are an ONNX test data folder, else those of the first configuration that can answer:
/// one of an engine that is a reference (EngineInstall::is_reference) comes before the others,
/// which come in the experiment's order. A reference is made once, by a pass of its own before the
/// first trial that needs it, or inside the trial that is it. Besides, each configuration's first
/// outputs are kept, so that a model whose outputs change from run to run is told from one that
/// differs from the reference.
class References {
 public:
  /// `folder` holds the reference outputs; it must exist while they are used.
  References(const Experiment& experiment, const Installs& installs,
             const std::filesystem::path& folder);

  /// The configuration that must answer before a trial of `configuration` can be compared; nothing
  /// when the reference is there, cannot be made, is not needed, or is this configuration itself.
  [[nodiscard]] std::optional<Configuration> needed_first(std::size_t model,
                                                          const Configuration& configuration) const;
  /// The configuration whose outputs those of `configuration` are compared with; nothing where
  /// there is none, or it is this one.
  [[nodiscard]] std::optional<Configuration> reference_of(std::size_t model,
                                                          const Configuration& configuration) const;
  /// What a worker of `configuration` is asked now. Makes the folder that is written to.
  [[nodiscard]] AnswerPlan plan(std::size_t model, const Configuration& configuration) const;
  /// Tells that `configuration` answered a plan with `write_to` set, or could not.
  void answered(std::size_t model, const Configuration& configuration);
  void failed(std::size_t model, const Configuration& configuration);

 private:
  struct Shelf {
    std::filesystem::path folder;
    std::vector<Configuration> candidates;  ///< in the order they are tried
    std::size_t next = 0;                   ///< the first that has not failed
    bool ready = false;
    std::string label;
  };
  /// A configuration's own outputs.
  struct Own {
    std::filesystem::path folder;
    bool written = false;
  };
  using Key = std::pair<std::size_t, int>;           ///< model, batch
  using Cell = std::pair<std::size_t, std::string>;  ///< model, configuration's label

  [[nodiscard]] const Shelf* shelf_of(std::size_t model, const Configuration& configuration) const;

  [[nodiscard]] static bool is_next(const Shelf& shelf, const Configuration& configuration);

  std::map<Key, Shelf> shelves_;
  std::map<Cell, Own> own_;
};

}  // namespace joulemark::run
