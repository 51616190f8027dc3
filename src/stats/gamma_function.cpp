// SPDX-License-Identifier: Apache-2.0
// Boost.Math, with its errors as values instead of exceptions.
#include "stats/gamma_function.h"

#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/gamma.hpp>

namespace joulemark::stats {
namespace {

namespace policies = boost::math::policies;
using Quiet = policies::policy<policies::domain_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>,
                               policies::pole_error<policies::ignore_error>>;

}  // namespace

double gamma_density(double shape, double x) {
  return boost::math::gamma_p_derivative(shape, x, Quiet());
}

double gamma_half_ratio(double x) {
  return boost::math::tgamma_delta_ratio(x, 0.5, Quiet());
}

}  // namespace joulemark::stats
