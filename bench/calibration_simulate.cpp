// SPDX-License-Identifier: Apache-2.0
// The simulated data sets, each with a truth that is known.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "calibration.h"
#include "stats/adjust.h"
#include "stats/anova.h"
#include "stats/bootstrap.h"
#include "stats/brunner_munzel.h"
#include "stats/cliffs_delta.h"
#include "stats/dunn.h"
#include "stats/equal_variances.h"
#include "stats/equivalence.h"
#include "stats/hodges_lehmann.h"
#include "stats/kruskal_wallis.h"
#include "stats/mann_whitney.h"
#include "stats/paired.h"
#include "stats/pairwise_means.h"
#include "stats/permutation.h"
#include "stats/quantile_interval.h"
#include "stats/shapiro_wilk.h"
#include "stats/welch_t.h"
#include "stats/wilcoxon.h"

namespace joulemark::bench {
namespace {

using Sample = std::vector<double>;

constexpr int kResamples = 2'000;
constexpr std::size_t kGroups = 4;

Sample draw(const Case& of, Random& random) {
  Sample values(of.n);
  for (double& value : values) value = of.distribution->draw(random);
  return values;
}

Sample plus(Sample values, double shift) {
  for (double& value : values) value += shift;
  return values;
}

/// The same mean and twice the standard deviation.
Sample spread(Sample values, const Distribution& distribution) {
  for (double& value : values) value = distribution.mean + 2 * (value - distribution.mean);
  return values;
}

double smallest_p(const std::vector<stats::PairwiseMean>& pairs) {
  double least = 1;
  for (const auto& pair : pairs) least = std::min(least, pair.test.p);
  return least;
}

double smallest_p(const stats::PairTests& tests) {
  double least = 1;
  for (const auto& pair : tests.pairs) least = std::min(least, pair.adjusted_p);
  return least;
}

/// Groups that do not differ, and then groups of which one has four times the variance.
void test_groups(const Case& of, Random& random, Tally& tally) {
  std::vector<Sample> groups(kGroups);
  for (Sample& values : groups) values = draw(of, random);
  tally.alarm("Shapiro–Wilk (null: normal)", stats::shapiro_wilk(groups[0]).p);
  tally.alarm("Brown–Forsythe, 4 groups", stats::levene(groups).p);
  tally.alarm("Bartlett, 4 groups", stats::bartlett(groups).p);
  tally.alarm("Fligner–Killeen, 4 groups", stats::fligner_killeen(groups).p);
  tally.alarm("ANOVA, 4 groups", stats::anova(groups).test.p);
  tally.alarm("Welch ANOVA, 4 groups", stats::welch_anova(groups).p);
  tally.alarm("Kruskal–Wallis, 4 groups", stats::kruskal_wallis(groups).test.p);
  tally.alarm("Games–Howell, any of 6 pairs", smallest_p(stats::games_howell(groups)));
  tally.alarm("Dunn–Holm, any of 6 pairs", smallest_p(stats::dunn(groups)));
  groups[0] = spread(std::move(groups[0]), *of.distribution);
  tally.alarm("ANOVA, variances 4 : 1 : 1 : 1", stats::anova(groups).test.p);
  tally.alarm("Welch ANOVA, variances 4 : 1 : 1 : 1", stats::welch_anova(groups).p);
  tally.alarm("Games–Howell, variances 4 : 1 : 1 : 1", smallest_p(stats::games_howell(groups)));
}

void test_two_samples(const Case& of, int number, Random& random, Tally& tally) {
  const Sample a = draw(of, random);
  const Sample b = draw(of, random);
  tally.alarm("Welch t", stats::welch_t(a, b).test.p);
  tally.alarm("Welch t, variances 4 : 1", stats::welch_t(spread(a, *of.distribution), b).test.p);
  tally.alarm("Mann–Whitney, exact", stats::mann_whitney(a, b).best().p);
  tally.alarm("Brunner–Munzel", stats::brunner_munzel(a, b).p);
  if (number % 5 == 0)
    tally.alarm("permutation of Welch's t, every 5th set",
                stats::permutation_test(a, b, {.resamples = 999}).test.p);
  // The true difference is the upper bound, where a rejection is just wrong.
  const double bound = 2 * of.distribution->sd;
  tally.alarm("TOST at its bound of 2 sd",
              stats::tost_welch(plus(a, bound), b, {.lo = -bound, .hi = bound}).p);
}

/// Pairs share a disturbance, and their difference is symmetric.
void test_pairs(const Case& of, Random& random, Tally& tally) {
  Sample a = draw(of, random);
  Sample b = draw(of, random);
  for (std::size_t i = 0; i < of.n; ++i) {
    const double shared = 3 * random.normal();
    a[i] += shared;
    b[i] += shared;
  }
  tally.alarm("paired t", stats::paired_t(a, b).test.p);
  tally.alarm("Wilcoxon, exact", stats::wilcoxon_signed_rank(a, b).best().p);
}

/// δ of a sample that is shifted by one standard deviation; of a million values, ±0.001.
double true_delta(const Distribution& distribution) {
  static std::map<const Distribution*, double> known;
  if (const auto found = known.find(&distribution); found != known.end()) return found->second;
  Random random(2);
  const Case many = {&distribution, 1'000'000};
  const Sample a = plus(draw(many, random), distribution.sd);
  return known[&distribution] = stats::cliffs_delta(a, draw(many, random)).delta.estimate;
}

void cover_one_sample(const Case& of, Random& random, Tally& tally) {
  const Distribution& truth = *of.distribution;
  const Sample values = draw(of, random);
  // The t interval of a mean is that of paired differences from nothing.
  const Sample nothing(of.n, 0.0);
  tally.cover("mean, Student's t", stats::paired_t(values, nothing).difference, truth.mean);
  const stats::BootstrapOptions options{.seed = random.next(), .resamples = kResamples};
  tally.cover("mean, BCa", stats::bca_mean(values, options), truth.mean);
  tally.cover("median, BCa", stats::bca_median(values), truth.median);
  tally.cover("median, order statistics", stats::quantile_interval(values).interval, truth.median);
}

void cover_two_samples(const Case& of, Random& random, Tally& tally) {
  const Distribution& truth = *of.distribution;
  const Sample a = plus(draw(of, random), truth.sd);
  const Sample b = draw(of, random);
  tally.cover("difference of means, Welch t", stats::welch_t(a, b).difference, truth.sd);
  tally.cover("Hodges–Lehmann, shift of 1 sd", stats::hodges_lehmann(a, b), truth.sd);
  tally.cover("Cliff's δ, shift of 1 sd", stats::cliffs_delta(a, b).delta, true_delta(truth));
}

/// values[treatment][block]: blocks share a disturbance of 10 %.
std::vector<Sample> treatments(const Case& of, std::span<const double> truth, double cv,
                               Random& random) {
  std::vector<Sample> values(truth.size(), Sample(of.n));
  for (std::size_t block = 0; block < of.n; ++block) {
    const double shared = 0.1 * random.normal();
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const double own = of.distribution->draw(random) - of.distribution->mean;
      values[i][block] = truth[i] * std::exp(shared + cv * own / of.distribution->sd);
    }
  }
  return values;
}

void cover_ratio(const Case& of, Random& random, Tally& tally) {
  const std::array truth = {1.1, 1.0};
  const auto values = treatments(of, truth, 0.03, random);
  tally.cover("ratio of geometric means, paired", stats::paired_ratio(values[0], values[1]), 1.1);
}

void judge_best_sets(const Case& of, Random& random, Tally& tally) {
  const std::array equal = {1.0, 1.0, 1.0, 1.0, 1.0};
  const auto level = stats::best_set(treatments(of, equal, 0.03, random), {.margin = 0});
  tally.excluded("best set, margin 0: one of 5 equal ones excluded", level.comparisons[0].relation);
  const std::array truth = {1.0, 1.01, 1.02, 1.05, 1.1};
  const auto judge = [&](double cv, const char* excluded, const char* kept) {
    const auto set = stats::best_set(treatments(of, truth, cv, random));
    tally.excluded(excluded, set.comparisons[0].relation);
    tally.kept(kept, set.comparisons[4].relation);
  };
  judge(0.01, "best set, CV 1 %: the best excluded", "best set, CV 1 %: one 10 % worse kept");
  judge(0.03, "best set, CV 3 %: the best excluded", "best set, CV 3 %: one 10 % worse kept");
}

}  // namespace

void simulate(const Case& of, int number, Random& random, Tally& tally) {
  test_groups(of, random, tally);
  test_two_samples(of, number, random, tally);
  test_pairs(of, random, tally);
  cover_one_sample(of, random, tally);
  cover_two_samples(of, random, tally);
  cover_ratio(of, random, tally);
  judge_best_sets(of, random, tally);
}

}  // namespace joulemark::bench
