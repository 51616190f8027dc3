// SPDX-License-Identifier: Apache-2.0
// A hub in memory: answers by address, notes of what was asked, and a clock that only counts.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "net/http.h"

namespace joulemark::hub {

inline constexpr const char* kTestEndpoint = "https://hub.example";
inline constexpr const char* kTestCommit = "0123456789abcdef0123456789abcdef01234567";

/// One answer, or a failure instead of it.
struct ScriptedAnswer {
  net::HttpResponse response;
  std::string body;
  std::optional<net::Failure> failure;  ///< after the body, when the status is 200 or 206
};

/// Answers the requests for each address in the order that was scripted; the last one stays.
class ScriptedHttp final : public net::HttpClient {
 public:
  void on(const std::string& url, ScriptedAnswer answer) {
    answers_[url].push_back(std::move(answer));
  }
  /// A file at the scripted commit, small enough to come in one piece.
  void add_file(const std::string& revision, const std::string& name, const std::string& body,
                const std::string& etag) {
    const net::HttpResponse response{
        .status = 200,
        .headers = {{"x-repo-commit", kTestCommit},
                    {"etag", '"' + etag + '"'},
                    {"content-length", fmt::format("{}", body.size())}}};
    on(address(revision, name), {.response = response, .body = body, .failure = {}});
  }
  static std::string address(const std::string& revision, const std::string& name) {
    return fmt::format("{}/lab/tiny/resolve/{}/{}", kTestEndpoint, revision, name);
  }

  tl::expected<net::HttpResponse, net::Failure> send(const net::HttpRequest& request,
                                                     const net::BodySink& sink) override {
    requests.push_back(request);
    const auto found = answers_.find(request.url);
    if (found == answers_.end())
      return net::HttpResponse{404,
                               {{"x-error-code", "EntryNotFound"}, {"x-repo-commit", kTestCommit}}};
    const ScriptedAnswer answer = found->second.front();
    if (found->second.size() > 1) found->second.pop_front();
    const bool has_body = answer.response.status == 200 || answer.response.status == 206;
    if (request.method == net::HttpMethod::kGet && has_body)
      if (!sink.begin(answer.response) || !sink.write(answer.body))
        return tl::unexpected(net::Failure{net::Failure::Kind::kStopped, "stopped"});
    if (answer.failure) return tl::unexpected(*answer.failure);
    return answer.response;
  }

  [[nodiscard]] auto count(net::HttpMethod method) const {
    return std::count_if(requests.begin(), requests.end(),
                         [&](const net::HttpRequest& each) { return each.method == method; });
  }

  std::vector<net::HttpRequest> requests;

 private:
  std::map<std::string, std::deque<ScriptedAnswer>> answers_;
};

/// Time passes only by sleeping.
class CountingClock final : public Clock {
 public:
  Nanoseconds now() override { return now_; }
  void sleep_until(Nanoseconds deadline) override { now_ = std::max(now_, deadline); }

 private:
  Nanoseconds now_ = 0;
};

}  // namespace joulemark::hub
