// SPDX-License-Identifier: Apache-2.0
#include "cli/load_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <utility>

#include "base/suggest.h"
#include "cli/flag_numbers.h"
#include "cli/token_file.h"

namespace joulemark::cli {
namespace {

constexpr double kDefaultTimeLimit = 60;

Result<http::Header> parse_header(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || text.find_first_of("\r\n") != std::string::npos)
    return fail(ErrorKind::kUsage,
                fmt::format("--header must be like 'X-Team: a', not '{}'", text));
  const auto begin = text.find_first_not_of(' ', colon + 1);
  return http::Header{text.substr(0, colon), begin == std::string::npos ? "" : text.substr(begin)};
}

}  // namespace

Result<load::TargetQuery> load_query(const LoadFlags& flags) {
  const auto url = http::parse_url(flags.url);
  if (!url) return fail(url.error());
  const auto api = load::api_of(flags.api);
  if (!api)
    return fail(ErrorKind::kUsage, fmt::format("--api must be one of {}, not '{}'{}",
                                               fmt::join(load::api_names(), ", "), flags.api,
                                               did_you_mean(flags.api, load::api_names())));
  const auto limit =
      seconds_of("--time-limit", flags.time_limit_s.value_or(kDefaultTimeLimit), 0.001);
  if (!limit) return fail(limit.error());
  load::TargetQuery query{
      .call = {.url = *url}, .api = *api, .model = flags.model, .signature = flags.signature};
  query.call.timeout = std::chrono::nanoseconds(to_nanoseconds(*limit));
  for (const std::string& text : flags.headers) {
    auto header = parse_header(text);
    if (!header) return fail(header.error());
    query.call.headers.push_back(*std::move(header));
  }
  if (flags.token_file.empty()) return query;
  const auto token = read_token_file(flags.token_file);
  if (!token) return fail(token.error());
  query.call.headers.push_back({"Authorization", "Bearer " + *token});
  return query;
}

}  // namespace joulemark::cli
