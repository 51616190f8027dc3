// SPDX-License-Identifier: Apache-2.0
#include "cli/adaptation.h"

#include <memory>

#include "plan/plan.h"
#include "verdict/adaptation.h"

namespace joulemark::cli {
namespace {

run::LeftOut left_out(const Experiment& experiment, const verdict::Adaptation& adaptation,
                      int blocks) {
  run::LeftOut names;
  for (const Configuration& configuration : plan::configurations(experiment))
    for (const ModelSpec& model : experiment.models) {
      verdict::CellName name{model.name, configuration_label(configuration)};
      if (adaptation.blocks_of(experiment, name) <= blocks) names.insert(std::move(name));
    }
  return names;
}

}  // namespace

std::function<Result<run::LeftOut>(int blocks)> decisions_of(store::Store& store, std::int64_t id,
                                                             const Experiment& experiment) {
  if (!verdict::Adaptive::is_asked_for(experiment)) return {};
  const auto adaptive = std::make_shared<verdict::Adaptive>(experiment);
  return [&store, id, experiment, adaptive](int blocks) -> Result<run::LeftOut> {
    const auto record = store.load(id, store::Detail::kSummary);
    if (!record) return fail(record.error());
    return left_out(experiment, adaptive->follow(*record, blocks), blocks);
  };
}

}  // namespace joulemark::cli
