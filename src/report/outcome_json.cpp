// SPDX-License-Identifier: Apache-2.0
#include "report/outcome_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/json_values.h"

namespace joulemark::report {
namespace {

using Json = nlohmann::ordered_json;
using stats::Interval;
using stats::Outcome;
using stats::TestResult;

}  // namespace

void put_test(Json& parent, const std::string& key, std::initializer_list<Member> members,
              Outcome outcome) {
  Json object = Json::object();
  for (const Member& member : members) put(object, member.key, member.value, to_string(outcome));
  parent[key] = std::move(object);
  if (outcome != Outcome::kOk) parent[key + "_reason"] = to_string(outcome);
}

void put_interval(Json& parent, const std::string& key, const Interval& interval) {
  if (interval.bounded() && std::isfinite(interval.lo) && std::isfinite(interval.hi)) {
    parent[key] = {interval.lo, interval.hi};
    return;
  }
  parent[key] = nullptr;
  parent[key + "_reason"] = to_string(interval.outcome);
}

void put_one_df(Json& parent, const std::string& key, const TestResult& test) {
  put_test(parent, key, {{"statistic", test.statistic}, {"df", test.df1}, {"p", test.p}},
           test.outcome);
}

void put_two_df(Json& parent, const std::string& key, const TestResult& test) {
  put_test(parent, key,
           {{"statistic", test.statistic}, {"df1", test.df1}, {"df2", test.df2}, {"p", test.p}},
           test.outcome);
}

}  // namespace joulemark::report
