// SPDX-License-Identifier: Apache-2.0
// Tests and intervals in JSON: what data do not allow is null, with the outcome's name beside it.
#pragma once

#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "stats/interval.h"
#include "stats/test_result.h"

namespace joulemark::report {

/// A member of a test: its key and its number.
struct Member {
  const char* key;
  double value;
};

/// An object of numbers, which all are null for one reason or none is. The reason also stands
/// beside the object.
void put_test(nlohmann::ordered_json& parent, const std::string& key,
              std::initializer_list<Member> members, stats::Outcome outcome);

/// {"statistic", "df", "p"}, and with both degrees of freedom {"statistic", "df1", "df2", "p"}.
void put_one_df(nlohmann::ordered_json& parent, const std::string& key,
                const stats::TestResult& test);
void put_two_df(nlohmann::ordered_json& parent, const std::string& key,
                const stats::TestResult& test);

/// [lo, hi], or null.
void put_interval(nlohmann::ordered_json& parent, const std::string& key,
                  const stats::Interval& interval);

}  // namespace joulemark::report
