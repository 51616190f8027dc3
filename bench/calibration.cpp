// SPDX-License-Identifier: Apache-2.0
// How often each test of src/stats rejects what is true, and each interval holds the truth:
// calibration [DATA_SETS], 10,000 of each case by default. Prints a Markdown table.
#include "calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace joulemark::bench {
namespace {

double draw_normal(Random& random) {
  return random.normal();
}
double draw_lognormal(Random& random) {
  return std::exp(0.5 * random.normal());
}
/// Student's t with 3 degrees of freedom.
double draw_heavy(Random& random) {
  double squares = 0;
  for (int i = 0; i < 3; ++i) {
    const double z = random.normal();
    squares += z * z;
  }
  return random.normal() / std::sqrt(squares / 3);
}
double draw_bimodal(Random& random) {
  return random.normal() + (random.uniform() < 0.5 ? -2 : 2);
}

const Distribution kDistributions[] = {
    {"normal", draw_normal, 0, 0, 1},
    {"lognormal", draw_lognormal, std::exp(0.125), 1,
     std::sqrt((std::exp(0.25) - 1) * std::exp(0.25))},
    {"heavy-tailed", draw_heavy, 0, 0, std::sqrt(3)},
    {"bimodal", draw_bimodal, 0, 0, std::sqrt(5)},
};
constexpr std::size_t kSizes[] = {5, 10, 30};

int run(int sets) {
  std::vector<Case> cases;
  for (const Distribution& distribution : kDistributions)
    for (const std::size_t n : kSizes) cases.push_back({&distribution, n});
  Tally tally(cases);
  for (std::size_t c = 0; c < cases.size(); ++c) {
    tally.begin(c);
    Random random(1, c);
    for (int set = 0; set < sets; ++set) simulate(cases[c], set, random, tally);
    fmt::print(stderr, "{} {}\n", cases[c].distribution->name, cases[c].n);
  }
  fmt::print("{}", tally.markdown());
  return 0;
}

}  // namespace

Tally::Share& Tally::share(const char* row) {
  auto found =
      std::find_if(rows_.begin(), rows_.end(), [&](const Row& each) { return each.name == row; });
  if (found == rows_.end()) found = rows_.insert(found, {row, std::vector<Share>(cases_.size())});
  return found->shares[column_];
}

void Tally::add(const char* row, int hit) {
  Share& counted = share(row);
  counted.hits += hit;
  ++counted.of;
}

void Tally::cover(const char* row, const stats::Interval& interval, double truth) {
  Share& counted = share(row);
  if (!interval.bounded()) return;
  counted.hits += interval.lo <= truth && truth <= interval.hi ? 1 : 0;
  ++counted.of;
}

std::string Tally::markdown() const {
  std::string head = "| % of data sets |";
  std::string rule = "|---|";
  for (const Case& each : cases_) {
    head += each.n == kSizes[0] ? fmt::format(" {}, n = {} |", each.distribution->name, each.n)
                                : fmt::format(" {} |", each.n);
    rule += "---:|";
  }
  std::string text = head + "\n" + rule + "\n";
  for (const Row& row : rows_) {
    text += fmt::format("| {} |", row.name);
    for (const Share& share : row.shares)
      text += share.of == 0 ? " – |" : fmt::format(" {:.1f} |", 100.0 * share.hits / share.of);
    text += '\n';
  }
  return text;
}

}  // namespace joulemark::bench

int main(int count, char** arguments) {
  const int sets = count > 1 ? std::atoi(arguments[1]) : 10'000;
  if (sets < 1) {
    fmt::print(stderr, "usage: calibration [DATA_SETS]\n");
    return 2;
  }
  return joulemark::bench::run(sets);
}
