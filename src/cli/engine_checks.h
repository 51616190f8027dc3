// SPDX-License-Identifier: Apache-2.0
// What can be known about an experiment's engines before anything is measured.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "cli/local_models.h"
#include "config/validate.h"
#include "engine/discovery.h"
#include "joulemark/experiment.h"
#include "run/references.h"

namespace joulemark::cli {

using run::Installs;

/// What becomes of an experiment with engines that are not on this machine: it is refused, or the
/// rest is measured and their trials fail, which says why.
enum class AbsentEngines { kRefused, kSkipped };

/// Every engine, provider, precision, option and model format against the engines' manifests: what
/// an engine does not have, with what it has. Needs no engine's library. Of engines that may be
/// skipped nothing is known, unless they have a manifest.
std::vector<config::Issue> find_engine_issues(const Experiment& experiment,
                                              const LocalModels& models,
                                              const engine::SearchPath& path,
                                              AbsentEngines absent = AbsentEngines::kRefused);

/// Writes `true` and `false` as 1 and 0 where the values of an option are those.
void spell_option_values(Experiment& experiment, const engine::SearchPath& path);

/// Where each engine of the experiment is installed. kUsage for an unknown name, kMachine with what
/// to do for one that is not installed. Engines that may be skipped are left out, which standard
/// error says, as long as there is one.
Result<Installs> find_installs(const Experiment& experiment, const engine::SearchPath& path,
                               AbsentEngines absent);

/// All installed engines that take all of the models, for a command line without --engine.
/// kMachine when there are none.
Result<std::vector<std::string>> installed_engines(const LocalModels& models,
                                                   const engine::SearchPath& path);

}  // namespace joulemark::cli
