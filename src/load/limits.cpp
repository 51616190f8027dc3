// SPDX-License-Identifier: Apache-2.0
#include "load/limits.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>

#include "base/suggest.h"

namespace joulemark::load {
namespace {

struct Row {
  std::string_view key;
  double (*of)(const Record&);
};

constexpr Row kLimits[] = {
    {"latency_ms", [](const Record& record) { return record.latency_ms(); }},
    {"ttft_ms", [](const Record& record) { return record.first_ms(); }},
    {"itl_ms", [](const Record& record) { return record.per_token_ms().value_or(0); }},
    {"gap_ms", [](const Record& record) { return record.longest_gap_ms().value_or(0); }},
};

}  // namespace

std::vector<std::string> limit_keys() {
  std::vector<std::string> keys;
  for (const Row& row : kLimits) keys.emplace_back(row.key);
  return keys;
}

Result<Limit> parse_limit(std::string_view text) {
  const auto equals = std::min(text.find('='), text.size());
  Limit limit{.key = std::string(text.substr(0, equals))};
  const auto keys = limit_keys();
  if (std::find(keys.begin(), keys.end(), limit.key) == keys.end())
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' is no limit; there are {}{}", limit.key, fmt::join(keys, ", "),
                            did_you_mean(limit.key, keys)));
  const auto number = text.substr(std::min(equals + 1, text.size()));
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), limit.most);
  if (error != std::errc{} || end != number.data() + number.size() || !std::isfinite(limit.most) ||
      !(limit.most > 0))
    return fail(ErrorKind::kUsage,
                fmt::format("--limit {} needs milliseconds, as in {}=200", text, limit.key));
  return limit;
}

bool keeps(const Record& record, const Limit& limit) {
  for (const Row& row : kLimits)
    if (row.key == limit.key) return row.of(record) <= limit.most;
  return false;
}

}  // namespace joulemark::load
