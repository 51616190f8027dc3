// SPDX-License-Identifier: Apache-2.0
// What a sentence says of a configuration is what its interval says, for made and for drawn cases.
#include "verdict/sentence.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "base/random.h"
#include "verdict/example_record.h"

namespace joulemark::verdict {
namespace {

using example::CellTimes;
using testing::HasSubstr;
using testing::Not;

constexpr double kMargin = 0.03;
constexpr const char* kOnThisMachine = "On this machine, for magika, ";

/// A judged rival of a best called A: its label, its standing and its interval over 10 blocks.
struct Rival {
  const char* label;
  Standing standing;
  double estimate, lo, hi;
  int blocks = 10;
};

Cell cell_of(const Rival& rival) {
  Cell cell;
  cell.label = rival.label;
  cell.standing = rival.standing;
  cell.ratio = {.interval = {rival.estimate, rival.lo, rival.hi,
                             rival.blocks > 1 ? stats::Outcome::kOk : stats::Outcome::kTooFew},
                .blocks = rival.blocks};
  return cell;
}

/// The sentence of an unresolved model, without its beginning.
std::string unresolved(const std::vector<Rival>& rivals) {
  Judgement judgement;
  judgement.cells = {cell_of({"A", Standing::kBest, 1, 1, 1})};
  ModelVerdict model;
  model.model = "magika";
  model.outcome = Outcome::kUnresolved;
  model.best = 0;
  model.cells = {0};
  for (const Rival& rival : rivals) {
    model.cells.push_back(judgement.cells.size());
    judgement.cells.push_back(cell_of(rival));
  }
  const std::string sentence = model_sentence(judgement, model, kMargin);
  EXPECT_THAT(sentence, testing::StartsWith(kOnThisMachine));
  return sentence.substr(std::string(kOnThisMachine).size());
}

constexpr Rival kTied{"B", Standing::kTied, 1.01, 1.005, 1.015};
constexpr Rival kBehind{"C", Standing::kBehind, 1.029, 1.024, 1.034};
constexpr Rival kUnclear{"D", Standing::kUnresolved, 2.0, 0.5, 8.9};
constexpr Rival kWorse{"E", Standing::kWorse, 1.45, 1.40, 1.49};

TEST(Sentence, WhoSurelyNeedsMoreIsNotSaidToNeedAsLittle) {
  EXPECT_EQ(unresolved({kBehind}),
            "A is ahead in time per inference: C needs 2.9 % more [2.4 %, 3.4 %]; whether by more "
            "than the margin of 3 % is not resolved, more repetitions are needed.");
  EXPECT_EQ(unresolved({kBehind, {"F", Standing::kBehind, 1.04, 1.02, 1.06}, kWorse}),
            "A is ahead in time per inference: C and F need more (C needs 2.9 % more [2.4 %, 3.4 "
            "%]); whether by more than the margin of 3 % is not resolved, more repetitions are "
            "needed. E is worse by more than 3 %: it needs 45 % more [40 %, 49 %].");
}

TEST(Sentence, EachStandingIsNamedApartAndTheNearestFirst) {
  EXPECT_EQ(
      unresolved({kTied, kBehind, kWorse, kUnclear}),
      "not resolved: A ranks first by time per inference, but B is within 3 % of it (needs 1.0 % "
      "more [0.5 %, 1.5 %]); D may need as little (needs 2.0 times as much [0.5, 8.9]); C needs "
      "2.9 % more [2.4 %, 3.4 %], whether by more than 3 % is open. More repetitions are needed. "
      "E is worse by more than 3 %: it needs 45 % more [40 %, 49 %].");
}

TEST(Sentence, SeveralOfOneStandingAreOneStatementWithAnExample) {
  const Rival second{"F", Standing::kUnresolved, 3.0, 0.6, 9.9};
  const Rival farther{"G", Standing::kWorse, 4, 3.5, 4.5};
  EXPECT_EQ(unresolved({kUnclear, second, kWorse, farther}),
            "not resolved: A ranks first by time per inference, but D and F may need as little (D "
            "needs 2.0 times as much [0.5, 8.9]). More repetitions are needed. E and G are worse "
            "by more than 3 %: E needs 45 % more [40 %, 49 %].");
}

TEST(Sentence, WhatLacksRepetitionsIsSaidToLackThem) {
  const double nan = std::nan("");
  EXPECT_EQ(unresolved({{"B", Standing::kUnresolved, 0.5, 0.45, 0.56, 3},
                        {"C", Standing::kUnresolved, 1.25, nan, nan, 1},
                        {"D", Standing::kUnresolved, nan, nan, nan, 0}}),
            "not resolved: A ranks first by time per inference, but B needs less in the "
            "repetitions that both have (needs 50 % less [44 %, 55 %]); C has too few repetitions "
            "in common with it for an interval (needs 25 % more); D has no repetition in "
            "common with it. More repetitions are needed.");
}

/// Up to eight configurations, some near each other, in up to eight blocks, some missing.
ExperimentRecord drawn(Random& random) {
  std::vector<CellTimes> cells;
  const std::size_t size = 2 + random.below(7);
  const std::size_t blocks = 1 + random.below(8);
  const double noise = 0.001 * std::pow(10.0, 2 * random.uniform());
  const double spread = 0.005 * std::pow(10.0, 2 * random.uniform());
  for (std::size_t c = 0; c < size; ++c) {
    const double truth = 1e-3 * std::exp(spread * random.uniform());
    CellTimes cell{example::configuration(fmt::format("e{}", c)), {}};
    for (std::size_t b = 0; b < blocks; ++b) {
      cell.second.push_back(truth * std::exp(noise * random.normal()));
    }
    cells.push_back(std::move(cell));
  }
  ExperimentRecord record = example::record(cells);
  const double gaps = 0.7 * random.uniform() * random.uniform();
  std::erase_if(record.trials, [&](const TrialRecord&) { return random.uniform() < gaps; });
  return record;
}

/// What an interval implies, in the words that a sentence must use for it.
std::string words_for(const Ratio& ratio) {
  const stats::Interval& r = ratio.interval;
  if (ratio.blocks == 0) return "no repetition in common";
  if (!r.bounded()) return "too few repetitions in common";
  if (r.lo > 1 + kMargin) return "worse by more than|less time per inference than";
  if (r.hi <= 1 + kMargin && r.lo >= 1 / (1 + kMargin)) return "within";
  if (r.lo > 1) return "whether by more than";
  return r.hi < 1 ? "less in the repetitions" : "may need as little";
}

std::vector<std::string> statements_of(const std::string& sentence) {
  static const std::regex between(R"(; (?!whether)|\. |, but )");
  return {std::sregex_token_iterator(sentence.begin(), sentence.end(), between, -1), {}};
}

std::size_t counted_others(const std::string& statement) {
  std::smatch match;
  return std::regex_search(statement, match, std::regex(R"((\d+) others)")) ? std::stoul(match[1])
                                                                            : 0;
}

/// Checks "needs 3 % more [1 %, 5 %]" and "needs 2.0 times as much [1.5, 2.5]" in a statement.
void expect_true_numbers(const std::string& statement, const stats::Interval& ratio) {
  static const std::regex numbers(
      R"(needs (\S+) (% more|% less|times as much) \[(\S+?)(?: %)?, (\S+?)(?: %)?\])");
  std::string ascii = std::regex_replace(statement, std::regex("−"), "-");
  std::smatch match;
  if (!std::regex_search(ascii, match, numbers)) return;
  const bool less = match[2] == "% less";
  const auto ratio_of = [&](const std::string& number) {
    const double value = std::stod(number);
    if (match[2] == "times as much") return value;
    return less ? 1 - value / 100 : 1 + value / 100;
  };
  const double tolerance = match[2] == "times as much" ? 0.051 : 0.0051;
  EXPECT_NEAR(ratio_of(match[1]), ratio.estimate, tolerance) << statement;
  EXPECT_NEAR(ratio_of(match[less ? 4 : 3]), ratio.lo, tolerance) << statement;
  EXPECT_NEAR(ratio_of(match[less ? 3 : 4]), ratio.hi, tolerance) << statement;
}

/// The configurations of `judgement` in `text`, best apart, by where they are named first.
std::vector<const Cell*> named_in(const std::string& text, const Judgement& judgement) {
  std::map<std::size_t, const Cell*> found;
  for (const Cell& cell : judgement.cells) {
    const std::size_t at = text.find(cell.label);
    if (at != std::string::npos && cell.standing != Standing::kBest) found[at] = &cell;
  }
  std::vector<const Cell*> result;
  for (const auto& [at, cell] : found) result.push_back(cell);
  return result;
}

std::size_t with_words(const Judgement& judgement, const std::string& words) {
  return static_cast<std::size_t>(
      std::count_if(judgement.cells.begin(), judgement.cells.end(), [&](const Cell& cell) {
        return cell.ranked() && cell.standing != Standing::kBest && words_for(cell.ratio) == words;
      }));
}

/// Every statement that names a configuration has the words of its interval, names or counts all
/// others of which the same is true, and has right numbers. How many configurations were named.
std::size_t expect_true_statements(const Judgement& judgement) {
  std::size_t spoken_for = 0;
  for (const std::string& statement : statements_of(judgement.sentence)) {
    const std::vector<const Cell*> named = named_in(statement, judgement);
    if (named.empty()) continue;
    const std::string words = words_for(named.front()->ratio);
    EXPECT_TRUE(std::regex_search(statement, std::regex(words))) << words << " | " << statement;
    for (const Cell* cell : named) EXPECT_EQ(words_for(cell->ratio), words) << statement;
    const std::size_t count = judgement.models[0].outcome == Outcome::kBetter
                                  ? judgement.cells.size() - 1
                              : counted_others(statement) > 0 ? 1 + counted_others(statement)
                                                              : named.size();
    EXPECT_EQ(count, with_words(judgement, words)) << statement;
    const std::smatch::size_type bracket = statement.rfind(" needs ");
    const bool one = bracket == std::string::npos || named.size() == 1;
    const Cell* example = named.front();
    for (const Cell* cell : named) {
      if (!one && statement.find(cell->label + " needs ") != std::string::npos) example = cell;
    }
    expect_true_numbers(statement, example->ratio.interval);
    spoken_for += count;
  }
  return spoken_for;
}

TEST(Sentence, ClaimsAgreeWithTheIntervalsOfDrawnExperiments) {
  Random random(17);
  std::map<std::string, int> seen;
  for (int i = 0; i < 1000; ++i) {
    const Judgement judgement = judge(drawn(random));
    const Outcome outcome = judgement.models[0].outcome;
    if (outcome == Outcome::kSingle || outcome == Outcome::kNone) continue;
    SCOPED_TRACE(judgement.sentence);
    std::size_t rivals = 0;
    for (const Cell& cell : judgement.cells) rivals += cell.ranked() ? 1 : 0;
    EXPECT_EQ(expect_true_statements(judgement), rivals - 1);
    EXPECT_THAT(judgement.sentence, Not(HasSubstr("lowest")));
    for (const Cell& cell : judgement.cells) ++seen[words_for(cell.ratio)];
    if (testing::Test::HasFailure()) break;
  }
  EXPECT_EQ(seen.size(), 7u) << "a kind of interval that was never drawn is not tested";
}

}  // namespace
}  // namespace joulemark::verdict
