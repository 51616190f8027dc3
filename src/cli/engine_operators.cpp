// SPDX-License-Identifier: Apache-2.0
// The coverage of an engine, as it tells it.
#include "cli/engine_operators.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "cli/json_values.h"
#include "cli/output.h"
#include "run/describe.h"
#include "run/process_worker.h"

namespace joulemark::cli {
namespace {

using nlohmann::json;
using Operators = std::vector<run::OperatorRange>;

constexpr const char* kOnnxDomain = "ai.onnx";

std::string domain_of(const run::OperatorRange& row) {
  return row.domain.empty() ? kOnnxDomain : row.domain;
}

std::string versions_of(const run::OperatorRange& row) {
  if (!row.until) return fmt::format("{} and newer", row.since);
  return row.since == *row.until ? fmt::format("{}", row.since)
                                 : fmt::format("{} to {}", row.since, *row.until);
}

std::string to_text(const Operators& operators) {
  TextTable table({{.head = "operator"}, {.head = "domain"}, {.head = "operator set"}});
  std::map<std::string, std::map<std::string, int>> names;
  for (const auto& row : operators) {
    table.add_row({row.name, domain_of(row), versions_of(row)});
    ++names[domain_of(row)][row.name];
  }
  std::string out = table.to_string() + '\n';
  std::string counts;
  for (const auto& [domain, rows] : names)
    counts += fmt::format("{}{} of {}", counts.empty() ? "" : ", ", rows.size(), domain);
  return out + (counts.empty() ? "no operators" : counts) + '\n';
}

std::string to_json(const EngineInstall& install, const Operators& operators) {
  json rows = json::array();
  for (const auto& row : operators)
    rows.push_back({{"domain", row.domain},
                    {"name", row.name},
                    {"since", row.since},
                    {"until", row.until ? json(*row.until) : json()}});
  return json_line({{"engine", install.engine},
                    {"version", install.version.empty() ? json() : json(install.version)},
                    {"operators", std::move(rows)}});
}

}  // namespace

Result<int> list_engine_operators(const std::string& engine, const engine::SearchPath& path,
                                  Arguments::Switch as_json) {
  const auto install = engine::find_engine(engine, path);
  if (!install) return fail(install.error());
  run::ProcessWorkerRunner workers(run::default_worker_program());
  const auto operators = run::list_operators(*install, workers);
  if (!operators) return fail(operators.error());
  return print(as_json == Arguments::Switch::kOn ? to_json(*install, *operators)
                                                 : to_text(*operators));
}

}  // namespace joulemark::cli
