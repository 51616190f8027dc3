// SPDX-License-Identifier: Apache-2.0
// A service whose texts a test says token by token, and exchanges that note what is answered.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/exchange.h"
#include "serve/engine/service.h"

namespace joulemark::testing {

class NotedAnswer final : public http::Exchange {
 public:
  explicit NotedAnswer(http::Request request) : request_(std::move(request)) {}
  [[nodiscard]] const http::Request& request() const override { return request_; }
  void send(http::Response response) override {
    head = response.head;
    body = response.body;
    end();
  }
  void begin(http::Head begun) override { head = std::move(begun); }
  void write(std::string part) override { body += part; }
  void end() override {
    is_over = true;
    if (on_over) on_over();
  }
  [[nodiscard]] bool is_gone() const override { return gone; }

  std::optional<http::Head> head;
  std::string body;
  bool is_over = false;
  bool gone = false;
  std::function<void()> on_over = {};

 private:
  http::Request request_;
};

/// Keeps the jobs.
class TextService final : public serve::Service {
 public:
  TextService() {
    model_ = {.name = "m", .engine = "e", .version = "1", .created_s = 7};
    model_.vocabulary = 420;
    model_.max_tokens = 64;
  }
  [[nodiscard]] const serve::ServedModel& model() const override { return model_; }
  [[nodiscard]] bool is_ready() const override { return true; }
  serve::Admission submit(serve::TextJob job) override {
    if (jobs.size() >= room) return refusal;
    jobs.push_back(std::move(job));
    if (on_job) on_job(jobs.back());
    return serve::Admission::kTaken;
  }
  serve::Admission submit(serve::TensorJob /*job*/) override { return serve::Admission::kFull; }

  serve::ServedModel model_;
  std::vector<serve::TextJob> jobs;
  std::size_t room = 1000;
  serve::Admission refusal = serve::Admission::kFull;
  std::function<void(serve::TextJob&)> on_job;
};

/// Says the tokens, a millisecond apart; whether all were taken.
inline bool say(serve::TextJob& job, const std::vector<std::int32_t>& ids) {
  Nanoseconds at = 0;
  for (const std::int32_t id : ids)
    if (job.sink->take({.id = id, .at = at += 1'000'000}) == serve::Verdict::kEnough) return false;
  return true;
}

inline void end(serve::TextJob& job, serve::Ending ending = serve::Ending::kDone) {
  job.sink->finish({.ending = ending, .message = "why", .served = {.begin = 1, .end = 2}});
}

}  // namespace joulemark::testing
