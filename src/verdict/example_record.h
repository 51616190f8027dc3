// SPDX-License-Identifier: Apache-2.0
// Small experiments for tests: a cell is a label and its times, one per block.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "joulemark/result.h"

namespace joulemark::verdict::example {

/// "onnxruntime cpu f32 t2 b1".
inline Configuration configuration(const std::string& engine, int threads = 2, int batch = 1) {
  Configuration result;
  result.engine = engine;
  result.threads = threads;
  result.batch = batch;
  return result;
}

/// A finished trial of 1000 calls that took `seconds` each, without energy.
inline TrialRecord trial(const Configuration& configuration, int block, double seconds) {
  TrialRecord record;
  record.block = block;
  record.model = "magika";
  record.configuration = configuration;
  record.install = {.engine = configuration.engine,
                    .version = "1.0",
                    .plugin = "",
                    .library_dir = "",
                    .found_by = "cache"};
  record.host = "host";
  record.iterations = 1000;
  const auto ns = static_cast<std::int64_t>(seconds * 1e9);
  record.phases = {{Phase::kLoad, 0, 500'000'000},
                   {Phase::kMeasure, 1'000'000'000, 1'000'000'000 + 1000 * ns}};
  record.durations_ns.assign(1000, ns);
  record.energy = {{.scope = "total",
                    .sensor = "",
                    .energy_class = EnergyClass::kAbsent,
                    .joules = {},
                    .uncertainty_j = {},
                    .reason = "vm",
                    .detail = "virtual machines do not pass on the processor's energy counter"}};
  record.resources.cpu_s = 1800 * seconds;
  record.resources.peak_rss_bytes = 64 << 20;
  record.agreement.compared = true;
  return record;
}

/// The trial with a measured total.
inline TrialRecord with_joules(TrialRecord record, double joules) {
  record.energy = {{.scope = "total",
                    .sensor = "powercap",
                    .energy_class = EnergyClass::kMeasured,
                    .joules = joules,
                    .uncertainty_j = joules / 1000,
                    .reason = "",
                    .detail = ""}};
  return record;
}

/// The trial as one that ended with `status`, before its window.
inline TrialRecord ended(TrialRecord record, TrialStatus status, const std::string& reason) {
  record.status = status;
  record.reason = reason;
  record.phases.clear();
  record.durations_ns.clear();
  record.iterations = 0;
  record.energy.clear();
  return record;
}

using CellTimes = std::pair<Configuration, std::vector<double>>;

/// Every cell's times as trials, block by block, and the experiment that planned them.
inline ExperimentRecord record(const std::vector<CellTimes>& cells) {
  ExperimentRecord result;
  result.id = 1;
  result.experiment.name = "example";
  ModelSpec model;
  model.name = "magika";
  result.experiment.models = {model};
  std::size_t blocks = 0;
  for (const CellTimes& cell : cells) blocks = std::max(blocks, cell.second.size());
  result.experiment.protocol.repetitions = static_cast<int>(blocks);
  for (std::size_t block = 0; block < blocks; ++block) {
    for (const CellTimes& cell : cells) {
      if (block >= cell.second.size()) continue;
      result.trials.push_back(trial(cell.first, static_cast<int>(block), cell.second[block]));
    }
  }
  return result;
}

/// Five times around `centre`, 1 % apart or less.
inline std::vector<double> around(double centre) {
  return {centre, centre * 1.004, centre * 0.997, centre * 1.006, centre * 0.995};
}

}  // namespace joulemark::verdict::example
