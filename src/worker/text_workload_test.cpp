// SPDX-License-Identifier: Apache-2.0
// A language model's part of a conversation, with a scripted engine.
#include "worker/text_workload.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "base/file.h"
#include "model/testing/scratch_folder.h"
#include "worker/session.h"
#include "worker/testing/fake_engine.h"

namespace joulemark::worker {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class TextWorkloadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ask({{"type", "open"}, {"plugin", "fake.so"}});
    ask({{"type", "load"}, {"model", "fake:x"}, {"precision", "f32"}});
  }
  json ask(const json& request) { return json::parse(session_.answer(request.dump())); }
  /// Two requests: a batch with a short prompt, and a prompt alone.
  json prompts(int new_tokens = 3, const json& stop_ids = json::array()) {
    return ask({{"type", "prompts"},
                {"requests", {{{1, 2}, {5}}, {{7, 8, 9}}}},
                {"new_tokens", new_tokens},
                {"stop_ids", stop_ids}});
  }
  json answer(const json& directory, const json& reference, int requests = 0) {
    return ask({{"type", "answer"},
                {"directory", directory},
                {"reference", reference},
                {"requests", requests}});
  }
  json warm_up() {
    return ask({{"type", "warmup"}, {"min_ns", 0}, {"max_ns", 1'000'000}, {"min_iterations", 1}});
  }
  json go(const json& more = json::object()) {
    json request = {{"type", "go"}, {"min_ns", 0}, {"min_iterations", 3}};
    request.update(more);
    return ask(request);
  }
  std::string place(const char* name) { return (folder_.path() / name).string(); }

  joulemark::testing::FakeEngine engine_;
  joulemark::testing::ScratchFolder folder_;
  Session session_{[](const std::string&) -> Result<const jm_engine_api*> {
    return &joulemark::testing::FakeEngine::api();
  }};
};

TEST_F(TextWorkloadTest, AWindowIsWholePasses) {
  EXPECT_EQ(prompts()["requests"], 2);
  EXPECT_GE(warm_up()["iterations"], 1);
  engine_.text_calls = 0;
  const json done = go();
  EXPECT_EQ(done["iterations"], 4) << "three requests are wanted, and a pass has two";
  EXPECT_EQ(engine_.text_calls, 4 * 3);
  EXPECT_EQ(done["prompt_tokens"], 2 * 6) << "padding is no token";
  EXPECT_EQ(done["new_tokens"], 2 * 3 * 3);
  const json durations = ask({{"type", "durations"}});
  EXPECT_EQ(durations["ns"].size(), 4);
  EXPECT_EQ(durations["first_token_ns"].size(), 4);
  EXPECT_EQ(durations["inter_token_ns"].size(), 4 * 2);
  const auto sum = [&](const char* key) {
    const auto times = durations[key].get<std::vector<std::int64_t>>();
    return std::accumulate(times.begin(), times.end(), std::int64_t{0});
  };
  EXPECT_EQ(sum("ns"), sum("first_token_ns") + sum("inter_token_ns"));
  EXPECT_LE(sum("ns"), done["t1_ns"].get<std::int64_t>() - done["t0_ns"].get<std::int64_t>());
}

TEST_F(TextWorkloadTest, AtARateTimesRunFromTheArrivals) {
  prompts();
  warm_up();
  const json done = go({{"rate", 1000.0}, {"arrivals", "uniform"}});
  EXPECT_EQ(done["iterations"], 4) << "whole passes";
  EXPECT_EQ(done["rate"], 1000.0);
  const std::int64_t t0 = done["t0_ns"];
  const std::int64_t t1 = done["t1_ns"];
  EXPECT_GE(t1 - t0, 4'000'000) << "four requests, one each millisecond";
  const json durations = ask({{"type", "durations"}});
  ASSERT_EQ(durations["ns"].size(), 4);
  for (std::size_t i = 0; i < 4; ++i) {
    const std::int64_t arrived = t0 + 500'000 + 1'000'000 * static_cast<std::int64_t>(i);
    EXPECT_GT(durations["first_token_ns"][i], 0);
    EXPECT_GT(durations["ns"][i], durations["first_token_ns"][i]);
    EXPECT_LE(arrived + durations["ns"][i].get<std::int64_t>(), t1);
  }
}

TEST_F(TextWorkloadTest, AWindowOfPromptsAloneEndsAfterTheFirstToken) {
  prompts();
  warm_up();
  const json whole = go();
  const json prefill = go({{"new_tokens", 1}, {"min_iterations", 4}});
  EXPECT_EQ(prefill["iterations"], 4);
  EXPECT_EQ(prefill["prompt_tokens"], whole["prompt_tokens"]);
  EXPECT_EQ(prefill["new_tokens"], 2 * 3);
  EXPECT_NE(prefill["tokens"], whole["tokens"]);
  EXPECT_EQ(ask({{"type", "durations"}})["inter_token_ns"].size(), 0);
  EXPECT_EQ(go()["tokens"], whole["tokens"]) << "and later windows are whole again";
}

TEST_F(TextWorkloadTest, StopIdsEndTheirRowsOnly) {
  prompts(4, {4});
  warm_up();
  const json done = go({{"min_iterations", 1}});
  // 3 4 | 6 7 8 9 | 0 1 2 3
  EXPECT_EQ(done["new_tokens"], 2 + 4 + 4);
}

