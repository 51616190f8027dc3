// SPDX-License-Identifier: Apache-2.0
// Tests that whatever a worker says becomes a value or a reason.
#include "run/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace joulemark::run {
namespace {

using testing::HasSubstr;

constexpr Exchange kExchange{.sent_ns = 1000, .received_ns = 9000};

std::string done_reason(const std::string& line) {
  const auto done = parse_done(line, kExchange);
  return done ? "accepted" : done.error().reason;
}

TEST(Reply, TakesAWindow) {
  const auto done = parse_done(
      R"({"type":"done","t0_ns":1500,"t1_ns":8500,"iterations":7,"extra":[1]})", kExchange);
  ASSERT_TRUE(done) << done.error().reason;
  EXPECT_EQ(done->t0_ns, 1500);
  EXPECT_EQ(done->t1_ns, 8500);
  EXPECT_EQ(done->iterations, 7);
}

TEST(Reply, AWarmUpMayTellOfItsLastRecords) {
  const auto parse = [](const std::string& more) {
    return parse_warmed(
        R"({"type":"warmed","t0_ns":5,"t1_ns":9,"iterations":3,"steady":true)" + more + "}",
        {.sent_ns = 1, .received_ns = 10});
  };
  const auto silent = parse("");
  ASSERT_TRUE(silent);
  EXPECT_FALSE(silent->scatter);
  EXPECT_FALSE(silent->trend);
  const auto telling = parse(R"(,"cov":0.02,"trend":-0.004)");
  ASSERT_TRUE(telling);
  EXPECT_EQ(telling->scatter, 0.02);
  EXPECT_EQ(telling->trend, -0.004);
  EXPECT_FALSE(parse(R"(,"cov":-1)"));
  EXPECT_FALSE(parse(R"(,"trend":"up")"));
}

TEST(Reply, RefusesNonsenseWithItsReason) {
  EXPECT_THAT(done_reason(""), HasSubstr("nonsense to 'go': not JSON"));
  EXPECT_THAT(done_reason("Hello, world"), HasSubstr("not JSON: 'Hello, world'"));
  EXPECT_THAT(done_reason("[1,2]"), HasSubstr("not an object"));
  EXPECT_THAT(done_reason(R"({"t0_ns":1})"), HasSubstr("'type' is missing"));
  EXPECT_THAT(done_reason(R"({"type":7})"), HasSubstr("'type' is no text"));
  EXPECT_THAT(done_reason(R"({"type":"bye"})"), HasSubstr("type 'bye' instead of 'done'"));
  EXPECT_THAT(done_reason(R"({"type":"done","t0_ns":NaN,"t1_ns":1,"iterations":1})"),
              HasSubstr("not JSON"));
  EXPECT_THAT(done_reason(R"({"type":"done","t0_ns":"x","t1_ns":1,"iterations":1})"),
              HasSubstr("'t0_ns' is no integer"));
  EXPECT_THAT(done_reason(R"({"type":"done","t0_ns":1500.5,"t1_ns":1,"iterations":1})"),
              HasSubstr("'t0_ns' is no integer"));
  EXPECT_THAT(done_reason(R"({"type":"done","t0_ns":-5,"t1_ns":2000,"iterations":1})"),
              HasSubstr("less than 0"));
  EXPECT_THAT(done_reason(R"({"type":"done","t0_ns":3000,"t1_ns":2000,"iterations":1})"),
              HasSubstr("lies before"));
  EXPECT_THAT(done_reason(R"({"type":"done","t0_ns":2000,"t1_ns":2000,"iterations":1})"),
              HasSubstr("is empty"));
  EXPECT_THAT(done_reason(R"({"type":"done","t0_ns":500,"t1_ns":2000,"iterations":1})"),
              HasSubstr("CLOCK_MONOTONIC"));
  EXPECT_THAT(done_reason(R"({"type":"done","t0_ns":2000,"t1_ns":9500,"iterations":1})"),
              HasSubstr("CLOCK_MONOTONIC"));
  EXPECT_THAT(done_reason(R"({"type":"done","t0_ns":2000,"t1_ns":3000,"iterations":0})"),
              HasSubstr("less than 1"));
  EXPECT_THAT(
      done_reason(R"({"type":"done","t0_ns":2000,"t1_ns":3000,"iterations":18446744073709551615})"),
      HasSubstr("'iterations' is no integer"));
  EXPECT_THAT(done_reason(R"({"type":"done","t0_ns":2000,"t1_ns":3000})"),
              HasSubstr("'iterations' is missing"));
}

TEST(Reply, DeepNestingAndBrokenTextAreRefused) {
  const std::string deep =
      R"({"type":"opened","describe":)" + std::string(100000, '[') + std::string(100000, ']') + "}";
  const auto opened = parse_opened(deep);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().reason, HasSubstr("nested too deeply"));
  EXPECT_FALSE(parse_opened("{\"type\":\"opened\",\"describe\":{\"version\":\"\xff\"}}"));
}

