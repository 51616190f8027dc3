// SPDX-License-Identifier: Apache-2.0
// Whether a worker looks for its answers from time to time, and sleeps between.
#pragma once

#include <optional>
#include <string>

#include "joulemark/result.h"

namespace joulemark::verdict {

/// The window's latencies, or a language model's times between tokens, are multiples of one time
/// (stats::find_comb) of at least 100 µs: below that a timer of Linux, which is late by up to its
/// slack of 50 µs, makes no steps. Nothing is said where its threads did not give up a processor at
/// half of the late answers at least, where others had the processors for half of the time by which
/// they were late, and at a fixed rate, since latencies then hold the wait for others.
std::optional<std::string> polled_latencies(const ExperimentRecord& record,
                                            const TrialRecord& trial);

}  // namespace joulemark::verdict
