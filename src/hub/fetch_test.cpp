// SPDX-License-Identifier: Apache-2.0
// The fetch against a hub in memory, with a clock that only counts.
#include "hub/fetch.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "hub/testing/scripted_http.h"

namespace joulemark::hub {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kStore = "https://store.example/x?signature=s";

class FetchTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    environment_.endpoint = kTestEndpoint;
    environment_.cache = folder_;
    options_.callbacks.note = [this](const std::string& text) { notes_ += text + "\n"; };
    options_.callbacks.planned = [this](const FetchPlan& plan) { planned_ = plan; };
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void add_checkpoint() {
    http_.add_file("main", "config.json", "{}", "config-etag");
    http_.add_file(kTestCommit, "config.json", "{}", "config-etag");
    http_.add_file(kTestCommit, "model.safetensors", "weights", "weights-etag");
  }
  Result<HubSnapshot> run() {
    return fetch_through({.http = http_, .clock = clock_}, {.repository = "lab/tiny"}, environment_,
                         options_);
  }
  static std::string config_address() { return ScriptedHttp::address("main", "config.json"); }
  static ScriptedAnswer status(int code, net::HttpHeaders headers = {}) {
    ScriptedAnswer answer;
    answer.response.status = code;
    answer.response.headers = std::move(headers);
    return answer;
  }

  static ScriptedAnswer no_answer(net::Failure::Kind kind, const char* message) {
    ScriptedAnswer answer;
    answer.failure = net::Failure{kind, message};
    return answer;
  }

  const std::filesystem::path folder_ = testing::TempDir() + "/hub_fetch_test";
  ScriptedHttp http_;
  CountingClock clock_;
  HubEnvironment environment_;
  FetchOptions options_;
  FetchPlan planned_;
  std::string notes_;
};

TEST_F(FetchTest, FilesAreInTheSnapshotAndWereAnnounced) {
  add_checkpoint();
  const auto snapshot = run();
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_EQ(snapshot->commit, kTestCommit);
  ASSERT_EQ(snapshot->files.size(), 2U);
  EXPECT_EQ(snapshot->files[1].name, "model.safetensors");
  EXPECT_EQ(read_file(snapshot->directory / "model.safetensors").value(), "weights");
  EXPECT_EQ(planned_.missing.size(), 2U);
  EXPECT_EQ(planned_.bytes, 9U);
}

TEST_F(FetchTest, TheTokenDoesNotFollowARedirectToAnotherHost) {
  environment_.token = "hf_secret";
  ScriptedHttp elsewhere;
  elsewhere.on(config_address(), status(302, {{"location", kStore}}));
  elsewhere.on(kStore, status(200));
  const auto failed = fetch_through({.http = elsewhere, .clock = clock_},
                                    {.repository = "lab/tiny"}, environment_, options_);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("it is no hub"));
  ASSERT_EQ(elsewhere.requests.size(), 2U);
  EXPECT_THAT(elsewhere.requests[0].headers, Contains("Authorization: Bearer hf_secret"));
  EXPECT_THAT(elsewhere.requests[1].headers, Not(Contains(HasSubstr("hf_secret"))));
}

TEST_F(FetchTest, AServerThatStaysBusyIsAskedFiveTimes) {
  http_.on(config_address(), status(503));
  const auto snapshot = run();
  ASSERT_FALSE(snapshot);
  EXPECT_THAT(snapshot.error().message, HasSubstr("the server answered 503"));
  EXPECT_EQ(http_.requests.size(), 5U);
  EXPECT_NEAR(to_seconds(clock_.now()), 0.5 + 1 + 2 + 4, 1e-6);
}

TEST_F(FetchTest, AHostThatIsNotReachedIsAskedThreeTimes) {
  http_.on(config_address(), no_answer(net::Failure::Kind::kUnreachable, "no host"));
  const auto snapshot = run();
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(snapshot.error().message, HasSubstr("HF_ENDPOINT"));
  EXPECT_EQ(http_.requests.size(), 3U);
}

