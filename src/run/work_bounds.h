// SPDX-License-Identifier: Apache-2.0
// What a trial's work takes at the least on this machine: the facts behind "impossibly fast".
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "joulemark/result.h"
#include "model/least_work.h"
#include "run/model_files.h"
#include "run/model_prompts.h"
#include "run/worker_client.h"

namespace joulemark::run {

/// What the machine can do at the most; all 0 where it is not known.
struct MachineCeilings {
  double flops_per_s = 0;
  double bytes_per_s = 0;
  double cache_bytes = 0;
};

/// Lets a worker measure them, and looks up the caches below `root`. Takes half a second. Fails
/// where there is no worker, or it cannot.
Reply<MachineCeilings> ask_ceilings(WorkerRunner& workers, const ClientOptions& options,
                                    const std::filesystem::path& root);

/// The least work of every model of an experiment. A model that is no ONNX file, or whose inputs
/// are not known, has none. Everything is borrowed.
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

  const Experiment& experiment_;
  const ModelFiles& files_;
  const PromptsOfModels& prompts_;
  std::map<std::pair<std::size_t, int>, model::LeastWork> known_;
};

WorkBounds bounds_of(const model::LeastWork& work, const MachineCeilings& ceilings);

}  // namespace joulemark::run
