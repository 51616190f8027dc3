// SPDX-License-Identifier: Apache-2.0
// Tests of what is counted, in the text that Prometheus reads.
#include "serve/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace joulemark::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Nanoseconds kMs = 1'000'000;

RequestFact fact(int status = 200) {
  return {
      .route = "/r",
      .status = status,
      .served = {.arrived = kMs, .begin = 3 * kMs, .end = 7 * kMs, .batch = 2, .batch_number = 1},
      .answered = 9 * kMs};
}

TEST(Metrics, CountRequestsByRouteAndStatus) {
  Metrics metrics;
  metrics.describe({.name = "a\"b\\c\nd", .engine = "null", .version = "1"});
  metrics.request(fact());
  metrics.request(fact());
  metrics.request(fact(429));
  const std::string text = metrics.render();
  EXPECT_THAT(
      text, HasSubstr(R"(joulemark_info{model="a\"b\\c\nd",engine="null",engine_version="1"} 1)"));
  EXPECT_THAT(
      text, HasSubstr(R"(joulemark_requests_total{model="a\"b\\c\nd",route="/r",status="200"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(route="/r",status="429"} 1)"));
}

TEST(Metrics, HistogramsAddUp) {
  Metrics metrics;
  metrics.describe({.name = "m", .engine = "null", .version = "1"});
  metrics.request(fact());
  RequestFact text = fact();
  text.first_token = 2 * kMs;
  text.between_tokens = {2 * kMs, 20 * kMs};
  text.prompt_tokens = 5;
  text.new_tokens = 3;
  metrics.request(text);
  const std::string out = metrics.render();
  EXPECT_THAT(
      out,
      HasSubstr(
          "joulemark_request_duration_seconds_bucket{model=\"m\",route=\"/r\",le=\"0.005\"} 0\n"));
  EXPECT_THAT(
      out,
      HasSubstr(
          "joulemark_request_duration_seconds_bucket{model=\"m\",route=\"/r\",le=\"0.01\"} 2\n"));
  EXPECT_THAT(
      out,
      HasSubstr(
          "joulemark_request_duration_seconds_bucket{model=\"m\",route=\"/r\",le=\"+Inf\"} 2\n"));
  EXPECT_THAT(
      out, HasSubstr("joulemark_request_duration_seconds_sum{model=\"m\",route=\"/r\"} 0.016\n"));
  EXPECT_THAT(out, HasSubstr("joulemark_request_queue_seconds_sum{model=\"m\"} 0.004\n"));
  EXPECT_THAT(out, HasSubstr("joulemark_request_engine_seconds_sum{model=\"m\"} 0.008\n"));
  EXPECT_THAT(
      out, HasSubstr("joulemark_time_to_first_token_seconds_bucket{model=\"m\",le=\"0.001\"} 1\n"));
  EXPECT_THAT(out, HasSubstr("joulemark_inter_token_latency_seconds_count{model=\"m\"} 2\n"));
  EXPECT_THAT(out, HasSubstr("joulemark_prompt_tokens_total{model=\"m\"} 5\n"));
  EXPECT_THAT(out, HasSubstr("joulemark_generation_tokens_total{model=\"m\"} 3\n"));
}

TEST(Metrics, ABatchIsCountedOnceHoweverItsAnswersCome) {
  Metrics metrics;
  for (const std::int64_t batch : {1, 2, 1, 2, 3, 3}) {
    RequestFact each = fact();
    each.served.batch_number = batch;
    metrics.request(each);
  }
  EXPECT_THAT(metrics.render(), HasSubstr("joulemark_batch_size_count{model=\"\"} 3\n"));
  EXPECT_THAT(metrics.render(), HasSubstr("joulemark_batch_size_sum{model=\"\"} 6\n"));
}

TEST(Metrics, EnergyIsAbsentUntilItIsMeasured) {
  Metrics metrics;
  metrics.energy({.reason = "this is a virtual machine"});
  EXPECT_THAT(
      metrics.render(),
      HasSubstr(
          R"(joulemark_energy_info{model="",measured="false",reason="this is a virtual machine"} 1)"));
  EXPECT_THAT(metrics.render(), Not(HasSubstr("joules_total")));
  metrics.energy({.joules = 12.5, .busy_joules = 4});
  EXPECT_THAT(metrics.render(), HasSubstr("joulemark_energy_joules_total{model=\"\"} 12.5\n"));
  EXPECT_THAT(metrics.render(), HasSubstr("joulemark_request_energy_joules_total{model=\"\"} 4\n"));
}

TEST(Metrics, TellOfTheQueueAndOfTheProcess) {
  Metrics metrics;
  metrics.queue(7, 2);
  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr("joulemark_requests_waiting{model=\"\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("joulemark_requests_running{model=\"\"} 2\n"));
  for (const char* name : {"process_cpu_seconds_total ", "process_resident_memory_bytes ",
                           "process_start_time_seconds ", "process_open_fds ", "process_max_fds "})
    EXPECT_THAT(text, HasSubstr(name));
}

TEST(Metrics, MayBeUsedFromManyThreads) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 250; ++round) {
        metrics.request(fact());
        metrics.queue(1, 1);
        if (round % 50 == 0) (void)metrics.render();
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(metrics.render(), HasSubstr("status=\"200\"} 1000\n"));
}

}  // namespace
}  // namespace joulemark::serve
