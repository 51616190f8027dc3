// SPDX-License-Identifier: Apache-2.0
// Constants are as published; each model computes the power of the machine's processors, or of its
// share of them, and of all of its memory.
#include "sensors/estimate/estimate_models.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "sensors/estimate/estimate_processors.h"

namespace joulemark::sensors {
namespace {

using Power = std::optional<PowerRange>;

PowerRange plus_memory(PowerRange processors, double watts_per_gb, const ProcessorFacts& facts) {
  const double memory_w = watts_per_gb * facts.memory_gb;
  return {processors.low_w + memory_w, processors.high_w + memory_w};
}

/// Watts of one logical processor, idle and fully used.
struct Coefficients {
  const char* microarchitecture;
  double min_w, max_w;
};
constexpr Coefficients kCcf[] = {
    {"Sandy Bridge", 2.2122, 8.6309},    {"Ivy Bridge", 1.7074, 5.5569},
    {"Haswell", 1.8574, 5.5954},         {"Broadwell", 0.7128, 3.6853},
    {"Skylake", 0.6130, 4.1042},         {"Cascade Lake", 0.6903, 4.0632},
    {"Coffee Lake", 1.1384, 5.4218},     {"Ice Lake", 0.7668, 3.7582},
    {"Sapphire Rapids", 1.0363, 4.1605}, {"Emerald Rapids", 0.8140, 4.4820},
    {"Granite Rapids", 0.5816, 2.5275},  {"EPYC 1st Gen", 0.8468, 2.6042},
    {"EPYC 2nd Gen", 0.4743, 1.6930},    {"EPYC 3rd Gen", 0.4556, 1.9573},
    {"EPYC 4th Gen", 0.7391, 2.2822},    {"EPYC 5th Gen", 3.6824, 8.9614},
};

Power cloud_carbon_footprint(const ProcessorFacts& facts, double utilisation) {
  constexpr double kMemoryWPerGb = 0.392;
  const std::string_view wanted = microarchitecture_of(facts);
  for (const Coefficients& row : kCcf) {
    if (wanted != row.microarchitecture) continue;
    const double watts = facts.logical * (row.min_w + utilisation * (row.max_w - row.min_w));
    return plus_memory({watts, watts}, kMemoryWPerGb, facts);
  }
  return std::nullopt;
}

constexpr double kBoaviztaMemoryWPerGb = 0.284;

/// Power of one processor: a · ln(b · (load + c)) + d, the load in percent.
struct Curve {
  const char* line;  ///< begin of the product's name
  double a, b, c, d;
};
constexpr Curve kBoavizta[] = {
    {"Xeon Platinum", 171.1813, 0.0354, 36.8953, -10.1336},
    {"Xeon Gold", 35.5688, 0.2438, 9.6694, -0.6087},
    {"Xeon Silver", 20.7794, 0.3043, 8.4241, 0.8613},
    {"Xeon E5-", 48.9167, 0.1349, 15.7262, -4.654},
    {"Xeon E3-", 342.3624, 0.0347, 36.8952, -16.4022},
    {"Xeon E-", 55.6501, 0.0467, 20.4146, 4.24362},
};

Power boavizta(const ProcessorFacts& facts, double utilisation) {
  const auto processors = processors_of(facts);
  const std::string name = plain_processor_name(facts.name);
  for (const Curve& curve : kBoavizta) {
    if (!processors || name.find(curve.line) == std::string::npos) continue;
    const double load = 100 * utilisation;
    const double each_w = curve.a * std::log(curve.b * (load + curve.c)) + curve.d;
    const double watts = *processors * std::max(1.0, each_w);
    return plus_memory({watts, watts}, kBoaviztaMemoryWPerGb, facts);
  }
  return std::nullopt;
}

/// Share of the thermal design power at a utilisation; straight lines in between.
struct Ratio {
  double utilisation, share;
};
constexpr Ratio kRatios[] = {{0, 0.12}, {0.1, 0.32}, {0.5, 0.75}, {1, 1.02}};

double ratio_at(double utilisation) {
  const auto* to =
      std::find_if(std::next(std::begin(kRatios)), std::prev(std::end(kRatios)),
                   [&](const Ratio& ratio) { return utilisation <= ratio.utilisation; });
  const auto* from = std::prev(to);
  const double part = (utilisation - from->utilisation) / (to->utilisation - from->utilisation);
  return from->share + part * (to->share - from->share);
}

Power tdp_ratio(const ProcessorFacts& facts, double utilisation) {
  const auto design = design_power_of(facts);
  if (!design) return std::nullopt;
  const double ratio = ratio_at(utilisation);
  return plus_memory({ratio * design->low_w, ratio * design->high_w}, kBoaviztaMemoryWPerGb, facts);
}

Power green_algorithms(const ProcessorFacts& facts, double utilisation) {
  constexpr double kMemoryWPerGb = 0.3725;
  const auto design = design_power_of(facts);
  if (!design) return std::nullopt;
  return plus_memory({utilisation * design->low_w, utilisation * design->high_w}, kMemoryWPerGb,
                     facts);
}

constexpr PowerModel kModels[] = {
    {"ccf", "Cloud Carbon Footprint",
     "github.com/cloud-carbon-footprint/ccf-coefficients, coefficients-aws-use.csv, 2026-04-24",
     cloud_carbon_footprint},
    {"boavizta", "Boavizta", "github.com/Boavizta/boaviztapi 2.4.1, cpu_profile.csv, 2023-10-10",
     boavizta},
    {"tdp_ratio", "ratios of the thermal design power",
     "github.com/Boavizta/boaviztapi 2.4.1, generic profile; Teads, 2021", tdp_ratio},
    {"green_algorithms", "Green Algorithms",
     "github.com/GreenAlgorithms/green-algorithms-tool, data v3.0, 2025-02-05; "
     "doi:10.1002/advs.202100707",
     green_algorithms},
};

}  // namespace

std::span<const PowerModel> power_models() {
  return kModels;
}

}  // namespace joulemark::sensors
