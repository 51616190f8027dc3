// SPDX-License-Identifier: Apache-2.0
// `joulemark doctor`: what this machine can measure, what disturbs, and the remedy for each.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text_table.h"
#include "cli/calibration_flag.h"
#include "cli/commands.h"
#include "cli/descriptions.h"
#include "cli/experiment_flags.h"
#include "cli/json_values.h"
#include "cli/machine_root.h"
#include "cli/meter_flag.h"
#include "cli/output.h"
#include "cli/preflight.h"
#include "cli/preparation.h"
#include "cli/python_flag.h"
#include "cli/self_check.h"
#include "engine/discovery.h"
#include "host/host.h"
#include "host/preflight/finding_table.h"
#include "report/json_values.h"
#include "run/process_worker.h"
#include "sensors/agreement.h"
#include "sensors/boards/nvml_condition.h"
#include "sensors/calibration.h"
#include "sensors/catalog.h"
#include "verdict/energy_text.h"

namespace joulemark::cli {
namespace {

using nlohmann::json;

struct Doctor {
  std::string root = "/";
  std::vector<std::string> engine_roots;
  std::vector<std::string> meters;
  std::vector<std::string> calibration;
  std::string python;
  Arguments::Switch as_json = Arguments::Switch::kOff;
  Arguments::Switch restore = Arguments::Switch::kOff;
  SelfCheckCommand self_check;
};

/// A row of a sensor, and how true its scope is as a whole, where somebody knows.
struct SensorRow {
  SensorStatus status;
  std::optional<sensors::KnownCalibration> calibration = {};
};

/// Everything that is looked at.
struct Diagnosis {
  std::vector<SensorRow> sensors;
  HostFingerprint host;
  std::vector<Finding> findings;
  std::vector<DescribedEngine> engines;
  std::string essential;  ///< why nothing at all can be measured; "" when something can
};

/// Energy may be missing: latency, CPU time and memory are measured all the same. Without a worker
/// or any engine nothing is.
std::string missing_essential(const std::vector<DescribedEngine>& engines) {
  const auto worker = run::default_worker_program();
  if (access(worker.c_str(), X_OK) != 0)
    return fmt::format(
        "cannot start '{}': the program that measures is not there; build it, or "
        "install the whole of joulemark",
        worker.string());
  const bool any = std::any_of(engines.begin(), engines.end(), [](const auto& engine) {
    return std::any_of(engine.descriptions.begin(), engine.descriptions.end(),
                       [](const auto& description) { return description.problem.empty(); });
  });
  return any ? "" : "no engine is usable; run 'joulemark engines' for where they are looked for";
}

std::vector<SensorRow> rows_of(const sensors::SensorEnvironment& environment,
                               sensors::Discovered& found) {
  std::vector<SensorRow> rows;
  for (SensorStatus& status : found.statuses) {
    SensorRow row{.status = std::move(status)};
    if (row.status.usable)
      row.calibration =
          sensors::calibration_of(row.status.sensor, row.status.scope, environment.calibrations);
    rows.push_back(std::move(row));
  }
  return rows;
}

void add_idle_calibrations(const sensors::SensorEnvironment& environment,
                           const sensors::Discovered& found, std::vector<Finding>& findings) {
  for (const Calibration& idle :
       sensors::idle_calibrations(environment.calibrations, found.sensors))
    findings.push_back(host::finding_of(
        "calibration_idle",
        fmt::format("--calibration {} applies to nothing that is read here", idle.name()),
        "name a sensor that is ok above, or one of its scopes: SENSOR:SCOPE"));
  host::sort_findings(findings);
}

Diagnosis diagnose(const Doctor& command, const std::map<std::string, std::string>& roots,
                   const sensors::SensorEnvironment& environment) {
  SystemClock clock;
  host::Preflight preflight({.root = command.root,
                             .places = places_of("joulemark.sqlite", 0),
                             .system = host::system_facts(command.root)},
                            clock);
  sensors::Discovered found = sensors::discover(environment);
  sensors::check_agreement(environment, found);
  auto findings = find_all(preflight, environment, found.statuses);
  add_idle_calibrations(environment, found, findings);
  Diagnosis diagnosis{
      .sensors = rows_of(environment, found),
      .host = host::fingerprint(command.root),
      .findings = std::move(findings),
      .engines = describe_all(engine::list_engines(engine::default_search_path(roots))),
      .essential = {}};
  host::add_facts(diagnosis.host, sensors::nvml_facts(environment));
  diagnosis.essential = missing_essential(diagnosis.engines);
  return diagnosis;
}

json findings_json(const std::vector<Finding>& findings) {
  json all = report::findings_json(findings);
  for (json& finding : all)
    if (finding["remedy"].get<std::string>().empty()) finding["remedy"] = nullptr;
  return all;
}

json row_json(const SensorRow& row) {
  json out = sensor_json(row.status);
  out["calibration"] = nullptr;
  if (const auto& known = row.calibration)
    out["calibration"] = {{"name", known->name},
                          {"gain", known->gain},
                          {"relative_u", known->relative_u},
                          {"source", known->source}};
  return out;
}

std::string to_json(const Diagnosis& diagnosis) {
  json sensors = json::array();
  for (const SensorRow& row : diagnosis.sensors) sensors.push_back(row_json(row));
  json engines = json::array();
  for (const auto& engine : diagnosis.engines) engines.push_back(described_json(engine));
  json facts = json::object();
  for (const auto& [name, value] : diagnosis.host.facts) facts[name] = value;
  const json out = {{"can_measure", diagnosis.essential.empty()},
                    {"reason", diagnosis.essential.empty() ? json() : json(diagnosis.essential)},
                    {"sensors", std::move(sensors)},
                    {"findings", findings_json(diagnosis.findings)},
                    {"engines", std::move(engines)},
                    {"host", {{"key", diagnosis.host.key}, {"facts", std::move(facts)}}}};
  return json_line(out);
}

/// Collects lines of "mark subject  message", each with its remedy below it.
class Page {
 public:
  explicit Page(std::size_t width) : width_(width) {}

