// SPDX-License-Identifier: Apache-2.0
#include "simulated_drivers/scenario.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace simulated {
namespace {

const std::map<std::string, double Gpu::*>& numbers() {
  static const std::map<std::string, double Gpu::*> table = {{"repeat_s", &Gpu::repeat_s},
                                                             {"idle_w", &Gpu::idle_w},
                                                             {"share", &Gpu::share},
                                                             {"phase_ms", &Gpu::phase_ms},
                                                             {"publish_ms", &Gpu::publish_ms},
                                                             {"average_ms", &Gpu::average_ms},
                                                             {"visible_ms", &Gpu::visible_ms},
                                                             {"usage_ms", &Gpu::usage_ms},
                                                             {"latency_ms", &Gpu::latency_ms},
                                                             {"first_mj", &Gpu::first_mj},
                                                             {"garbage", &Gpu::garbage},
                                                             {"mig", &Gpu::mig},
                                                             {"endless_name", &Gpu::endless_name},
                                                             {"gain", &Gpu::gain},
                                                             {"glitch_ms", &Gpu::glitch_ms},
                                                             {"resolution_uj", &Gpu::resolution_uj},
                                                             {"partition", &Gpu::partition},
                                                             {"integrated", &Gpu::integrated},
                                                             {"limit_w", &Gpu::limit_w}};
  return table;
}

template <class T>
T value_of(std::istream& line) {
  T value{};
  if (!(line >> value)) throw std::invalid_argument("a line of the scenario lacks a value");
  return value;
}

/// Times at which something happens to a board.
const std::map<std::string, std::optional<double> Gpu::*>& times() {
  static const std::map<std::string, std::optional<double> Gpu::*> table = {
      {"lost_s", &Gpu::lost_s},
      {"reset_s", &Gpu::reset_s},
      {"frozen_s", &Gpu::frozen_s},
      {"glitch_s", &Gpu::glitch_s}};
  return table;
}

std::string rest_of(std::istream& line) {
  std::string rest;
  std::getline(line >> std::ws, rest);
  return rest;
}

void read_gpu_line(Gpu& gpu, const std::string& key, std::istream& line) {
  if (key == "power") {
    const double t_s = value_of<double>(line);
    gpu.power.push_back({t_s, value_of<double>(line)});
  } else if (key == "process") {
    Gpu::Process process{.pid = value_of<unsigned>(line)};
    line >> process.from_s >> process.until_s;
    gpu.processes.push_back(process);
  } else if (key == "fail") {
    const auto function = value_of<std::string>(line);
    gpu.fail[function] = value_of<int>(line);
  } else if (const auto time = times().find(key); time != times().end()) {
    gpu.*(time->second) = value_of<double>(line);
  } else if (const auto number = numbers().find(key); number != numbers().end()) {
    gpu.*(number->second) = value_of<double>(line);
  } else {
    throw std::invalid_argument("the scenario has an unknown key '" + key + "'");
  }
}

void read_line(Scenario& scenario, const std::string& key, std::istream& line) {
  if (key == "driver") {
    scenario.driver = rest_of(line);
  } else if (key == "init_error") {
    scenario.init_error = value_of<int>(line);
  } else if (key == "count") {
    scenario.count = value_of<unsigned>(line);
  } else if (key == "gpu") {
    scenario.gpus.push_back({.name = rest_of(line), .load = scenario.load});
  } else if (key == "load") {
    auto load = joulemark::sim::Waveform::parse(rest_of(line));
    if (!load) throw std::invalid_argument(load.error().message);
    scenario.load = *std::move(load);
  } else if (scenario.gpus.empty()) {
    throw std::invalid_argument("the scenario has a '" + key + "' before the first 'gpu'");
  } else {
    read_gpu_line(scenario.gpus.back(), key, line);
  }
}

}  // namespace

Scenario read_scenario(const std::filesystem::path& path) {
  Scenario scenario;
  std::ifstream file(path);
  for (std::string text; std::getline(file, text);) {
    std::istringstream line(text.substr(0, text.find('#')));
    if (std::string key; line >> key) read_line(scenario, key, line);
  }
  return scenario;
}

}  // namespace simulated
