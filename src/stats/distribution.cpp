// SPDX-License-Identifier: Apache-2.0
// Boost.Math, with its errors as values instead of exceptions.
#include "stats/distribution.h"

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/policies/policy.hpp>

namespace joulemark::stats {
namespace {

namespace policies = boost::math::policies;
using Quiet = policies::policy<policies::domain_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>,
                               policies::pole_error<policies::ignore_error>>;
using Normal = boost::math::normal_distribution<double, Quiet>;
using Binomial = boost::math::binomial_distribution<double, Quiet>;
using StudentsT = boost::math::students_t_distribution<double, Quiet>;

}  // namespace

double normal_cdf(double z) {
  return boost::math::cdf(Normal(), z);
}

double normal_quantile(double p) {
  return boost::math::quantile(Normal(), p);
}

double t_quantile(double df, double p) {
  return boost::math::quantile(StudentsT(df), p);
}

double binomial_at_least(std::size_t n, double p, std::size_t k) {
  if (k == 0 || p >= 1) return 1;
  if (p <= 0) return 0;
  const Binomial draws(static_cast<double>(n), p);
  return boost::math::cdf(boost::math::complement(draws, static_cast<double>(k - 1)));
}

}  // namespace joulemark::stats