TEST(Reply, EngineErrorsKeepTheirStatus) {
  const auto failure = [](const std::string& status) {
    const auto reply = parse_loaded(
        R"({"type":"error","status":")" + status + R"(","message":"op X\nnode Y"})", kExchange);
    return reply ? Failure{} : reply.error();
  };
  EXPECT_EQ(failure("failed").status, TrialStatus::kFailed);
  EXPECT_EQ(failure("failed").recurrence, Recurrence::kMayPass);
  EXPECT_EQ(failure("unsupported").status, TrialStatus::kUnsupported);
  EXPECT_EQ(failure("unsupported").recurrence, Recurrence::kCertain);
  EXPECT_EQ(failure("invalid_model").recurrence, Recurrence::kCertain);
  EXPECT_EQ(failure("out_of_memory").status, TrialStatus::kOutOfMemory);
  EXPECT_EQ(failure("out_of_memory").recurrence, Recurrence::kMayPass);
  EXPECT_EQ(failure("unsupported").reason, "op X node Y");
  EXPECT_THAT(failure("fine, thanks").reason, HasSubstr("unknown status"));
  EXPECT_FALSE(failure("fine, thanks").reported);
}

TEST(Reply, AWorkerThatDoesNotSpeakOfBuildingDoesNotBuild) {
  const std::string loaded = R"({"type":"loaded","t0_ns":1500,"t1_ns":2000)";
  EXPECT_FALSE(parse_loaded(loaded + "}", kExchange)->builds);
  EXPECT_TRUE(parse_loaded(loaded + R"(,"builds":true})", kExchange)->builds);
  EXPECT_FALSE(parse_loaded(loaded + R"(,"builds":"yes"})", kExchange));
}

TEST(Reply, ABuildHasBothTimesOrNone) {
  EXPECT_EQ(parse_built(R"({"type":"built","t0_ns":1500,"t1_ns":2000})", kExchange)->value().t1_ns,
            2000);
  EXPECT_FALSE(parse_built(R"({"type":"built"})", kExchange)->has_value());
  for (const char* nonsense :
       {R"({"type":"built","t1_ns":2000})", R"({"type":"built","t0_ns":1500})",
        R"({"type":"built","t0_ns":2000,"t1_ns":1500})",
        R"({"type":"built","t0_ns":1500,"t1_ns":9001})", "{}"})
    EXPECT_FALSE(parse_built(nonsense, kExchange)) << nonsense;
}

TEST(Reply, AnotherProtocolIsRefused) {
  EXPECT_TRUE(parse_hello(R"({"type":"hello","protocol":1,"worker":"w","version":"1"})"));
  EXPECT_FALSE(parse_hello(R"({"type":"hello","protocol":2,"worker":"w","version":"1"})"));
}

TEST(Reply, ADifferenceThatIsNoNumberIsAbsent) {
  const auto answered = parse_answered(
      R"({"type":"answered","effective":{"threads":2},"compared":true,"agrees":false,"max_abs":null,"max_rel":0.5,"detail":"NaN"})");
  ASSERT_TRUE(answered) << answered.error().reason;
  EXPECT_FALSE(answered->max_abs);
  EXPECT_EQ(answered->max_rel, 0.5);
  EXPECT_EQ(answered->effective_json, R"({"threads":2})");
}

