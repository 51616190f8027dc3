// SPDX-License-Identifier: Apache-2.0
// Thermal design power and threads as the makers publish them. Of the products that Boavizta's
// cpu_specs.csv tells them of, they are the same; those of processors made for one cloud are from
// there.
#include "sensors/estimate/estimate_processors.h"

#include <algorithm>

namespace joulemark::sensors {
namespace {

struct Die {
  const char* microarchitecture;
  const char* word;  ///< that the name has to have: some dies are sold as desktop processors too
  int family;
  int first_model, last_model;
  int first_stepping, last_stepping;
  /// Design power per thread of the most and of the least frugal server product, for names that do
  /// not tell which it is, as hypervisors give them; 0: not known.
  double low_w, high_w;
};

constexpr int kAny = 1 << 30;
constexpr Die kDies[] = {
    {"Sandy Bridge", "Intel", 6, 42, 42, 0, kAny, 0, 0},
    {"Sandy Bridge", "Intel", 6, 45, 45, 0, kAny, 0, 0},
    {"Ivy Bridge", "Intel", 6, 58, 58, 0, kAny, 0, 0},
    {"Ivy Bridge", "Intel", 6, 62, 62, 0, kAny, 0, 0},
    {"Haswell", "Intel", 6, 60, 60, 0, kAny, 0, 0},
    {"Haswell", "Intel", 6, 63, 63, 0, kAny, 65.0 / 24, 140.0 / 8},  // E5-2650L v3, E7-8893 v3
    {"Broadwell", "Intel", 6, 61, 61, 0, kAny, 0, 0},
    {"Broadwell", "Intel", 6, 71, 71, 0, kAny, 0, 0},
    {"Broadwell", "Intel", 6, 79, 79, 0, kAny, 65.0 / 28, 140.0 / 8},  // E5-2650L v4, E7-8893 v4
    {"Broadwell", "Intel", 6, 86, 86, 0, kAny, 0, 0},
    {"Skylake", "Intel", 6, 85, 85, 0, 4, 165.0 / 56, 105.0 / 8},       // 8176, 8156
    {"Cascade Lake", "Intel", 6, 85, 85, 5, 7, 135.0 / 48, 105.0 / 8},  // 6262V, 8256
    {"Coffee Lake", "Intel", 6, 158, 158, 10, 13, 0, 0},
    {"Ice Lake", "Intel", 6, 106, 106, 0, kAny, 195.0 / 72, 165.0 / 16},  // 8352V, 6334
    {"Ice Lake", "Intel", 6, 108, 108, 0, kAny, 0, 0},
    {"Ice Lake", "Intel", 6, 125, 126, 0, kAny, 0, 0},
    {"Sapphire Rapids", "Intel", 6, 143, 143, 0, kAny, 300.0 / 104, 195.0 / 16},  // 8470N, 6434
    {"Emerald Rapids", "Intel", 6, 207, 207, 0, kAny, 270.0 / 120, 195.0 / 16},   // 8581V, 6534
    {"Granite Rapids", "Intel", 6, 173, 174, 0, kAny, 500.0 / 256, 165.0 / 16},   // 6980P, 6714P
    {"EPYC 1st Gen", "EPYC", 23, 1, 1, 0, kAny, 155.0 / 64, 120.0 / 16},          // 7501, 7251
    {"EPYC 2nd Gen", "EPYC", 23, 49, 49, 0, kAny, 200.0 / 128, 180.0 / 16},       // 7702, 7F32
    {"EPYC 3rd Gen", "EPYC", 25, 0, 1, 0, kAny, 225.0 / 128, 180.0 / 16},         // 7713, 72F3
    {"EPYC 4th Gen", "EPYC", 25, 17, 17, 0, kAny, 360.0 / 256, 320.0 / 32},       // 9754, 9174F
    {"EPYC 4th Gen", "EPYC", 25, 160, 160, 0, kAny, 360.0 / 256, 320.0 / 32},
    {"EPYC 5th Gen", "EPYC", 26, 0, 31, 0, kAny, 500.0 / 384, 320.0 / 32},  // 9965, 9175F
};

struct Product {
  const char* name;
  double tdp_w;
  int threads;
};
constexpr Product kProducts[] = {
    {"Xeon Platinum 8124M", 240, 36},
    {"Xeon Platinum 8160", 150, 48},
    {"Xeon Platinum 8168", 205, 48},
    {"Xeon Platinum 8175M", 240, 48},
    {"Xeon Platinum 8176", 165, 56},
    {"Xeon Platinum 8180", 205, 56},
    {"Xeon Platinum 8259CL", 210, 48},
    {"Xeon Platinum 8260", 165, 48},
    {"Xeon Platinum 8268", 205, 48},
    {"Xeon Platinum 8275CL", 240, 48},
    {"Xeon Platinum 8280", 205, 56},
    {"Xeon Platinum 8358", 250, 64},
    {"Xeon Platinum 8360Y", 250, 72},
    {"Xeon Platinum 8368", 270, 76},
    {"Xeon Platinum 8370C", 270, 64},
    {"Xeon Platinum 8375C", 300, 64},
    {"Xeon Platinum 8380", 270, 80},
    {"Xeon Platinum 8468", 350, 96},
    {"Xeon Platinum 8473C", 350, 104},
    {"Xeon Platinum 8480+", 350, 112},
    {"Xeon Platinum 8488C", 385, 96},
    {"Xeon Platinum 8490H", 350, 120},
    {"Xeon Platinum 8592+", 350, 128},
    {"Xeon Gold 5218", 125, 32},
    {"Xeon Gold 5220", 125, 36},
    {"Xeon Gold 6130", 125, 32},
    {"Xeon Gold 6142", 150, 32},
    {"Xeon Gold 6148", 150, 40},
    {"Xeon Gold 6154", 200, 36},
    {"Xeon Gold 6226R", 150, 32},
    {"Xeon Gold 6230", 125, 40},
    {"Xeon Gold 6242", 150, 32},
    {"Xeon Gold 6248", 150, 40},
    {"Xeon Gold 6248R", 205, 48},
    {"Xeon Gold 6252", 150, 48},
    {"Xeon Gold 6254", 200, 36},
    {"Xeon Gold 6330", 205, 56},
    {"Xeon Gold 6338", 205, 64},
    {"Xeon Gold 6342", 230, 48},
    {"Xeon Gold 6348", 235, 56},
    {"Xeon Gold 6354", 205, 36},
    {"Xeon Gold 6430", 270, 64},
    {"Xeon Silver 4110", 85, 16},
    {"Xeon Silver 4114", 85, 20},
    {"Xeon Silver 4208", 85, 16},
    {"Xeon Silver 4210", 85, 20},
    {"Xeon Silver 4214", 85, 24},
    {"Xeon Silver 4216", 100, 32},
    {"Xeon Silver 4310", 120, 24},
    {"Xeon Silver 4314", 135, 32},
    {"Xeon E5-2650 v2", 95, 16},
    {"Xeon E5-2670 v2", 115, 20},
    {"Xeon E5-2690 v2", 130, 20},
    {"Xeon E5-2660 v3", 105, 20},
    {"Xeon E5-2680 v3", 120, 24},
    {"Xeon E5-2690 v3", 135, 24},
    {"Xeon E5-2699 v3", 145, 36},
    {"Xeon E5-2680 v4", 120, 28},
    {"Xeon E5-2683 v4", 120, 32},
    {"Xeon E5-2686 v4", 145, 36},
    {"Xeon E5-2690 v4", 135, 28},
    {"Xeon E5-2695 v4", 120, 36},
    {"Xeon E5-2697 v4", 145, 36},
    {"Xeon E5-2699 v4", 145, 44},
    {"EPYC 7571", 200, 64},
    {"EPYC 7601", 180, 64},
    {"EPYC 7282", 120, 32},
    {"EPYC 7302", 155, 32},
    {"EPYC 7402", 180, 48},
    {"EPYC 7502", 180, 64},
    {"EPYC 7552", 200, 96},
    {"EPYC 7642", 225, 96},
    {"EPYC 7702", 200, 128},
    {"EPYC 7742", 225, 128},
    {"EPYC 7H12", 280, 128},
    {"EPYC 7R32", 280, 96},
    {"EPYC 7V12", 240, 128},
    {"EPYC 7B12", 240, 128},
    {"EPYC 7313", 155, 32},
    {"EPYC 7343", 190, 32},
    {"EPYC 7413", 180, 48},
    {"EPYC 7513", 200, 64},
    {"EPYC 7543", 225, 64},
    {"EPYC 7713", 225, 128},
    {"EPYC 7763", 280, 128},
    {"EPYC 7773X", 280, 128},
    {"EPYC 7R13", 225, 96},
    {"EPYC 7V13", 240, 128},
    {"EPYC 9354", 280, 64},
    {"EPYC 9454", 290, 96},
    {"EPYC 9534", 280, 128},
    {"EPYC 9554", 360, 128},
    {"EPYC 9634", 290, 168},
    {"EPYC 9654", 360, 192},
    {"EPYC 9R14", 280, 96},
    {"EPYC 9575F", 400, 128},
    {"EPYC 9655", 400, 192},
    {"EPYC 9755", 500, 256},
    {"EPYC 9965", 500, 384},
    {"Core i7-4790", 84, 8},
    {"Core i7-8700K", 95, 12},
    {"Core i7-9700K", 95, 8},
    {"Core i9-9900K", 95, 16},
    {"Core i5-10400", 65, 12},
    {"Core i7-10700", 65, 16},
    {"Core i7-10700K", 125, 16},
    {"Core i9-10900K", 125, 20},
    {"Core i7-12700K", 125, 20},
    {"Core i9-12900K", 125, 24},
    {"Core i7-13700K", 125, 24},
    {"Core i9-13900K", 125, 32},
    {"Core i5-1145G7", 28, 8},
    {"Ryzen 5 3600", 65, 12},
    {"Ryzen 7 2700X", 105, 16},
    {"Ryzen 7 3700X", 65, 16},
    {"Ryzen 9 3950X", 105, 32},
    {"Ryzen 9 5950X", 105, 32},
    {"Ryzen 9 7950X", 170, 32},
    {"Threadripper 3990X", 280, 128},
};

const Product* product_of(const ProcessorFacts& facts) {
  const std::string name = plain_processor_name(facts.name);
  for (const Product& product : kProducts)
    if (has_words(name, product.name)) return &product;
  return nullptr;
}

const Die* die_of(const ProcessorFacts& facts) {
  const std::string name = plain_processor_name(facts.name);
  for (const Die& die : kDies) {
    const bool is_it = facts.family == die.family && facts.model >= die.first_model &&
                       facts.model <= die.last_model && facts.stepping >= die.first_stepping &&
                       facts.stepping <= die.last_stepping;
    if (is_it && has_words(name, die.word)) return &die;
  }
  return nullptr;
}

/// Workstations have the same dies and other powers.
bool is_server(const ProcessorFacts& facts) {
  const std::string name = plain_processor_name(facts.name);
  return has_words(name, "EPYC") ||
         (has_words(name, "Xeon") && name.find("Xeon W") == std::string::npos);
}

}  // namespace

std::string plain_processor_name(std::string_view name) {
  constexpr std::string_view kLess[] = {"(R)", "(r)", "(TM)", "(tm)", " CPU"};
  std::string text(name);
  for (const std::string_view less : kLess)
    for (auto at = text.find(less); at != std::string::npos; at = text.find(less, at))
      text.erase(at, less.size());
  const auto both_blank = [](char a, char b) { return a == ' ' && b == ' '; };
  text.erase(std::unique(text.begin(), text.end(), both_blank), text.end());
  return text;
}

bool has_words(std::string_view plain_name, std::string_view wanted) {
  const std::string text = " " + std::string(plain_name) + " ";
  return text.find(" " + std::string(wanted) + " ") != std::string::npos;
}

std::string_view microarchitecture_of(const ProcessorFacts& facts) {
  const Die* die = die_of(facts);
  return die != nullptr ? die->microarchitecture : "";
}

std::optional<double> processors_of(const ProcessorFacts& facts) {
  if (facts.machine == Machine::kPhysical) return std::max(1, facts.sockets);
  const Product* product = product_of(facts);
  if (product == nullptr) return std::nullopt;
  return static_cast<double>(facts.logical) / product->threads;
}

std::optional<DesignPower> design_power_of(const ProcessorFacts& facts) {
  if (const Product* product = product_of(facts)) {
    const double watts = *processors_of(facts) * product->tdp_w;
    return DesignPower{watts, watts};
  }
  const Die* die = die_of(facts);
  if (die == nullptr || die->low_w <= 0 || !is_server(facts)) return std::nullopt;
  return DesignPower{facts.logical * die->low_w, facts.logical * die->high_w};
}

}  // namespace joulemark::sensors
