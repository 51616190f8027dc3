// SPDX-License-Identifier: Apache-2.0
#include "cli/measure_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "cli/measure_summary.h"
#include "report/estimates.h"
#include "report/json_values.h"
#include "verdict/clock_faults.h"
#include "verdict/energy_text.h"
#include "verdict/throttling.h"

namespace joulemark::cli {
namespace {

using Json = nlohmann::ordered_json;
using run::CommandRun;

/// What is told of a run besides its energy.
struct Fact {
  const char* key;
  const char* title;
  std::optional<double> (*value)(const CommandRun&);
  std::string (*text)(double);
};

template <std::optional<double> Resources::*Member>
std::optional<double> real(const CommandRun& run) {
  return run.resources.*Member;
}
template <std::optional<std::int64_t> Resources::*Member>
std::optional<double> whole(const CommandRun& run) {
  const auto& value = run.resources.*Member;
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

std::string seconds_text(double seconds) {
  return fmt::format("{:.4g} s", seconds);
}
std::string mebibytes_text(double bytes) {
  return fmt::format("{:.4g} MiB", bytes / (1 << 20));
}
std::string count_text(double count) {
  return fmt::format("{:.0f}", count);
}

template <WindowFact Of>
std::optional<double> observed(const CommandRun& run) {
  return run.resources.facts.at(Of).value;
}

/// A fact of the surroundings, which the table of facts names.
template <WindowFact Of>
constexpr Fact surrounding(const char* title, std::string (*text)(double)) {
  return {key_of(Of), title, observed<Of>, text};
}

std::string times_text(double count) {
  return fmt::format("{:.0f} times", count);
}
std::string percent_text(double percent) {
  return fmt::format("{:.3g} % of a core", percent);
}
std::string celsius_text(double degrees) {
  return fmt::format("{:.1f} °C", degrees);
}

constexpr Fact kFacts[] = {
    {"duration_s", "duration", [](const CommandRun& run) { return std::optional(run.seconds()); },
     seconds_text},
    {"cpu_s", "CPU time", real<&Resources::cpu_s>, seconds_text},
    {"cpu_user_s", "in user mode", real<&Resources::cpu_user_s>, seconds_text},
    {"cpu_system_s", "in the kernel", real<&Resources::cpu_system_s>, seconds_text},
    {"peak_rss_bytes", "peak memory", whole<&Resources::peak_rss_bytes>, mebibytes_text},
    {"minor_faults", "minor page faults", whole<&Resources::minor_faults>, count_text},
    {"major_faults", "major page faults", whole<&Resources::major_faults>, count_text},
    {"voluntary_switches", "voluntary context switches", whole<&Resources::voluntary_switches>,
     count_text},
    {"involuntary_switches", "involuntary context switches",
     whole<&Resources::involuntary_switches>, count_text},
    surrounding<WindowFact::kReadBytes>("read from storage", mebibytes_text),
    surrounding<WindowFact::kWrittenBytes>("written to storage", mebibytes_text),
    surrounding<WindowFact::kGroupCpu>("CPU time of the group", seconds_text),
    surrounding<WindowFact::kGroupThrottles>("group throttled", times_text),
    surrounding<WindowFact::kGroupThrottled>("  for", seconds_text),
    surrounding<WindowFact::kGroupPeak>("peak memory of the group", mebibytes_text),
    surrounding<WindowFact::kGroupReadBytes>("read by the group", mebibytes_text),
    surrounding<WindowFact::kGroupWrittenBytes>("written by the group", mebibytes_text),
    surrounding<WindowFact::kPressureCpu>("waited for processors", seconds_text),
    surrounding<WindowFact::kPressureMemory>("waited for memory", seconds_text),
    surrounding<WindowFact::kPressureIo>("waited for storage", seconds_text),
    surrounding<WindowFact::kTemperatureBegin>("temperature before", celsius_text),
    surrounding<WindowFact::kTemperatureEnd>("temperature after", celsius_text),
    surrounding<WindowFact::kThermalThrottles>("slowed down for heat", times_text),
    surrounding<WindowFact::kSamplerCpu>("reading the sensors cost", percent_text),
    surrounding<WindowFact::kSamplerMissed>("  and was late", times_text),
    surrounding<WindowFact::kSuspended>("machine suspended", seconds_text),
    surrounding<WindowFact::kClockStep>("clock was set by", seconds_text)};

/// Why `fact` is absent.
std::string reason_of(const Fact& fact, const CommandRun& run) {
  const auto of_window = window_fact_from(fact.key);
  return of_window ? run.resources.facts.at(*of_window).reason : "below_resolution";
}

/// Why the uncertainty of the calibration is absent.
std::string calibration_reason(const Energy& energy) {
  return energy.joules ? "not_known" : energy.reason;
}

Json energy_json(const Energy& energy) {
  Json json = {{"scope", energy.scope}};
  report::put(json, "joules", energy.joules.value_or(std::nan("")), energy.reason);
  report::put(json, "uncertainty_j", energy.uncertainty_j.value_or(std::nan("")), energy.reason);
  report::put(json, "calibration_j", energy.calibration_j.value_or(std::nan("")),
              calibration_reason(energy));
  json["class"] = to_string(energy.energy_class);
  json["sensor"] = energy.sensor;
  json["reason"] = energy.reason;
  json["detail"] = energy.detail;
  return json;
}

Json energies_json(const std::vector<Energy>& energies) {
  Json list = Json::array();
  for (const Energy& energy : energies) list.push_back(energy_json(energy));
  return list;
}

Json run_json(const CommandRun& run) {
  Json json = Json::object();
  for (const Fact& fact : kFacts)
    report::put(json, fact.key, fact.value(run).value_or(std::nan("")), reason_of(fact, run));
  json["exit_status"] = run.exit_status;
  json["signal"] = run.signal;
  json["energy"] = energies_json(run.energy);
  if (run.estimate) json["estimate"] = report::estimate_json(*run.estimate);
  return json;
}

/// The first run without the fact; without such a run, the first.
const CommandRun* lacking(const MeasuredCommand& measured, const Fact& fact) {
  const auto found = std::find_if(measured.runs.begin(), measured.runs.end(),
                                  [&](const CommandRun& run) { return !fact.value(run); });
  return found == measured.runs.end() ? &measured.runs.front() : &*found;
}

std::vector<Caveat> caveats_of(const MeasuredCommand& measured) {
  std::vector<const WindowFacts*> windows;
  for (const CommandRun& run : measured.runs) windows.push_back(&run.resources.facts);
  auto caveats = verdict::throttling(windows, "runs");
  for (Caveat& fault : verdict::clock_faults(windows, "runs")) caveats.push_back(std::move(fault));
  return caveats;
}

void put_means(Json& json, const MeasuredCommand& measured) {
  for (const Fact& fact : kFacts) {
    const auto mean = mean_of(measured.runs, fact.value);
    const std::string reason = reason_of(fact, *lacking(measured, fact));
    report::put(json, fact.key, mean ? mean->estimate : std::nan(""), reason);
    const std::string ci = std::string(fact.key) + "_ci";
    json[ci] = mean && mean->bounded() ? Json{mean->lo, mean->hi} : Json();
    if (json[ci].is_null()) json[ci + "_reason"] = mean ? to_string(mean->outcome) : reason;
  }
}

void put_net(Json& json, const MeasuredCommand& measured, const std::string& reason) {
  if (!measured.idle_wanted) return;
  const auto idle = idle_of(measured);
  const auto net = net_of(measured);
  const double nan = std::nan("");
  report::put(json, "idle_w", idle ? idle->watts : nan, reason);
  report::put(json, "idle_uncertainty_w", idle ? idle->uncertainty_w : nan, reason);
  report::put(json, "net_joules", net ? net->joules : nan, reason);
  report::put(json, "net_uncertainty_j", net ? net->uncertainty_j : nan, reason);
}

std::string how_it_ended(const std::vector<CommandRun>& runs) {
  const auto failed = std::find_if(runs.begin(), runs.end(),
                                   [](const CommandRun& run) { return !run.succeeded(); });
  if (failed == runs.end()) return "";
  return failed->signal != 0 ? fmt::format("; a run was ended by signal {}", failed->signal)
                             : fmt::format("; a run ended with status {}", failed->exit_status);
}

void add_energies(const MeasuredCommand& measured, TextTable& table) {
  const std::vector<Energy> energies = mean_energies(measured.runs);
  table.add_row({"energy", energy_text(verdict::shown_total(energies))});
  for (std::size_t i = 0; i + 1 < energies.size(); ++i)
    table.add_row({"  " + energies[i].scope, energy_text(verdict::shown_scope(energies[i]))});
  const auto net = net_of(measured);
  const auto idle = idle_of(measured);
  if (net && idle)
    table.add_row(
        {"  above idle",
         fmt::format("{}, {} idle", verdict::uncertain_text({net->joules, net->uncertainty_j}),
                     verdict::uncertain_text({idle->watts, idle->uncertainty_w, "W"}))});
  const Energy& total = energies.back();
  if (total.joules)
    table.add_row({"  calibration", verdict::calibration_text(total.calibration_j)});
  if (total.joules) table.add_row({"  scope", total.detail});
  if (const auto estimate = mean_estimate(measured.runs))
    table.add_row({"estimate", report::estimate_text(*estimate)});
}

/// What ± means, where one is shown.
std::string uncertainty_note(const MeasuredCommand& measured) {
  const auto& energies = measured.runs.front().energy;
  const bool any = std::any_of(energies.begin(), energies.end(),
                               [](const Energy& energy) { return energy.joules.has_value(); });
  return any ? fmt::format("  {}\n", verdict::kUncertaintyNote) : "";
}

}  // namespace

std::string measure_json(const MeasuredCommand& measured) {
  const std::vector<Energy> energies = mean_energies(measured.runs);
  const Energy& total = energies.back();
  Json json = {{"command", measured.words}, {"repetitions", measured.runs.size()}};
  if (!measured.simulated.empty()) json["simulated_machine"] = measured.simulated;
  put_means(json, measured);
  json["energy"] = energies_json(energies);
  report::put(json, "total_joules", total.joules.value_or(std::nan("")), total.reason);
  report::put(json, "total_uncertainty_j", total.uncertainty_j.value_or(std::nan("")),
              total.reason);
  report::put(json, "total_calibration_j", total.calibration_j.value_or(std::nan("")),
              calibration_reason(total));
  put_net(json, measured, total.reason.empty() ? "not_recorded" : total.reason);
  if (const auto estimate = mean_estimate(measured.runs))
    json["estimate"] = report::estimate_json(*estimate);
  json["caveats"] = report::caveats_json(caveats_of(measured));
  Json runs = Json::array();
  for (const CommandRun& run : measured.runs) runs.push_back(run_json(run));
  json["runs"] = std::move(runs);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string measure_text(const MeasuredCommand& measured) {
  TextTable table({{.head = ""}, {.head = ""}});
  for (const Fact& fact : kFacts) {
    const auto mean = mean_of(measured.runs, fact.value);
    if (!mean) continue;
    std::string text = fact.text(mean->estimate);
    const bool varies = mean->bounded() && mean->lo < mean->hi && fact.text != count_text;
    if (varies) text += fmt::format("  [{}, {}]", fact.text(mean->lo), fact.text(mean->hi));
    table.add_row({fact.title, text});
    if (&fact == &kFacts[0]) add_energies(measured, table);
  }
  std::string text = fmt::format(
      "{}: {} run{}{}\n", printable(fmt::format("{}", fmt::join(measured.words, " "))),
      measured.runs.size(), measured.runs.size() == 1 ? "" : "s", how_it_ended(measured.runs));
  if (!measured.simulated.empty())
    text += fmt::format("  on the simulated machine '{}': its energy is scripted\n",
                        printable(measured.simulated));
  const std::vector<std::string> lines = table.lines();
  for (std::size_t i = 1; i < lines.size(); ++i) text += "  " + lines[i] + '\n';
  text += uncertainty_note(measured);
  for (const Caveat& caveat : caveats_of(measured)) text += "  " + caveat.message + '\n';
  return text;
}

}  // namespace joulemark::cli