  void heading(std::string_view text) {
    out_ += fmt::format("{}{}\n", out_.empty() ? "" : "\n", text);
  }
  void line(std::string_view mark, const std::string& text, const std::string& remedy) {
    constexpr std::size_t kIndent = 10;
    out_ += fmt::format("  {:<8}{}\n", mark, wrap_at(kIndent, printable(text), width_));
    if (!remedy.empty())
      out_ += std::string(kIndent, ' ') + wrap_at(kIndent, "remedy: " + printable(remedy), width_) +
              '\n';
  }
  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  std::size_t width_;
  std::string out_;
};

/// "; calibration × 1.013 ± 1.6 % (given by the user)", 95 % as everywhere for people; "" where the
/// user gave none.
std::string calibration_text(const SensorRow& row) {
  constexpr double kPercent = 100;
  const auto& known = row.calibration;
  if (!known || known->source != "given by the user") return "";
  return fmt::format("; calibration × {} ± {:.2g} % ({})", known->gain,
                     kPercent * verdict::kCoverageFactor * known->relative_u, known->source);
}

void add_sensors(const Diagnosis& diagnosis, Page& page) {
  page.heading("Energy sensors");
  for (const SensorRow& row : diagnosis.sensors) {
    const SensorStatus& status = row.status;
    const std::string scope = status.scope.empty() ? "" : " " + status.scope;
    page.line(status.usable ? "ok" : "absent",
              fmt::format("{}{}: {}{}", status.sensor, scope, status.detail, calibration_text(row)),
              status.remedy);
  }
}

void add_findings(const Diagnosis& diagnosis, Page& page) {
  page.heading("This machine");
  if (diagnosis.findings.empty()) page.line("ok", "nothing was found that disturbs", "");
  for (const Finding& finding : diagnosis.findings)
    page.line(to_string(finding.severity),
              fmt::format("{} ({}): {}", finding.message, finding.code, finding.why),
              finding.remedy);
}

void add_install(const EngineInstall& install, const std::string& problem, Page& page) {
  const std::string version = install.version.empty() ? "" : " " + install.version;
  std::string text = fmt::format("{}{}: built in", install.engine, version);
  if (!install.library_dir.empty())
    text = fmt::format("{}{}: '{}' (found by {})", install.engine, version, install.library_dir,
                       install.found_by);
  page.line(problem.empty() ? "ok" : "broken", problem.empty() ? text : text + ": " + problem, "");
}

void add_engines(const Diagnosis& diagnosis, Page& page) {
  page.heading("Engines");
  for (const auto& [listing, descriptions] : diagnosis.engines) {
    if (listing.installs.empty())
      page.line("absent", listing.manifest.name + ": " + listing.reason, "");
    for (std::size_t i = 0; i < listing.installs.size(); ++i)
      add_install(listing.installs[i], descriptions[i].problem, page);
    for (const auto& [install, reason] : listing.rejected)
      page.line("broken",
                fmt::format("{} in '{}' (found by {}) is passed over: {}", install.engine,
                            install.library_dir, install.found_by, reason),
                "");
  }
}

std::string to_text(const Diagnosis& diagnosis) {
  constexpr std::size_t kNarrowest = 40;
  Page page(std::max(stdout_width(), kNarrowest));
  add_sensors(diagnosis, page);
  add_findings(diagnosis, page);
  add_engines(diagnosis, page);
  return std::move(page).take();
}

Result<int> doctor(const Doctor& command) {
  if (auto root = check_root(command.root); !root) return fail(root.error());
  if (command.restore == Arguments::Switch::kOn) return restore_machine(command.root);
  const auto meters = meters_from(command.meters);
  if (!meters) return fail(meters.error());
  auto calibrations = calibrations_from(command.calibration);
  if (!calibrations) return fail(calibrations.error());
  if (command.self_check.wanted == Arguments::Switch::kOn)
    return self_check(command.self_check, command.root, command.as_json);
  auto roots = parse_engine_roots(command.engine_roots);
  if (!roots) return fail(roots.error());
  if (auto added = add_python_roots(command.python, {}, *roots); !added) return fail(added.error());
  const Diagnosis diagnosis =
      diagnose(command, *roots,
               {.root = command.root, .meters = *meters, .calibrations = *std::move(calibrations)});
  const bool as_json = command.as_json == Arguments::Switch::kOn;
  auto printed = print(as_json ? to_json(diagnosis) : to_text(diagnosis));
  if (!printed || diagnosis.essential.empty()) return printed;
  return fail(ErrorKind::kMachine, diagnosis.essential);
}

}  // namespace

Action declare_doctor(Arguments& arguments) {
  const auto command = std::make_shared<Doctor>();
  arguments.flag("--json", command->as_json, "Print everything as JSON");
  arguments.repeated("--engine-root ENGINE=FOLDER", command->engine_roots,
                     "Installation of your own, looked at before all other places");
  declare_python(arguments, command->python);
  declare_meters(arguments, command->meters);
  declare_calibrations(arguments, command->calibration);
  declare_root(arguments, command->root);
  arguments.flag("--restore", command->restore,
                 "Restore instead what a run with --prepare left changed because it was killed");
  declare_self_check(arguments, command->self_check);
  return [command] { return doctor(*command); };
}

}  // namespace joulemark::cli
