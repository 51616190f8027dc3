// SPDX-License-Identifier: Apache-2.0
// CSV files of other tools; the first byte chooses wide, long, or long with a map.
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "exchange/csv_trials.h"
#include "target.h"

namespace {

using namespace joulemark;  // NOLINT(google-build-using-namespace)

void expect(bool holds) {
  if (!holds) std::abort();
}

exchange::CsvMap map_of(char kind) {
  exchange::CsvMap map;
  if (kind == 'w') return map;
  map.metric_column = "metric";
  map.value_column = "value";
  if (kind == 'm')
    map.fields = {{"model", "model"}, {"engine", "engine"}, {"energy_J", "kwh*3600000"}};
  return map;
}

/// What the store and the verdict rely on.
void check(const TrialRecord& trial) {
  expect(!trial.model.empty() && !trial.configuration.engine.empty());
  expect(trial.configuration.batch >= 1 && trial.configuration.threads >= 0);
  expect(trial.block >= 0 && trial.position >= 0 && trial.attempt >= 0);
  expect(!trial.energy.empty() && trial.energy.back().scope == "total");
  for (const Energy& energy : trial.energy) {
    expect(energy.joules.has_value() == (energy.energy_class != EnergyClass::kAbsent));
    expect(!energy.joules || *energy.joules >= 0);
  }
  for (const PhaseInterval& phase : trial.phases) expect(phase.t0_ns <= phase.t1_ns);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::set<std::tuple<int, int, int>> keys;
  exchange::TrialCollector collector([&](const TrialRecord& trial) {
    check(trial);
    keys.emplace(trial.block, trial.position, trial.attempt);
    return Status();
  });
  const exchange::CsvMap map = map_of(static_cast<char>(data[0]));
  expect(exchange::check(map).has_value());
  (void)exchange::parse_csv_trials(bytes, "fuzz.csv", map, collector);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {
      "wmodel,engine,provider,threads,batch,block,status,energy_J,duration_s,iterations\n"
      "m,e,cpu,2,1,0,ok,12.5,3,30\n\"a, b\",f,cuda,,8,1,crashed,NA,,\n",
      "wmodel,engine,cpu_energy_J,gpu_energy_J,energy_class,latencies_ms,options,position,attempt\n"
      "m,e,1,2,measured,1.5 2;3,a=b;c=d,4,0\nm,e,1,,,,,4,1\n",
      "lmodel,engine,block,metric,value\nm,e,0,energy_J,2\nm,e,0,duration_s,1\nm,e,1,other,x\n",
      "mmodel,engine,metric,value\nm,e,kwh,2e-3\nm,f,kwh,1\n"};
}
