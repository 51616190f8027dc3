// SPDX-License-Identifier: Apache-2.0
// Experiments are compared as files, in which what differs can be shown.
#include "cli/resume.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/split.h"
#include "cli/stored_experiment.h"
#include "config/experiment_file.h"
#include "plan/attempts.h"
#include "plan/dismissed.h"
#include "verdict/adaptation.h"

namespace joulemark::cli {
namespace {

using Switch = Arguments::Switch;

/// The first line in which two files differ: "'seed = 1' there, 'seed = 2' here".
std::string difference(const std::string& there, const std::string& here) {
  const auto a = split(there, '\n');
  const auto b = split(here, '\n');
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const auto line = [i](const auto& lines) {
      return i < lines.size() ? fmt::format("'{}'", lines[i]) : std::string("nothing");
    };
    if (line(a) != line(b)) return fmt::format("{} there, {} here", line(a), line(b));
  }
  return "";
}

tl::unexpected<Error> is_another(const std::string& path, std::int64_t id,
                                 const std::string& difference) {
  return fail(ErrorKind::kUsage,
              fmt::format("cannot resume: experiment {} of '{}' is another one ({}); undo the "
                          "change, or run it without --resume as a new experiment",
                          id, path, difference));
}

/// What the stored trials have decided about those that are not there.
class Decided {
 public:
  /// `record` is borrowed.
  explicit Decided(const ExperimentRecord& record)
      : experiment_(record.experiment),
        adaptation_(verdict::adaptation_of(record)),
        dismissed_(record.experiment) {
    for (const TrialRecord& trial : record.trials) dismissed_.note(trial);
  }
  [[nodiscard]] bool is_spared(const plan::PlannedTrial& trial) const {
    const plan::CellName cell{experiment_.models[trial.model].name,
                              configuration_label(trial.configuration)};
    const auto blocks = dismissed_.blocks_of(cell);
    return trial.block >= adaptation_.blocks_of(experiment_, cell) ||
           (blocks && trial.block >= *blocks);
  }

 private:
  const Experiment& experiment_;
  verdict::Adaptation adaptation_;
  plan::Dismissed dismissed_;
};

}  // namespace

void Resume::declare(Arguments& arguments) {
  arguments.flag("--resume", on,
                 "Go on with what the store has of this experiment: only the trials that are "
                 "missing, in the same order. Without a file: with the store's newest experiment");
  arguments.option("--experiment N", experiment, "Number of the experiment to resume");
}

Status Resume::check() const {
  if (!experiment || on == Switch::kOn) return {};
  return fail(ErrorKind::kUsage, "--experiment says what to resume; give --resume with it");
}

Result<Experiment> asked_of_store(const std::string& path, const Resume& resume) {
  auto store = open_store(path);
  if (!store) return fail(store.error());
  const auto infos = store->experiments();
  if (!infos) return fail(infos.error());
  const auto id = choose_experiment(*infos, path, resume.experiment);
  if (!id) return fail(id.error());
  auto experiment = store->load_asked(*id);
  if (!experiment || experiment->origin.empty()) return experiment;
  return fail(ErrorKind::kUsage,
              fmt::format("cannot resume experiment {} of '{}': it was imported", *id, path));
}

Result<std::optional<std::int64_t>> find_begun(store::Store& store, const std::string& path,
                                               const Experiment& experiment, const Resume& resume) {
  const auto infos = store.experiments();
  if (!infos) return fail(infos.error());
  if (resume.experiment)
    if (auto known = choose_experiment(*infos, path, resume.experiment); !known)
      return fail(known.error());
  const std::string here = config::to_toml(experiment);
  std::optional<Error> unlike;
  for (auto info = infos->rbegin(); info != infos->rend(); ++info) {
    const bool is_asked_for = resume.experiment == info->id;
    if (resume.experiment ? !is_asked_for : info->name != experiment.name) continue;
    const auto stored = store.load_asked(info->id);
    if (!stored) return fail(stored.error());
    const std::string there = config::to_toml(*stored);
    if (there == here) return std::optional(info->id);
    if (unlike) continue;
    const auto there_is = progressed(store, info->id, *stored);
    if (!there_is) return fail(there_is.error());
    if (is_asked_for || !there_is->missing.empty())
      unlike = is_another(path, info->id, difference(there, here)).value();
  }
  if (unlike) return fail(*unlike);
  return std::optional<std::int64_t>();
}

Result<Progressed> progressed(store::Store& store, std::int64_t id, const Experiment& experiment) {
  const auto record = store.load(id, store::Detail::kSummary);
  if (!record) return fail(record.error());
  std::map<std::pair<int, int>, plan::Attempts> attempts;
  for (const auto* trials : {&record->trials, &record->set_aside})
    for (const TrialRecord& trial : *trials) attempts[{trial.block, trial.position}].add(trial);
  const Decided decided(*record);
  Progressed progressed;
  for (plan::PlannedTrial& trial : plan::make_plan(experiment)) {
    const plan::Attempts& there = attempts[{trial.block, trial.position}];
    if (!there.want_another(experiment.protocol.retries))
      ++(there.ended_ok() ? progressed.ok : progressed.not_ok);
    else if (decided.is_spared(trial))
      ++progressed.spared;
    else
      progressed.missing.push_back(std::move(trial));
  }
  return progressed;
}

}  // namespace joulemark::cli