TEST_F(TextWorkloadTest, TheDigestIsThatOfTheProtocol) {
  prompts();
  warm_up();
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const int id : {3, 4, 5, -1, 6, 7, 8, -1, 0, 1, 2, -1})
    for (int shift = 0; shift < 32; shift += 8)
      hash = (hash ^ ((static_cast<std::uint32_t>(id) >> shift) & 0xff)) * 0x100000001b3;
  EXPECT_EQ(go()["tokens"], fmt::format("{:016x}", hash));
}

TEST_F(TextWorkloadTest, AnswersAreTokensInAFile) {
  prompts();
  const json answered = answer(place("own"), nullptr);
  EXPECT_EQ(answered["compared"], false);
  const auto text = read_file(folder_.path() / "own" / "tokens.json");
  ASSERT_TRUE(text);
  EXPECT_EQ(json::parse(*text)["requests"], json::parse("[[[3,4,5],[6,7,8]],[[0,1,2]]]"));
  EXPECT_EQ(answer(nullptr, place("own"))["agrees"], true);
  EXPECT_EQ(answer(nullptr, place("own"), 1)["agrees"], false) << "one request is not two";
}

TEST_F(TextWorkloadTest, ATokenThatIsClearlyAnotherDisagrees) {
  prompts();
  answer(place("reference"), nullptr);
  engine_.text_step = 2;
  const json answered = answer(nullptr, place("reference"));
  EXPECT_EQ(answered["agrees"], false);
  EXPECT_EQ(answered["detail"], "prompt 1, token 1: 4 instead of 3, margin 0.5");
  EXPECT_TRUE(answered["max_abs"].is_null());
}

TEST_F(TextWorkloadTest, ATokenThatIsNearlyAsLikelyAgrees) {
  prompts();
  answer(place("reference"), nullptr);
  engine_.text_step = 2;
  engine_.text_margin = 1e-3F;
  const json answered = answer(nullptr, place("reference"));
  EXPECT_EQ(answered["agrees"], true);
  EXPECT_THAT(answered.value("detail", ""), HasSubstr("near tie at prompt 1, token 1"));
  EXPECT_NEAR(answered["max_abs"].get<double>(), 1e-3, 1e-6);
}

TEST_F(TextWorkloadTest, FewerTokensDisagree) {
  prompts(4);
  answer(place("reference"), nullptr);
  prompts(4, {4});
  EXPECT_EQ(answer(nullptr, place("reference"))["detail"], "prompt 1 has 2 tokens instead of 4");
}

TEST_F(TextWorkloadTest, WhatIsNoReferenceIsSaid) {
  prompts();
  EXPECT_EQ(answer(nullptr, place("nowhere"))["type"], "error");
  ASSERT_TRUE(write_file(folder_.path() / "tokens.json", R"({"requests":[[["x"]]]})"));
  const json answered = answer(nullptr, folder_.path().string());
  EXPECT_THAT(answered.value("message", ""), HasSubstr("holds no tokens"));
}

TEST_F(TextWorkloadTest, NonsensePromptsAreRefused) {
  const auto refused = [&](const json& requests) {
    return ask({{"type", "prompts"}, {"requests", requests}, {"new_tokens", 1}})["status"];
  };
  EXPECT_EQ(refused(json::array()), "invalid_argument");
  EXPECT_EQ(refused({json::array()}), "invalid_argument");
  EXPECT_EQ(refused(json::parse("[[[]]]")), "invalid_argument");
  EXPECT_EQ(refused(json::parse("[[[1,-1]]]")), "invalid_argument");
  EXPECT_EQ(refused(json::parse("[[[10]]]")), "invalid_argument") << "ten tokens: 0 to 9";
  EXPECT_EQ(go()["status"], "invalid_argument");
}

TEST_F(TextWorkloadTest, AFailingStepEndsWarmUpAndWindow) {
  prompts();
  warm_up();
  engine_.text_status = JM_OUT_OF_MEMORY;
  EXPECT_EQ(go()["status"], "out_of_memory");
  EXPECT_EQ(ask({{"type", "durations"}})["status"], "invalid_argument");
  EXPECT_EQ(warm_up()["status"], "out_of_memory");
}

TEST(TextMeasurementTest, ALongWindowKeepsItsLastPasses) {
  joulemark::testing::FakeEngine engine;
  jm_message message{};
  const auto& api = joulemark::testing::FakeEngine::api();
  const TextSubject subject{api.lm_reset, api.lm_forward, nullptr, &message};
  constexpr std::int32_t kTokens = 1 << 18;  // four passes fill the memory
  TextMeasurement measurement;
  const WindowLimits limits{.min_ns = 0, .min_iterations = 6};
  measurement.prepare({{.prompt = {1}, .batch = 1, .prompt_tokens = 1, .new_tokens = kTokens}}, 1,
                      limits);
  ASSERT_EQ(measurement.run(subject, limits), JM_OK);
  EXPECT_EQ(measurement.passes(), 6);
  const auto kept = measurement.kept();
  ASSERT_EQ(kept.size(), 4U);
  for (std::size_t i = 1; i < kept.size(); ++i)
    EXPECT_GT(kept[i]->front().t0_ns, kept[i - 1]->front().t0_ns) << "oldest first";
  EXPECT_EQ(kept.back()->front().token_at_ns.back(), measurement.t1_ns());
}

}  // namespace
}  // namespace joulemark::worker
