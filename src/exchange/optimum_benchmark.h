// SPDX-License-Identifier: Apache-2.0
// Results of Hugging Face's optimum-benchmark: a configuration and a report as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exchange/layouts.h"

namespace joulemark::exchange {

/// Files named benchmark.json or benchmark_report.json, or folders with some of them in it.
bool is_optimum_benchmark(const Paths& paths);
Result<std::vector<ImportSource>> optimum_benchmark_sources(const Paths& paths, const CsvMap& map);

/// A trial from the two JSON texts. Its window is what was asked of the model: `generate`,
/// `forward` or `call`, or `prefill` and `decode` together where an earlier version has no
/// `generate`. Energies are of one call there and times of all, from runs of their own: the
/// energy here is that of one call times the calls that were timed. The error is a phrase.
tl::expected<TrialDraft, std::string> optimum_benchmark_trial(std::string_view config,
                                                              std::string_view report);
/// The same for benchmark.json, which holds both.
tl::expected<TrialDraft, std::string> optimum_benchmark_trial(std::string_view benchmark);

}  // namespace joulemark::exchange
