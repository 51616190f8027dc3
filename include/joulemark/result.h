// SPDX-License-Identifier: Apache-2.0
// What was observed: the raw facts of a trial, as the store keeps them. Statistics are always
// recomputed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "joulemark/experiment.h"
#include "joulemark/finding.h"
#include "joulemark/sensor.h"
#include "joulemark/window_fact.h"

namespace joulemark {

/// A warning: a value with what, why and what to do, shown in every output. `code` is stable.
struct Caveat {
  std::string code;
  std::string message;
  bool operator==(const Caveat&) const = default;
};

/// How a trial ended.
enum class TrialStatus {
  kOk,
  kFailed,       ///< the engine or the worker reported an error
  kUnsupported,  ///< the engine lacks an operator, type or provider
  kCrashed,      ///< the worker died of a signal or exited unexpectedly
  kTimeout,      ///< the time limit passed; the worker was killed
  kOutOfMemory,  ///< the worker was killed for memory, or an allocation failed
  kDifferent,    ///< its outputs differ from the reference's: measured, never ranked (design §5)
};

/// "ok", "failed", "unsupported", "crashed", "timeout", "out_of_memory", "different".
const char* to_string(TrialStatus status);
std::optional<TrialStatus> trial_status_from(const std::string& text);

/// The phases of a trial, in order (design §1). kBuild is there where the engine makes a program of
/// what it has loaded and tells the two apart. kPrefill is a language model's second window: the
/// same requests, ended after their first token.
enum class Phase { kIdle, kLoad, kBuild, kWarmup, kReady, kMeasure, kPrefill, kDrain };
inline constexpr Phase kPhases[] = {Phase::kIdle,  Phase::kLoad,    Phase::kBuild,   Phase::kWarmup,
                                    Phase::kReady, Phase::kMeasure, Phase::kPrefill, Phase::kDrain};
const char* to_string(Phase phase);
std::optional<Phase> phase_from(const std::string& text);

/// An interval on CLOCK_MONOTONIC, nanoseconds.
struct PhaseInterval {
  Phase phase = Phase::kIdle;
  std::int64_t t0_ns = 0;
  std::int64_t t1_ns = 0;
};

/// The energy of one phase over the scopes of "total", and its standard uncertainty. Only where it
/// was read and can be ranked.
struct PhaseEnergy {
  Phase phase = Phase::kIdle;
  double joules = 0;
  double uncertainty_j = 0;
  double seconds = 0;  ///< between its readings, which lie around the phase
  [[nodiscard]] double watts() const { return joules / seconds; }
  bool operator==(const PhaseEnergy&) const = default;
};

/// What the worker's process used between the window's edges. A value that could not be read is
/// empty.
struct Resources {
  std::optional<double> cpu_s;                 ///< CPU time of all threads
  std::optional<double> cpu_user_s;            ///< of it in user mode (10 ms ticks)
  std::optional<double> cpu_system_s;          ///< of it in the kernel (10 ms ticks)
  std::optional<std::int64_t> peak_rss_bytes;  ///< largest resident set inside the window
  std::optional<std::int64_t>
      load_peak_rss_bytes;  ///< largest resident set before the window (load and warm-up)
  std::optional<std::int64_t> minor_faults;
  std::optional<std::int64_t> major_faults;
  std::optional<std::int64_t> voluntary_switches;
  std::optional<std::int64_t> involuntary_switches;
  WindowFacts facts;  ///< of its control group and of the machine around it
};

/// What a language model read and wrote in a window. Counts are of tokens without padding.
struct TextWindow {
  std::int64_t prompts = 0;  ///< rows of all requests; 0: no language model
  std::int64_t prompt_tokens = 0;
  std::int64_t new_tokens = 0;  ///< up to and with the rows' stop ids
};

/// A language model's part of a trial.
struct TextResult {
  TextWindow window;
  /// Digest of the new ids of one pass over the workload: equal for equal texts.
  std::string tokens;
  /// Nanoseconds from each request's begin to its first token, and between tokens after it.
  std::vector<std::int64_t> first_token_ns;
  std::vector<std::int64_t> inter_token_ns;
  TextWindow prefill;  ///< of the window in phase kPrefill
  /// The prefill window's "total" energy, empty when there is none to rank, and its standard
  /// uncertainty.
  std::optional<double> prefill_joules;
  std::optional<double> prefill_uncertainty_j;
};

/// What a call of the model takes on any engine at the least, as its graph says, and what the
/// machine can do at the most. 0: not known.
struct WorkBounds {
  double flops = 0;             ///< of one call; of a language model, for one token
  double head_flops = 0;        ///< of them in the last product: a language model's head
  double weights = 0;           ///< numbers that a call multiplies with
  double weight_bytes = 0;      ///< of them, as the model file holds them
  double peak_flops_per_s = 0;  ///< of float32, on all CPUs
  double peak_bytes_per_s = 0;  ///< read from memory, on all CPUs
  double cache_bytes = 0;       ///< of all last caches
  bool operator==(const WorkBounds&) const = default;
};

/// The outputs of the check input, and how far they are from the reference's.
struct Agreement {
  bool compared = false;
  std::optional<bool> agrees;     ///< empty when nothing was compared
  std::optional<double> max_abs;  ///< empty when nothing was compared, or no number tells it: types
                                  ///< or shapes differ, or one side is infinite or NaN
  std::optional<double> max_rel;
  std::string reference;  ///< label of the reference configuration, or "test_data_set_0"
  std::string detail;     ///< where they differ most
};

/// One attempt at one trial.
struct TrialRecord {
  // Identity: which cell of the plan.
  int block = 0;     ///< 0-based repetition
  int position = 0;  ///< 0-based place in the block
  int attempt = 0;   ///< 0-based
  std::string model;
  Configuration configuration;
  EngineInstall install;
  std::string host;  ///< key of the host fingerprint

