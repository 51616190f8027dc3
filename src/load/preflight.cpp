// SPDX-License-Identifier: Apache-2.0
#include "load/preflight.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text_table.h"

namespace joulemark::load {
namespace {

bool is_for_good(http::FailureKind kind) {
  using enum http::FailureKind;
  constexpr std::array kForGood{kUnreachable, kRefused, kNotHttp, kTls, kMachine};
  return std::find(kForGood.begin(), kForGood.end(), kind) != kForGood.end();
}

/// Of 4xx all but those that ask to come again (RFC 9110, 15.5.9; RFC 6585, 4).
bool refuses(int status) {
  return status >= 400 && status < 500 && status != 408 && status != 429;
}

}  // namespace

Status try_once(http::Client& client, const Workload& workload) {
  Question question = workload.question(0, {});
  const std::string where = question.call.url.origin() + question.call.url.target;
  const auto answer = client.ask(std::move(question.call));
  if (!answer && is_for_good(answer.error().kind))
    return fail(ErrorKind::kMachine, answer.error().message);
  if (!answer || !refuses(answer->head.status)) return {};
  const int status = answer->head.status;
  return fail(ErrorKind::kFailed,
              fmt::format("{} refuses the request with status {}: {}{}", where, status,
                          printable(answer->body.substr(0, 300)),
                          status == 401 || status == 403 ? "; --token-file names it a token" : ""));
}

}  // namespace joulemark::load
