// SPDX-License-Identifier: Apache-2.0
// Draws against exact probabilities, with fixed seeds.
#include "serve/engine/sampling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace joulemark::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Logits = std::vector<float>;
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr std::int32_t kNone = -1;

std::int32_t choose(Sampler& sampler, const Logits& logits) {
  const auto choice = sampler.choose(logits);
  EXPECT_TRUE(choice) << choice.error().message;
  return choice ? choice->id : -1;
}

/// First tokens of texts with the seeds 0, 1, 2 …
std::map<std::int32_t, int> first_tokens(Sampling how, const Logits& logits, int texts) {
  std::map<std::int32_t, int> counts;
  for (int i = 0; i < texts; ++i) {
    how.seed = static_cast<std::uint64_t>(i);
    Sampler sampler(how, {}, kNone);
    ++counts[choose(sampler, logits)];
  }
  return counts;
}

/// exp(score) over their sum.
std::vector<double> softmax(const std::vector<double>& scores) {
  std::vector<double> weights;
  double sum = 0;
  for (const double score : scores) sum += weights.emplace_back(std::exp(score));
  for (double& weight : weights) weight /= sum;
  return weights;
}

/// Pearson's statistic of what was drawn.
double chi_square(const std::map<std::int32_t, int>& counts, const std::vector<double>& expected,
                  int draws) {
  double sum = 0;
  for (std::size_t id = 0; id < expected.size(); ++id) {
    const auto found = counts.find(static_cast<std::int32_t>(id));
    const double seen = found == counts.end() ? 0 : found->second;
    const double want = expected[id] * draws;
    if (want == 0)
      EXPECT_EQ(seen, 0) << "token " << id << " cannot come";
    else
      sum += (seen - want) * (seen - want) / want;
  }
  return sum;
}

// Of five tokens, with probability 0.999: the seeds are fixed, so that it holds for good.
constexpr double kMost4 = 18.47;
constexpr int kDraws = 20'000;
const Logits kLogits = {1.0F, 0.5F, -0.5F, 2.0F, 0.0F};

TEST(Sampler, TemperatureDividesTheLogits) {
  for (const double temperature : {0.5, 1.0, 2.0}) {
    std::vector<double> scores;
    for (const float logit : kLogits) scores.push_back(logit / temperature);
    const auto counts = first_tokens({.temperature = temperature}, kLogits, kDraws);
    EXPECT_LT(chi_square(counts, softmax(scores), kDraws), kMost4) << temperature;
  }
}

TEST(Sampler, DrawsOfOneTextAreIndependent) {
  Sampler sampler({.temperature = 1, .seed = 7}, {}, kNone);
  std::map<std::int32_t, int> counts;
  for (int i = 0; i < kDraws; ++i) ++counts[choose(sampler, kLogits)];
  EXPECT_LT(chi_square(counts, softmax({1, 0.5, -0.5, 2, 0}), kDraws), kMost4);
}

TEST(Sampler, TopKLeavesTheLikeliest) {
  const double rest = -std::numeric_limits<double>::infinity();
  const auto counts = first_tokens({.temperature = 1, .top_k = 2}, kLogits, kDraws);
  EXPECT_LT(chi_square(counts, softmax({1, rest, rest, 2, rest}), kDraws), kMost4);
}

TEST(Sampler, TopPLeavesAsManyAsHaveThatProbabilityTogether) {
  // 0.22, 0.13, 0.05, 0.60 (less 0.01), 0.08: the first two have 0.75.
  const double rest = -std::numeric_limits<double>::infinity();
  const auto two = first_tokens({.temperature = 1, .top_p = 0.7}, kLogits, kDraws);
  EXPECT_LT(chi_square(two, softmax({1, rest, rest, 2, rest}), kDraws), kMost4);
  const auto one = first_tokens({.temperature = 1, .top_p = 1e-9}, kLogits, 100);
  EXPECT_THAT(one, ElementsAre(std::pair(3, 100))) << "the likeliest is always left";
}

TEST(Sampler, TopPIsOfWhatTopKLeaves) {
  // Of 3 and 0 alone, 3 has 0.73.
  const auto counts = first_tokens({.temperature = 1, .top_p = 0.73, .top_k = 2}, kLogits, 100);
  EXPECT_THAT(counts, ElementsAre(std::pair(3, 100)));
}

TEST(Sampler, MinPIsRelativeToTheLikeliest) {
  // exp(-1) = 0.37 of the likeliest's, exp(-1.5) = 0.22.
  const double rest = -std::numeric_limits<double>::infinity();
  const auto counts = first_tokens({.temperature = 1, .min_p = 0.3}, kLogits, kDraws);
  EXPECT_LT(chi_square(counts, softmax({1, rest, rest, 2, rest}), kDraws), kMost4);
}

