// SPDX-License-Identifier: Apache-2.0
// Boost.Math, with its errors as values instead of exceptions.
#include "stats/distribution.h"

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/gamma.hpp>

namespace joulemark::stats {
namespace {

namespace policies = boost::math::policies;
using Quiet = policies::policy<policies::domain_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>,
                               policies::pole_error<policies::ignore_error>>;
/// In double, where Boost takes long double: eight times faster. t and the binomial are wanted for
/// every pair of many groups.
using Fast = policies::normalise<Quiet, policies::promote_double<false>>::type;
using Normal = boost::math::normal_distribution<double, Quiet>;
using Binomial = boost::math::binomial_distribution<double, Fast>;
using StudentsT = boost::math::students_t_distribution<double, Fast>;
using FisherF = boost::math::fisher_f_distribution<double, Quiet>;
using ChiSquared = boost::math::chi_squared_distribution<double, Quiet>;

}  // namespace

double normal_cdf(double z) {
  return boost::math::cdf(Normal(), z);
}

double normal_sf(double z) {
  return boost::math::cdf(boost::math::complement(Normal(), z));
}

double normal_quantile(double p) {
  return boost::math::quantile(Normal(), p);
}

double t_sf(double df, double t) {
  return boost::math::cdf(boost::math::complement(StudentsT(df), t));
}

double t_quantile(double df, double p) {
  return boost::math::quantile(StudentsT(df), p);
}

double f_sf(double df1, double df2, double f) {
  return boost::math::cdf(boost::math::complement(FisherF(df1, df2), f));
}

double chi_squared_sf(double df, double x) {
  return boost::math::cdf(boost::math::complement(ChiSquared(df), x));
}

double chi_squared_quantile(double df, double p) {
  return boost::math::quantile(ChiSquared(df), p);
}

double gamma_density(double shape, double x) {
  return boost::math::gamma_p_derivative(shape, x, Quiet());
}

double gamma_half_ratio(double x) {
  return boost::math::tgamma_delta_ratio(x, 0.5, Quiet());
}

double binomial_at_least(std::size_t n, double p, std::size_t k) {
  if (k == 0 || p >= 1) return 1;
  if (p <= 0) return 0;
  const Binomial draws(static_cast<double>(n), p);
  return boost::math::cdf(boost::math::complement(draws, static_cast<double>(k - 1)));
}

}  // namespace joulemark::stats
