// SPDX-License-Identifier: Apache-2.0
// The one table of metrics: what is reported of a trial, in which unit, and how it is read from the
// raw facts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulemark/result.h"
#include "verdict/idle_power.h"

namespace joulemark::verdict {

/// Which direction of a metric is desirable. `kNeither` explains, and is never ranked.
enum class Better { kLess, kMore, kNeither };

/// How a value is written for people.
enum class Format {
  kSi,       ///< three significant digits with an SI prefix: "1.23 mJ"
  kMillis,   ///< the same for a value in thousandths of its SI unit: 0.0123 ms is "12.3 µs"
  kBytes,    ///< binary prefix: "123 MiB"
  kDecimal,  ///< three significant digits, no prefix: "4.51"
  kCount,    ///< a whole number
};

/// A trial and the quantiles of its latencies, which several metrics share.
struct TrialFacts {
  const TrialRecord* record = nullptr;
  std::optional<double> p50_ms, p95_ms, p99_ms;  ///< per call; empty without durations
  /// Of a language model: to the first token, and between tokens.
  std::optional<double> ttft_p50_ms, ttft_p95_ms;
  std::optional<double> itl_p50_ms, itl_p95_ms, itl_p99_ms;
  std::optional<RestPower> idle;  ///< of the machine without a worker
};

/// The quantiles of `record`'s durations. `scratch` is reused between calls; the durations are
/// copied into it once. Of idle powers, only the trial's own is known.
TrialFacts facts_of(const TrialRecord& record, std::vector<std::int64_t>& scratch);
/// The same of a trial of `experiment`, whose idle brackets are looked at.
TrialFacts facts_of(const ExperimentRecord& experiment, const TrialRecord& record,
                    std::vector<std::int64_t>& scratch);

/// One metric of a trial.
struct Metric {
  const char* key;    ///< stable name in JSON and CSV: "energy_per_inference_J"
  const char* unit;   ///< SI symbol of the value as stored: "J"; "" for counts
  const char* title;  ///< axis label, and in "needs 3 % less …": "energy per inference"
  Better better;
  Format format;
  std::optional<double> (*extract)(const TrialFacts&);
};

/// Indices into metrics(), so that code names a metric without a search by text.
enum class MetricId : std::size_t {
  kEnergy,
  kEnergyUncertainty,
  kPower,
  kTime,
  kThroughput,
  kLatencyP50,
  kLatencyP95,
  kLatencyP99,
  kCpu,
  kPeakRss,
  kLoadPeakRss,
  kLoadTime,
  kBuildTime,
  kMinorFaults,
  kMajorFaults,
  kVoluntarySwitches,
  kInvoluntarySwitches,
  kEnergyPerToken,
  kTimePerToken,
  kTokenRate,
  kTtftP50,
  kTtftP95,
  kTpot,
  kItlP50,
  kItlP95,
  kItlP99,
  kPrefillRate,
  kPrefillEnergy,
  kDecodeEnergy,
  kEnergyDelay,
  kEnergyDelaySquared,
  kEnergyAboveIdle,
  kEnergyAboveIdleUncertainty,
  kEnergyAboveReady,
  kEnergyAboveReadyUncertainty,
  kLoadEnergy,
  kBuildEnergy,
  kQuality,
  kReadBytes,
  kWrittenBytes,
  kGroupCpu,
  kGroupThrottles,
  kGroupThrottled,
  kGroupPeak,
  kGroupReadBytes,
  kGroupWrittenBytes,
  kPressureCpu,
  kPressureMemory,
  kPressureIo,
  kTemperatureBegin,
  kTemperatureEnd,
  kTemperatureMax,
  kFrequency,
  kThermalThrottles,
  kSamplerCpu,
  kSamplerMissed,
  kSuspended,
  kClockStep,
  kSteal,
  kForeignCpu,
  kWaitedCpu,
  kCooldown,
  kCooldownTemperature,
  kCooldownPower,
  kCooldownMissed,
  kWarmupScatter,
  kWarmupTrend,
  kWarmupSlope,
  kBusy,
  kQueueMax,
  kWarmupClock,
  kWarmupUnsettled,
  kWakeLate,
  kClientCpu,
  kCount,
};

/// Whether it is of language models alone.
bool is_of_text(MetricId id);

/// Every metric, in the order of MetricId.
std::span<const Metric> metrics();
const Metric& metric(MetricId id);
/// The metric with this key; null when there is none.
const Metric* find_metric(std::string_view key);

/// A unit with its prefix and what a value is divided by to be in it: {1e-3, "mJ"}.
struct Scale {
  double factor = 1;
  std::string unit;
};
/// The scale in which `typical` has one to three digits before the decimal point.
Scale scale_for(const Metric& metric, double typical);
/// The value in `scale`, without the unit: "1.23". "–" for NaN.
std::string format_scaled(const Metric& metric, const Scale& scale, double value);
/// A number of `unit` with an SI prefix that keeps it short: "1.23 ms", "45.0 GB/s".
std::string quantity_text(double value, const char* unit);
/// The value in its own scale with the unit: "1.23 mJ", "123 MiB". "–" for NaN.
std::string format_value(const Metric& metric, double value);
/// Three significant digits and no exponent: "0.0123", "1.20", "5120".
std::string format_significant(double value);

/// The trial's "total" energy; null when the record has none.
const Energy* total_energy(const TrialRecord& record);
/// Whether the energy may be ranked: measured or derived, with a finite positive value.
bool is_rankable(const Energy& energy);

}  // namespace joulemark::verdict