TEST(Sampler, AtTemperatureZeroTheLikeliestComesAndTheFirstOfEqualOnes) {
  Sampler sampler({.top_p = 0.1, .min_p = 0.5, .seed = 3}, {}, kNone);
  EXPECT_TRUE(sampler.takes_likeliest());
  EXPECT_EQ(choose(sampler, kLogits), 3);
  EXPECT_EQ(choose(sampler, {0, 5, 5, 1}), 1);
}

TEST(Sampler, TheSameSeedGivesTheSameTokens) {
  const auto text = [](std::uint64_t seed) {
    Sampler sampler({.temperature = 1, .seed = seed}, {}, kNone);
    std::vector<std::int32_t> ids;
    for (int i = 0; i < 20; ++i) ids.push_back(choose(sampler, kLogits));
    return ids;
  };
  EXPECT_EQ(text(1), text(1));
  EXPECT_NE(text(1), text(2));
}

TEST(Sampler, PresenceCountsATokenOnceAndFrequencyEachTime) {
  const Logits logits = {1.0F, 0.45F, 0.0F};
  Sampler presence({.presence_penalty = 0.6}, {}, kNone);
  EXPECT_FALSE(presence.takes_likeliest());
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(choose(presence, logits));
  // 1 → 0.4; then 0.45 → −0.15; then 0.4 again and for good.
  EXPECT_THAT(ids, ElementsAre(0, 1, 0, 0));
  Sampler frequency({.frequency_penalty = 0.6}, {}, kNone);
  ids.clear();
  for (int i = 0; i < 4; ++i) ids.push_back(choose(frequency, logits));
  // 1, 0.4, −0.2 of token 0; 0.45, −0.15 of token 1; 0 of token 2.
  EXPECT_THAT(ids, ElementsAre(0, 1, 0, 2));
}

TEST(Sampler, RepetitionCountsPromptAndAnswerAndPushesEitherSignDown) {
  const std::vector<std::int32_t> prompt = {0};
  Sampler sampler({.repetition_penalty = 2}, prompt, kNone);
  EXPECT_EQ(choose(sampler, {1.0F, 0.6F, -1.0F}), 1) << "1 became 0.5";
  EXPECT_EQ(choose(sampler, {1.0F, 0.6F, -1.0F}), 0) << "0.6 became 0.3";
  Sampler negative({.repetition_penalty = 2}, prompt, kNone);
  EXPECT_EQ(choose(negative, {-1.0F, -1.5F}), 1) << "−1 became −2";
}

TEST(Sampler, LogProbabilitiesAreThoseOfTheLogitsAsTheyCame) {
  Sampler sampler({.temperature = 0.3, .top_k = 1, .presence_penalty = 1}, {}, 2);
  const auto choice = sampler.choose(kLogits);
  ASSERT_TRUE(choice);
  const auto exact = softmax({1, 0.5, -0.5, 2, 0});
  EXPECT_EQ(choice->id, 3);
  EXPECT_NEAR(choice->log_probability, std::log(exact[3]), 1e-12);
  ASSERT_EQ(choice->likeliest.size(), 2U);
  EXPECT_EQ(choice->likeliest[0].id, 3);
  EXPECT_EQ(choice->likeliest[1].id, 0);
  EXPECT_NEAR(choice->likeliest[1].log_probability, std::log(exact[0]), 1e-12);
}

TEST(Sampler, AskingForProbabilitiesNeedsLogitsAndChangesNoToken) {
  Sampler plain({.temperature = 1, .seed = 5}, {}, kNone);
  Sampler told({.temperature = 1, .seed = 5}, {}, 0);
  Sampler greedy({}, {}, 0);
  EXPECT_FALSE(greedy.takes_likeliest());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(choose(plain, kLogits), choose(told, kLogits));
}

TEST(Sampler, MoreLikeliestThanTokensAreAllTokens) {
  Sampler sampler({}, {}, 20);
  const auto choice = sampler.choose(kLogits);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->likeliest.size(), kLogits.size());
}

TEST(Sampler, WhatIsNoNumberIsRefused) {
  for (const Logits& logits :
       {Logits{0, kNaN}, Logits{kInfinity, 0}, Logits{-kInfinity, -kInfinity}}) {
    for (const double temperature : {0.0, 1.0}) {
      Sampler sampler({.temperature = temperature}, {}, kNone);
      const auto choice = sampler.choose(logits);
      ASSERT_FALSE(choice);
      EXPECT_THAT(choice.error().message, HasSubstr("no numbers"));
    }
  }
}

TEST(Sampler, ATokenOfMinusInfinityNeverComes) {
  const auto counts = first_tokens({.temperature = 100}, {-kInfinity, 0.0F, -kInfinity, 1.0F}, 200);
  EXPECT_THAT(counts, ElementsAre(testing::Key(1), testing::Key(3)));
}

TEST(Sampler, LargeLogitsDoNotOverflow) {
  const auto counts = first_tokens({.temperature = 1}, {3e38F, -3e38F, 3e38F}, 200);
  EXPECT_THAT(counts, ElementsAre(testing::Key(0), testing::Key(2)));
}

}  // namespace
}  // namespace joulemark::serve
