// SPDX-License-Identifier: Apache-2.0
// Whether what a configuration's label calls its provider is what executed it.
#pragma once

#include <optional>
#include <string>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// Whether the label's provider is the machine's processor.
bool is_on_processor(const TrialRecord& trial);

/// The share of the graph's nodes that another provider executed, and which one had most of them.
struct Elsewhere {
  double share = 0;
  std::string provider;  ///< "cpu"; of several the one with most nodes
};
/// What the engine says of where its nodes ran; empty where all ran as the label says, or it does
/// not tell.
std::optional<Elsewhere> nodes_elsewhere(const TrialRecord& trial);

/// The device or provider that the engine names is another one than the label's, or executed more
/// than half of the nodes. What an accelerator leaves to the processor is less as a rule: shapes.
std::optional<std::string> other_provider(const ExperimentRecord& record, const TrialRecord& trial);
/// No GPU computed anything while one was to do the work.
std::optional<std::string> idle_gpu(const ExperimentRecord& record, const TrialRecord& trial);
/// A GPU computed while the processor was to do the work, and no other process was on it.
std::optional<std::string> busy_gpu(const ExperimentRecord& record, const TrialRecord& trial);

/// Caveat: ranked configurations of which another provider executed a part.
std::optional<std::string> partly_elsewhere_caveat(const ExperimentRecord& record,
                                                   const Judgement& judgement);

}  // namespace joulemark::verdict
