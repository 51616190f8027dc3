// SPDX-License-Identifier: Apache-2.0
#include "report/regression_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/json_values.h"
#include "report/metric_values.h"
#include "verdict/phrases.h"

namespace joulemark::report {
namespace {

using Json = nlohmann::ordered_json;
using table::Cell;
using verdict::CellChange;

Cell text(const std::string& shown) {
  return {.text = shown, .raw = ""};
}

std::string versions_of(const CellChange& cell) {
  if (cell.base_version == cell.new_version) return cell.base_version;
  return fmt::format("{} → {}", cell.base_version, cell.new_version);
}

std::vector<Cell> row_of(const CellChange& cell) {
  const bool known = std::isfinite(cell.ratio.estimate);
  return {text(cell.model),
          text(cell.label),
          text(versions_of(cell)),
          {.text = known ? ratio_text(cell.ratio) : "–",
           .raw = known ? fmt::format("{}", cell.ratio.estimate) : "NA"},
          text(fmt::format("{} / {}", cell.base_n, cell.new_n)),
          text(to_string(cell.change)),
          text(cell.reason)};
}

}  // namespace

table::Document regression_document(const verdict::Regression& regression, double max_regression) {
  table::Document document{.title = "", .lines = {regression.sentence}, .tables = {}};
  for (const Caveat& caveat : regression.caveats)
    document.lines.push_back("Caveat: " + caveat.message);
  table::Table table{
      .name = "changes",
      .title = fmt::format("{}: NEW over BASE, {} more is allowed",
                           verdict::metric(regression.metric).title,
                           verdict::percent_text(max_regression)),
      .columns = {{.head = "model", .name = "model", .align = Align::kLeft},
                  {.head = "configuration", .name = "configuration", .align = Align::kLeft},
                  {.head = "version", .name = "version", .align = Align::kLeft},
                  {.head = "ratio", .name = "ratio"},
                  {.head = "n", .name = "n"},
                  {.head = "change", .name = "change", .align = Align::kLeft},
                  {.head = "not compared because", .name = "reason", .align = Align::kLeft}},
      .rows = {},
      .notes = {"Bounds are one-sided: the lower ones hold for all configurations together, the "
                "upper ones for each."}};
  for (const CellChange& cell : regression.cells) table.rows.push_back(row_of(cell));
  document.tables.push_back(std::move(table));
  return document;
}

nlohmann::ordered_json regression_json(const verdict::Regression& regression,
                                       double max_regression) {
  Json cells = Json::array();
  for (const CellChange& cell : regression.cells) {
    Json json = {{"model", cell.model},
                 {"configuration", cell.label},
                 {"base_version", cell.base_version},
                 {"new_version", cell.new_version},
                 {"change", to_string(cell.change)},
                 {"ratio", interval_json(cell.ratio, "not_compared")},
                 {"base_n", cell.base_n},
                 {"new_n", cell.new_n},
                 {"reason", cell.reason}};
    json["repetitions_needed"] = cell.repetitions_needed ? Json(*cell.repetitions_needed) : Json();
    if (!cell.repetitions_needed) json["repetitions_needed_reason"] = "not_estimated";
    cells.push_back(std::move(json));
  }
  return {{"change", to_string(regression.change)},
          {"metric", verdict::metric(regression.metric).key},
          {"max_regression", max_regression},
          {"sentence", regression.sentence},
          {"cells", std::move(cells)},
          {"caveats", caveats_json(regression.caveats)}};
}

}  // namespace joulemark::report
