// SPDX-License-Identifier: Apache-2.0
#include "verdict/executing_provider.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "sensors/boards/board_load.h"
#include "verdict/collect.h"
#include "verdict/same_work.h"
#include "verdict/simulated.h"

namespace joulemark::verdict {
namespace {

constexpr const char* kProcessor = "cpu";
constexpr double kPercent = 100;
/// Of the nodes; more is not what the label says.
constexpr double kMostElsewhere = 0.5;
/// Per cent; a desktop that draws its windows stays below.
constexpr double kBusyGpu = 20;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string text_of(const TrialRecord& trial, const char* key) {
  const auto value = effective_value(trial, key);
  return value.is_string() ? lower(value.get<std::string>()) : std::string();
}

/// "cuda" of "CUDAExecutionProvider", as ONNX Runtime names them; "" of another name.
std::string provider_of(const std::string& name) {
  constexpr std::string_view kSuffix = "executionprovider";
  std::string provider = lower(name);
  if (!provider.ends_with(kSuffix)) return "";
  provider.resize(provider.size() - kSuffix.size());
  return provider;
}

/// Whether an engine's word for a device ("CPU", "(GPU.0)", "cuda:0") is the processor.
bool names_processor(const std::string& device) {
  return device.find(kProcessor) != std::string::npos;
}

/// The provider or device that the engine names, where that is not the label's.
std::optional<std::string> other_device(const TrialRecord& trial) {
  const std::string provider = text_of(trial, "provider");
  if (!provider.empty() && provider != lower(trial.configuration.provider)) return provider;
  for (const char* key : {"device", "execution_devices"}) {
    const std::string device = text_of(trial, key);
    if (!device.empty() && names_processor(device) != is_on_processor(trial)) return device;
  }
  return std::nullopt;
}

/// What the boards' energies say of their load; they say nothing on a simulated machine, whose
/// boards work whatever the worker does.
std::vector<sensors::BoardLoad> loads_of(const ExperimentRecord& record, const TrialRecord& trial) {
  std::vector<sensors::BoardLoad> loads;
  if (simulated_machine(record)) return loads;
  for (const Energy& energy : trial.energy)
    if (const auto load = sensors::noted_load(energy)) loads.push_back(*load);
  return loads;
}

bool is_shared(const TrialRecord& trial) {
  return std::any_of(trial.energy.begin(), trial.energy.end(),
                     [](const Energy& energy) { return energy.detail.starts_with("shared_gpu"); });
}

}  // namespace

bool is_on_processor(const TrialRecord& trial) {
  return trial.configuration.provider == kProcessor;
}

std::optional<Elsewhere> nodes_elsewhere(const TrialRecord& trial) {
  const auto providers = effective_value(trial, "providers");
  if (!providers.is_object()) return std::nullopt;
  const std::string asked = lower(trial.configuration.provider);
  double all = 0;
  double elsewhere = 0;
  std::pair<double, std::string> most;
  for (const auto& [name, count] : providers.items()) {
    const std::string provider = provider_of(name);
    if (provider.empty() || !count.is_number()) continue;
    const double nodes = std::max(count.get<double>(), 0.0);
    all += nodes;
    if (provider == asked) continue;
    elsewhere += nodes;
    most = std::max(most, {nodes, provider});
  }
  if (elsewhere <= 0) return std::nullopt;
  return Elsewhere{.share = elsewhere / all, .provider = most.second};
}

std::optional<std::string> other_provider(const ExperimentRecord&, const TrialRecord& trial) {
  const std::string& label = trial.configuration.provider;
  if (const auto device = other_device(trial))
    return fmt::format("it ran on '{}', not on '{}'", *device, label);
  const auto elsewhere = nodes_elsewhere(trial);
  if (!elsewhere || elsewhere->share <= kMostElsewhere) return std::nullopt;
  return fmt::format("{:.0f} % of its nodes ran on '{}', not on '{}'", kPercent * elsewhere->share,
                     elsewhere->provider, label);
}

std::optional<std::string> idle_gpu(const ExperimentRecord& record, const TrialRecord& trial) {
  const auto loads = loads_of(record, trial);
  const bool idle = std::all_of(loads.begin(), loads.end(),
                                [](const sensors::BoardLoad& load) { return load.most <= 0; });
  if (is_on_processor(trial) || loads.empty() || !idle) return std::nullopt;
  return fmt::format("no GPU computed anything in its window: it did not run on '{}'",
                     trial.configuration.provider);
}

std::optional<std::string> busy_gpu(const ExperimentRecord& record, const TrialRecord& trial) {
  if (!is_on_processor(trial) || is_shared(trial)) return std::nullopt;
  for (const sensors::BoardLoad& load : loads_of(record, trial))
    if (load.least >= kBusyGpu)
      return fmt::format(
          "a GPU was busy for {:.0f} % of its window, and no other process computed on it: it did "
          "not run on '{}' alone",
          load.least, trial.configuration.provider);
  return std::nullopt;
}

std::optional<std::string> partly_elsewhere_caveat(const ExperimentRecord& record,
                                                   const Judgement& judgement) {
  std::vector<std::string> who;
  for (const Cell& cell : judgement.cells) {
    if (!cell.ranked() || cell.trials.empty()) continue;
    const auto elsewhere = nodes_elsewhere(record.trials[cell.trials.front()]);
    if (!elsewhere) continue;
    who.push_back(fmt::format("{} ({:.0f} % of the nodes on '{}')", full_name(judgement, cell),
                              kPercent * elsewhere->share, elsewhere->provider));
  }
  if (who.empty()) return std::nullopt;
  return "another provider than the label's executed a part of the graph: " + names(who);
}

}  // namespace joulemark::verdict