std::string durations_reason(const std::string& rest) {
  const Done done{.t0_ns = 0, .t1_ns = 1'000'000'000, .iterations = 10};
  const auto durations = parse_durations(R"({"type":"durations",)" + rest + "}", done);
  return durations ? "accepted" : durations.error().reason;
}

TEST(Reply, DurationsMustMatchTheirWindow) {
  EXPECT_EQ(durations_reason(R"("calls_per_record":5,"ns":[400000000,500000000])"), "accepted");
  EXPECT_EQ(durations_reason(R"("calls_per_record":4,"ns":[1,2,3],"note":"last is short")"),
            "accepted");
  EXPECT_EQ(durations_reason(R"("calls_per_record":4,"ns":[1,2])"), "accepted");
  EXPECT_THAT(durations_reason(R"("calls_per_record":1,"ns":[1,2])"),
              HasSubstr("2 records of 1 calls do not match 10"));
  EXPECT_THAT(durations_reason(R"("calls_per_record":5,"ns":[1,2,3])"), HasSubstr("do not match"));
  EXPECT_THAT(durations_reason(R"("calls_per_record":0,"ns":[1,2])"), HasSubstr("less than 1"));
  EXPECT_THAT(durations_reason(R"("calls_per_record":5,"ns":[1,-2])"), HasSubstr("negative time"));
  EXPECT_THAT(durations_reason(R"("calls_per_record":5,"ns":[1,2.5])"), HasSubstr("a fraction"));
  EXPECT_THAT(durations_reason(R"("calls_per_record":5,"ns":[1,"2"])"), HasSubstr("text"));
  EXPECT_THAT(durations_reason(R"("calls_per_record":5,"ns":[1,null])"), HasSubstr("null"));
  EXPECT_THAT(durations_reason(R"("calls_per_record":5,"ns":[[1],2])"), HasSubstr("a list"));
  EXPECT_THAT(durations_reason(R"("calls_per_record":5,"ns":[900000000,900000000])"),
              HasSubstr("longer than the window"));
  EXPECT_THAT(
      durations_reason(R"("calls_per_record":5,"ns":[9000000000000000000,9000000000000000000])"),
      HasSubstr("longer than the window"));
  EXPECT_THAT(durations_reason(R"("calls_per_record":5)"), HasSubstr("missing"));
  EXPECT_THAT(durations_reason(R"("calls_per_record":5,"ns":[1,2)"), HasSubstr("not JSON"));
}

TEST(Reply, AnErrorInsteadOfDurationsKeepsItsStatus) {
  const auto durations =
      parse_durations(R"({"type":"error","status":"out_of_memory","message":"no room"})",
                      {.t1_ns = 1, .iterations = 1});
  ASSERT_FALSE(durations);
  EXPECT_EQ(durations.error().status, TrialStatus::kOutOfMemory);
}

TEST(Reply, ChecksHaveOneOfThreeResults) {
  EXPECT_TRUE(
      parse_checked(R"({"type":"checked","status":"pass","max_abs":0,"max_rel":0,"reason":""})"));
  EXPECT_FALSE(parse_checked(
      R"({"type":"checked","status":"perhaps","max_abs":0,"max_rel":0,"reason":""})"));
  EXPECT_FALSE(parse_checked(R"({"type":"checked","status":"pass","max_abs":-1})"));
  const auto checked = parse_checked(
      R"({"type":"checked","status":"fail","max_abs":null,"max_abs_reason":"not_finite","max_rel":2})");
  ASSERT_TRUE(checked) << checked.error().reason;
  EXPECT_FALSE(checked->max_abs);
  EXPECT_EQ(checked->max_abs_reason, "not_finite");
  EXPECT_EQ(checked->max_rel, 2);
}

}  // namespace
}  // namespace joulemark::run