TEST_F(FetchTest, TheServerSaysHowLongToWait) {
  add_checkpoint();
  ScriptedHttp busy;
  busy.on(config_address(), status(429, {{"retry-after", "90"}}));
  busy.on(config_address(), status(429, {{"retry-after", "3600"}}));
  const auto snapshot = fetch_through({.http = busy, .clock = clock_}, {.repository = "lab/tiny"},
                                      environment_, options_);
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(busy.requests.size(), 2U);
  EXPECT_NEAR(to_seconds(clock_.now()), 90, 1e-6);
}

TEST_F(FetchTest, AFailureThatIsFinalIsNotAskedForAgain) {
  http_.on(config_address(), no_answer(net::Failure::Kind::kRefused, "certificate"));
  EXPECT_THAT(run().error().message, HasSubstr("SSL_CERT_FILE"));
  EXPECT_EQ(http_.requests.size(), 1U);
}

TEST_F(FetchTest, AnAnswerThatEndsEarlyIsContinuedWithARange) {
  const std::string content = "weights";
  const std::string address = ScriptedHttp::address(kTestCommit, "model.safetensors");
  http_.add_file("main", "config.json", "{}", "config-etag");
  http_.add_file(kTestCommit, "config.json", "{}", "config-etag");
  const net::HttpHeaders headers = {
      {"x-repo-commit", kTestCommit}, {"etag", "weights-etag"}, {"content-length", "7"}};
  http_.on(address, status(200, headers));
  auto broken = no_answer(net::Failure::Kind::kBroken, "reset");
  broken.response = {200, headers};
  broken.body = "wei";
  http_.on(address, broken);
  auto rest = status(206, {{"content-range", "bytes 3-6/7"}});
  rest.body = "ghts";
  http_.on(address, rest);
  const auto snapshot = run();
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_EQ(read_file(snapshot->directory / "model.safetensors").value(), content);
  EXPECT_THAT(http_.requests.back().headers, Contains("Range: bytes=3-"));
}

TEST_F(FetchTest, AnEtagOrCommitCannotLeadOutOfTheCache) {
  for (const auto& [commit, etag] : {std::pair<const char*, const char*>{"../../x", "\"ok\""},
                                     {kTestCommit, "\"../../x\""},
                                     {kTestCommit, "\"..\""}}) {
    ScriptedHttp evil;
    evil.on(config_address(), status(200, {{"x-repo-commit", commit}, {"etag", etag}}));
    const auto snapshot = fetch_through({.http = evil, .clock = clock_}, {.repository = "lab/tiny"},
                                        environment_, options_);
    ASSERT_FALSE(snapshot);
    EXPECT_THAT(snapshot.error().message, HasSubstr("it is no hub"));
    EXPECT_FALSE(std::filesystem::exists(folder_));
  }
}

TEST_F(FetchTest, AnInterruptEndsAPause) {
  std::atomic<bool> interrupted = true;
  options_.interrupted = &interrupted;
  http_.on(config_address(), status(503));
  const auto snapshot = run();
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().kind, ErrorKind::kInterrupted);
  EXPECT_EQ(clock_.now(), 0);
}

TEST_F(FetchTest, WhatTheCacheHoldsServesWhenAccessWasTakenAway) {
  add_checkpoint();
  ASSERT_TRUE(run());
  ScriptedHttp gone;
  gone.on(config_address(), status(401, {{"x-error-code", "RepoNotFound"}}));
  const auto snapshot = fetch_through({.http = gone, .clock = clock_}, {.repository = "lab/tiny"},
                                      environment_, options_);
  ASSERT_TRUE(snapshot);
  EXPECT_THAT(notes_, HasSubstr("taken from the cache"));
}

TEST_F(FetchTest, AnIncompleteSnapshotDoesNotServe) {
  add_checkpoint();
  const auto snapshot = run();
  ASSERT_TRUE(snapshot);
  std::filesystem::remove(snapshot->directory / "model.safetensors");
  environment_.offline = true;
  const auto offline = run();
  ASSERT_FALSE(offline);
  EXPECT_EQ(offline.error().kind, ErrorKind::kMachine);
}

}  // namespace
}  // namespace joulemark::hub
