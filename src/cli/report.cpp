// SPDX-License-Identifier: Apache-2.0
// `joulemark report`: a stored experiment as a page, a text or JSON.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/suggest.h"
#include "base/text_table.h"
#include "cli/commands.h"
#include "cli/json_values.h"
#include "cli/output.h"
#include "cli/output_target.h"
#include "cli/report_output.h"
#include "cli/stored_experiment.h"

namespace joulemark::cli {
namespace {

using nlohmann::json;
using Switch = Arguments::Switch;
using Infos = std::vector<store::ExperimentInfo>;

constexpr const char* kDefaultPage = "report.html";

struct Report {
  std::string store = "joulemark.sqlite";
  std::string format;
  std::string output;
  std::optional<std::int64_t> experiment;
  Switch as_json = Switch::kOff;
  Switch list = Switch::kOff;
};

std::string time_text(double seconds_since_epoch) {
  const auto time = static_cast<std::time_t>(seconds_since_epoch);
  std::tm local{};
  char text[32] = "";
  if (localtime_r(&time, &local) != nullptr)
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
  return text;
}

std::string list_json(const Infos& infos) {
  json rows = json::array();
  for (const auto& info : infos)
    rows.push_back({{"id", info.id},
                    {"uuid", info.uuid},
                    {"name", info.name},
                    {"created_at", info.created_at},
                    {"trials", info.trials},
                    {"trials_ok", info.ok}});
  return json_line({{"experiments", std::move(rows)}});
}

std::string list_text(const Infos& infos) {
  TextTable table({{.head = "id", .align = Align::kRight},
                   {.head = "begun"},
                   {.head = "trials", .align = Align::kRight},
                   {.head = "ok", .align = Align::kRight},
                   {.head = "name"}});
  for (const auto& info : infos)
    table.add_row({std::to_string(info.id), time_text(info.created_at), std::to_string(info.trials),
                   std::to_string(info.ok), printable(info.name)});
  return table.to_string();
}

Status check_format(const Report& command) {
  const std::vector<std::string> formats = {"text", "json", "html"};
  if (command.as_json == Switch::kOn && !command.format.empty() && command.format != "json")
    return fail(ErrorKind::kUsage,
                fmt::format("--json and --format {} contradict each other; give one of them",
                            command.format));
  if (command.format.empty() ||
      std::find(formats.begin(), formats.end(), command.format) != formats.end())
    return {};
  return fail(ErrorKind::kUsage,
              fmt::format("--format must be text, json or html, not '{}'{}", command.format,
                          did_you_mean(command.format, formats)));
}

/// One format, to standard output or to a file.
Result<int> write_one(const Report& command, const ReportOutput& output) {
  if (command.format == "html" && (command.output.empty() || command.output == "-")) {
    const auto page = output.render_html();
    return page ? print(*page) : Result<int>(fail(page.error()));
  }
  if (command.format == "html") {
    const auto written = output.write_html(command.output);
    return written ? Result<int>(kExitOk) : Result<int>(fail(written.error()));
  }
  const std::string text = output.render(command.format == "json" ? Format::kJson : Format::kText);
  return command.output.empty() ? print(text) : write_text(command.output, text);
}

Result<int> write_report(Report command, const ReportOutput& output) {
  if (command.as_json == Switch::kOn && command.format.empty()) command.format = "json";
  if (!command.format.empty()) return write_one(command, output);
  if (auto printed = print(output.render(Format::kText)); !printed) return printed;
  const auto written = output.write_html(command.output.empty() ? kDefaultPage : command.output);
  return written ? Result<int>(kExitOk) : Result<int>(fail(written.error()));
}

/// The file that is written, or "" when all goes to standard output.
std::string target_of(const Report& command) {
  const bool one_format = !command.format.empty() || command.as_json == Switch::kOn;
  if (command.output.empty()) return one_format ? "" : kDefaultPage;
  return one_format && command.output == "-" ? "" : command.output;
}

Status check_target(const Report& command, const ExperimentRecord& record) {
  const std::string target = target_of(command);
  if (target.empty()) return {};
  auto kept = kept_files(record.experiment);
  kept.push_back({"the store", command.store});
  return check_output("-o", target, kept);
}

Result<int> report(const Report& command) {
  if (auto format = check_format(command); !format) return fail(format.error());
  auto store = open_store(command.store);
  if (!store) return fail(store.error());
  const auto infos = store->experiments();
  if (!infos) return fail(infos.error());
  if (command.list == Switch::kOn)
    return print(command.as_json == Switch::kOn ? list_json(*infos) : list_text(*infos));
  const auto id = choose_experiment(*infos, command.store, command.experiment);
  if (!id) return fail(id.error());
  const auto record = store->load(*id, store::Detail::kDurations);
  if (!record) return fail(record.error());
  if (auto target = check_target(command, *record); !target) return fail(target.error());
  return write_report(command, ReportOutput(*record, *store));
}

}  // namespace

Action declare_report(Arguments& arguments) {
  const auto command = std::make_shared<Report>();
  arguments.positional("STORE", command->store,
                       "Store that was measured into (default joulemark.sqlite)",
                       Arguments::Need::kOptional);
  arguments.option("-o,--output FILE", command->output,
                   "File of the HTML page (default report.html), or of what --format names");
  arguments.option("--format FORMAT", command->format,
                   "Only this: text, json or html, on standard output unless -o is given");
  arguments.flag("--json", command->as_json, "Same as --format json");
  arguments.option("--experiment N", command->experiment,
                   "Number of the experiment (default the newest)");
  arguments.flag("--list", command->list, "List the experiments of the store");
  return [command] { return report(*command); };
}

}  // namespace joulemark::cli