  // Outcome.
  TrialStatus status = TrialStatus::kOk;
  std::string reason;       ///< empty when ok; of kDifferent only where it was imported
  std::string output_tail;  ///< last 100 lines of the worker's stdout and stderr, when not ok
  double started_at = 0;    ///< seconds since the epoch

  /// What happened on the machine during its window and is none of the configuration's doing; empty
  /// for an undisturbed one. A disturbed one counts only where no other attempt at its place does.
  std::vector<Caveat> invalid;

  // The window, and what happened in it.
  std::vector<PhaseInterval> phases;
  std::int64_t iterations = 0;  ///< calls of the model in the window
  /// Nanoseconds of each record; a record is `calls_per_record` calls.
  std::vector<std::int64_t> durations_ns;
  std::int64_t calls_per_record = 1;
  bool steady = true;  ///< the warm-up ended by the steady-state rule, not by its cap
  std::int64_t warmup_iterations = 0;
  std::vector<Energy> energy;  ///< per scope, with "total" last; exactly one absent "total" when
                               ///< nothing was measured
  /// Mean power in phase kIdle over the scopes of "total"; empty when there was none or it was not
  /// measured.
  std::optional<double> idle_w;
  /// Of the measured window; empty unless it was asked for.
  std::optional<EnergyEstimate> estimate;
  /// How good the outputs are, above 0, more is better: an accuracy, a score. Empty unless it was
  /// given with imported results.
  std::optional<double> quality;
  Resources resources;
  std::vector<PhaseEnergy> phase_energies;  ///< of the phases around the window
  WorkBounds work;
  TextResult text;             ///< of a language model, whose iterations are requests
  std::vector<Series> series;  ///< gauges over the whole trial
  Agreement agreement;
  std::int64_t handover_ns = 0;  ///< orchestrator's `go` → worker's first clock read

  // What the engine said of itself, JSON text.
  std::string describe_json;
  std::string effective_json;

  /// The energy of `phase`; null where it was not read.
  [[nodiscard]] const PhaseEnergy* phase_energy(Phase wanted) const;
  /// The interval of `phase`; empty when the trial did not reach it.
  [[nodiscard]] std::optional<PhaseInterval> phase(Phase wanted) const;
  /// Length of the measured window; 0 when there is none.
  [[nodiscard]] double window_s() const;
  /// Samples that went through the model in the window: iterations × batch, or a language model's
  /// prompts.
  [[nodiscard]] double inferences() const;
};

/// Name of the fact that says of a machine that it is simulated, and which one it is.
inline constexpr const char* kSimulatedMachineFact = "simulated machine";

/// The machine a trial ran on: ordered facts, shown in the report. `key` identifies equal machines
/// and boots.
struct HostFingerprint {
  std::string key;  ///< hex digest of the facts
  std::vector<std::pair<std::string, std::string>> facts;
};

/// The machine at rest before or after a block: no worker runs.
struct IdleBracket {
  int block = 0;  ///< before this one; the number of blocks for the one after the last
  std::int64_t t0_ns = 0;
  std::int64_t t1_ns = 0;
  double started_at = 0;  ///< seconds since the epoch
  std::string host;       ///< key of the host fingerprint
  /// Over the scopes of "total", and its standard uncertainty; empty where it was not measured.
  std::optional<double> joules;
  std::optional<double> uncertainty_j;
  std::optional<double> temperature_c;  ///< of the hottest part that the machine tells of
  std::optional<double> busy;           ///< part of the processors' time that anything at all took
  bool operator==(const IdleBracket&) const = default;
};

/// An experiment and everything observed for it so far.
struct ExperimentRecord {
  std::int64_t id = 0;
  std::string uuid;
  std::string toml;  ///< the experiment file, complete
  Experiment experiment;
  double created_at = 0;
  std::vector<HostFingerprint> hosts;
  std::vector<IdleBracket> brackets;  ///< in the order of time
  std::vector<Finding> findings;      ///< of the machine, before the first trial
  std::vector<TrialRecord> trials;
  /// Attempts that were measured and in whose place another one counts: in no statistic.
  std::vector<TrialRecord> set_aside;
};

}  // namespace joulemark
