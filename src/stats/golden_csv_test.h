// SPDX-License-Identifier: Apache-2.0
// The reference values in tests/data/stats-golden, and the samples that they are of.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace joulemark::stats::golden {

using Row = std::map<std::string, std::string>;

/// Rows of a CSV file below the project, by column name; quotes around a cell are taken off.
inline std::vector<Row> read_csv(const std::string& path) {
  std::ifstream file(std::string(JOULEMARK_SOURCE_DIR) + "/" + path);
  if (!file) throw std::runtime_error("cannot read " + path);
  const auto cells_of = [](const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) {
      if (!cell.empty() && cell.back() == '\r') cell.pop_back();
      if (cell.size() > 1 && cell.front() == '"') cell = cell.substr(1, cell.size() - 2);
      cells.push_back(cell);
    }
    return cells;
  };
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> head = cells_of(line);
  std::vector<Row> rows;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = cells_of(line);
    Row& row = rows.emplace_back();
    for (std::size_t i = 0; i < head.size(); ++i) row[head[i]] = i < cells.size() ? cells[i] : "";
  }
  return rows;
}

inline double number(const std::string& text) {
  return std::strtod(text.c_str(), nullptr);
}

/// "holm" of "holm=0.01;bh=0.02".
inline double extra(const Row& row, const std::string& key) {
  const std::string text = ";" + row.at("extra");
  const auto at = text.find(";" + key + "=");
  if (at == std::string::npos) throw std::runtime_error("no " + key + " in " + text);
  return number(text.substr(at + key.size() + 2));
}

/// Rows of stats_golden.csv of one test.
inline std::vector<Row> rows_of(const std::string& test) {
  std::vector<Row> found;
  for (Row& row : read_csv("tests/data/stats-golden/stats_golden.csv"))
    if (row["test"] == test) found.push_back(std::move(row));
  if (found.empty()) throw std::runtime_error("no golden row of " + test);
  return found;
}

/// Ten repetitions of each engine, by its name, of one of the six data sets of stats_golden.csv.
inline std::map<std::string, std::vector<double>> data_set(const std::string& name) {
  const std::map<std::string, std::vector<std::string>> sets = {
      {"phi2_cpu_CPU_energy", {"CPU", "phi2", "CPU_energy"}},
      {"phi2_cpu_GPU_energy", {"CPU", "phi2", "GPU_energy"}},
      {"phi2_cpu_global_energy", {"CPU", "phi2", "global_energy"}},
      {"codeparrot_cuda_gpu_util", {"CUDA", "codeparrot-small", "avg_utilization_gpu_config"}},
      {"codeparrot_cuda_power", {"CUDA", "codeparrot-small", "avg_power_draw_config"}},
      {"codeparrot_cuda_memused", {"CUDA", "codeparrot-small", "avg_used_memory_pct_mib"}}};
  const std::vector<std::string>& wanted = sets.at(name);
  std::map<std::string, std::vector<double>> groups;
  for (const Row& row :
       read_csv("examples/studies/code-slm-2412.15441/per_repetition_complete.csv"))
    if (row.at("ep") == wanted[0] && row.at("model") == wanted[1] && row.at("metric") == wanted[2])
      groups[row.at("engine")].push_back(number(row.at("value")));
  return groups;
}

/// The same in order of the engines' names, as the reference implementations took them.
inline std::vector<std::vector<double>> groups_of(const std::string& name) {
  std::vector<std::vector<double>> groups;
  for (auto& [engine, values] : data_set(name)) groups.push_back(std::move(values));
  return groups;
}

}  // namespace joulemark::stats::golden
