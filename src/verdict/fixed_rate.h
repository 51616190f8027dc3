// SPDX-License-Identifier: Apache-2.0
// What is otherwise where requests came at a fixed rate (iso-load): every window holds the same
// work in the same time, so that energies compare what the rest of the time costs too.
#pragma once

#include <optional>
#include <string>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// Whether requests came by a schedule.
bool is_at_rate(const TrialRecord& trial);

/// Seconds in which the model answered: of the window, or of as much of it as it was asked in.
double answering_s(const TrialRecord& trial);

/// What ranks where energy does not: the time of an inference, or at a rate, at which all take the
/// same time for as many, how long those wait who wait longest.
MetricId time_metric(double rate);

/// " at 5 requests a second", "" without a rate.
std::string rate_text(double rate);

/// Why a configuration did not keep up with the rate of the experiment, in at least half of its
/// trials; empty where it did. Then its windows are longer than the others' and its queue grows as
/// long as requests come, so that neither its energy nor its latency is one at that rate.
///
/// A trial did not keep up when the model was busy for longer than the schedule was, for then no
/// window is long enough, or when it was behind at the end of the schedule by more than a twentieth
/// of it and the request that was being answered: a window that is 5 % longer is no window of the
/// same length any more. A single request that is still answered then, any configuration may have.
std::optional<std::string> overload(const ExperimentRecord& record, const Cell& cell);

/// Caveat: configurations that did not keep up.
std::optional<std::string> overloaded_caveat(const ExperimentRecord& record,
                                             const Judgement& judgement);

}  // namespace joulemark::verdict
