// SPDX-License-Identifier: Apache-2.0
// The store: experiments and their trials in one file, raw facts only. The schema is in
// docs/store.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "joulemark/result.h"

namespace joulemark::store {

/// How a store is opened.
enum class OpenMode {
  kReadWrite,  ///< made when missing
  kReadOnly,   ///< never made, never changed
};

/// How much of a trial is loaded.
enum class Detail {
  kSummary,    ///< everything but durations, series and output tail
  kDurations,  ///< with durations and output tail
  kEverything  ///< with series too
};

/// One line of a list of experiments.
struct ExperimentInfo {
  std::int64_t id = 0;
  std::string uuid;
  std::string name;
  double created_at = 0;    ///< seconds since the epoch
  std::int64_t trials = 0;  ///< attempts recorded
  std::int64_t ok = 0;      ///< of them with status ok
};

/// Ordered facts of a model's files.
using ModelFacts = std::vector<std::pair<std::string, std::string>>;

/// Names one attempt within its experiment.
struct TrialKey {
  int block = 0;
  int position = 0;
  int attempt = 0;
  bool operator==(const TrialKey&) const = default;
};

/// An open store. Several processes may have one file open and write to it; each write is one
/// transaction, is on the disk when the call returns, and waits for the others up to 10 s. Use an
/// object from one thread at a time.
///
/// Errors: kUsage for an address that is none; kMachine when the place lacks something (no space,
/// no permission, locked by another process) with what to do; kFailed otherwise, for example a
/// missing file, a file that is no store, or one written by a newer joulemark. A store whose file
/// was deleted, moved or replaced since it was opened for writing refuses (kMachine) to add a trial
/// or to load.
class Store {
 public:
  /// `path_or_url` is a file path, or "sqlite:PATH".
  static Result<Store> open(const std::string& path_or_url, OpenMode mode);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  /// Adds an experiment; its number is the answer. `toml` is its file, complete.
  Result<std::int64_t> create_experiment(const Experiment& experiment, const std::string& toml);
  /// Says that this process runs the experiment, until the store is closed or the process ends in
  /// whatever way. kMachine while another one does, after a wait of 3 s. Where the file system
  /// knows no locks, nobody is kept out.
  Status claim(std::int64_t experiment_id);
  /// Replaces an experiment's name, its value and its file: for one that is known when its trials
  /// are.
  Status set_experiment(std::int64_t experiment_id, const Experiment& experiment,
                        const std::string& toml);
  /// Adds a machine to an experiment; once more with the same key does nothing.
  Status add_host(std::int64_t experiment_id, const HostFingerprint& host);
  /// Adds the machine at rest, after those that are there.
  Status add_bracket(std::int64_t experiment_id, const IdleBracket& bracket);
  /// Adds what a model was: ordered facts of its files. Once more with the same name does nothing.
  Status add_model(std::int64_t experiment_id, const std::string& name, const ModelFacts& facts);
  /// Adds what was found on the machine before the first trial; once for an experiment.
  Status add_findings(std::int64_t experiment_id, const std::vector<Finding>& findings);
  /// Adds one attempt, whole or not at all. A second one with the same (block, position, attempt)
  /// is refused (kFailed).
  Status add_trial(std::int64_t experiment_id, const TrialRecord& trial);

  /// Runs `body`, whose writes to this store are one transaction: all of them, or none when it
  /// fails. The answer is that of `body`.
  Status write_as_one(const std::function<Status()>& body);

  /// Reads the whole file: kFailed when a part of it is damaged or missing.
  Status check_integrity();

  /// All experiments, oldest first.
  Result<std::vector<ExperimentInfo>> experiments();
  /// One experiment with its trials in the order (block, position, attempt); those that do not
  /// count are set aside (plan/attempts.h).
  Result<ExperimentRecord> load(std::int64_t experiment_id, Detail detail);
  /// What was asked, without what came of it.
  Result<Experiment> load_asked(std::int64_t experiment_id);
  /// What `add_model` was given, by the model's name.
  Result<std::map<std::string, ModelFacts>> load_models(std::int64_t experiment_id);
  /// The time lines of one attempt.
  Result<std::vector<Series>> load_series(std::int64_t experiment_id, const TrialKey& key);
  /// The durations of one attempt, nanoseconds.
  Result<std::vector<std::int64_t>> load_durations(std::int64_t experiment_id, const TrialKey& key);

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  /// Everything but hosts and trials.
  Result<ExperimentRecord> load_experiment(std::int64_t experiment_id);
  Result<std::vector<HostFingerprint>> load_hosts(std::int64_t experiment_id);
  std::unique_ptr<State> state_;
};

}  // namespace joulemark::store
