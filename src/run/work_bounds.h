// SPDX-License-Identifier: Apache-2.0
// What a trial's work takes at the least on this machine: the facts behind "impossibly fast".
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "joulemark/result.h"
#include "model/least_work.h"
#include "run/model_files.h"
#include "run/model_prompts.h"
#include "run/trial.h"

namespace joulemark::run {

/// What the machine can do at the most; all 0 where it is not known.
struct MachineCeilings {
  double flops_per_s = 0;
  double bytes_per_s = 0;
  double cache_bytes = 0;
};

/// Lets a worker measure them, which takes half a second, and looks up the caches. None, with a
/// warning, where there is no worker, or it cannot.
MachineCeilings find_ceilings(const TrialWorld& world);

/// The least work of every model of an experiment, from the ONNX file that some engine loads, or
/// else from a language model's checkpoint directory. A model that is neither, or whose inputs are
/// not known, has none. Everything is borrowed.
class LeastWorkOfModels {
 public:
  LeastWorkOfModels(const Experiment& experiment, const ModelFiles& files,
                    const PromptsOfModels& prompts)
      : experiment_(experiment), files_(files), prompts_(prompts) {}

  /// Reads the model's file when it is asked for the first time.
  const model::LeastWork& of(std::size_t model, int batch);
  /// Whether some configuration takes enough work for a bound to say anything.
  bool are_worth_a_look();

 private:
  [[nodiscard]] model::LeastWork read(std::size_t model, int batch) const;
  [[nodiscard]] model::LeastWork read_checkpoint(std::size_t model) const;
  /// The first engine's that fits; "" where none does.
  [[nodiscard]] std::string path_where(std::size_t model,
                                       const std::function<bool(const std::string&)>& fits) const;

  const Experiment& experiment_;
  const ModelFiles& files_;
  const PromptsOfModels& prompts_;
  std::map<std::pair<std::size_t, int>, model::LeastWork> known_;
};

WorkBounds bounds_of(const model::LeastWork& work, const MachineCeilings& ceilings);

}  // namespace joulemark::run
