// SPDX-License-Identifier: Apache-2.0
// Names of the public enumerations and the small functions of the public value types.
#include <fmt/format.h>

#include "base/endpoint_name.h"
#include "joulemark/experiment.h"
#include "joulemark/finding.h"
#include "joulemark/result.h"
#include "joulemark/sensor.h"

namespace joulemark {
namespace {

template <class E>
struct Name {
  E value;
  const char* text;
};

constexpr Name<TrialStatus> kStatusNames[] = {
    {TrialStatus::kOk, "ok"},
    {TrialStatus::kFailed, "failed"},
    {TrialStatus::kUnsupported, "unsupported"},
    {TrialStatus::kCrashed, "crashed"},
    {TrialStatus::kTimeout, "timeout"},
    {TrialStatus::kOutOfMemory, "out_of_memory"},
    {TrialStatus::kDifferent, "different"},
};
constexpr Name<Phase> kPhaseNames[] = {
    {Phase::kIdle, "idle"},       {Phase::kLoad, "load"},   {Phase::kBuild, "build"},
    {Phase::kWarmup, "warmup"},   {Phase::kReady, "ready"}, {Phase::kMeasure, "measure"},
    {Phase::kPrefill, "prefill"}, {Phase::kDrain, "drain"},
};
constexpr Name<Severity> kSeverityNames[] = {
    {Severity::kInfo, "info"},
    {Severity::kWarning, "warning"},
    {Severity::kError, "error"},
};
constexpr Name<EnergyClass> kClassNames[] = {
    {EnergyClass::kMeasured, "measured"},
    {EnergyClass::kDerived, "derived"},
    {EnergyClass::kEstimated, "estimated"},
    {EnergyClass::kAbsent, "absent"},
};

template <class E, std::size_t N>
const char* name_of(const Name<E> (&names)[N], E value) {
  for (const auto& name : names)
    if (name.value == value) return name.text;
  return "";
}

template <class E, std::size_t N>
std::optional<E> value_of(const Name<E> (&names)[N], const std::string& text) {
  for (const auto& name : names)
    if (text == name.text) return name.value;
  return std::nullopt;
}

}  // namespace

const char* to_string(TrialStatus status) {
  return name_of(kStatusNames, status);
}
const char* to_string(Phase phase) {
  return name_of(kPhaseNames, phase);
}
const char* to_string(Severity severity) {
  return name_of(kSeverityNames, severity);
}
const char* to_string(EnergyClass value) {
  return name_of(kClassNames, value);
}
std::optional<TrialStatus> trial_status_from(const std::string& text) {
  return value_of(kStatusNames, text);
}
std::optional<Severity> severity_from(const std::string& text) {
  return value_of(kSeverityNames, text);
}
std::optional<Phase> phase_from(const std::string& text) {
  return value_of(kPhaseNames, text);
}

std::optional<WindowFact> window_fact_from(const std::string& key) {
  for (std::size_t i = 0; i < std::size(kWindowFactKeys); ++i)
    if (key == kWindowFactKeys[i]) return static_cast<WindowFact>(i);
  return std::nullopt;
}

std::string configuration_label(const Configuration& c) {
  std::string label = c.engine;
  if (!c.provider.empty()) label += " " + c.provider;
  if (!c.precision.empty()) label += " " + c.precision;
  if (c.threads != 0) label += fmt::format(" t{}", c.threads);
  label += fmt::format(" b{}", c.batch);
  // A server's name stands for the lines by which it is started and asked.
  if (endpoint_url(c.engine) || is_endpoint(c.options)) return label;
  for (const auto& [key, value] : c.options) label += fmt::format(" {}={}", key, value);
  return label;
}

std::optional<PhaseInterval> TrialRecord::phase(Phase wanted) const {
  for (const auto& interval : phases)
    if (interval.phase == wanted) return interval;
  return std::nullopt;
}

const PhaseEnergy* TrialRecord::phase_energy(Phase wanted) const {
  for (const PhaseEnergy& each : phase_energies)
    if (each.phase == wanted) return &each;
  return nullptr;
}

double TrialRecord::window_s() const {
  const auto window = phase(Phase::kMeasure);
  if (!window) return 0;
  // Converted first: the times of a damaged store may be any integers.
  return (static_cast<double>(window->t1_ns) - static_cast<double>(window->t0_ns)) * 1e-9;
}

double TrialRecord::inferences() const {
  if (text.window.prompts > 0) return static_cast<double>(text.window.prompts);
  return static_cast<double>(iterations) * configuration.batch;
}

}  // namespace joulemark
