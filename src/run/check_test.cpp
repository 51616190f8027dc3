// SPDX-License-Identifier: Apache-2.0
// Tests of many cases in a few workers that may die.
#include "run/check.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "run/scripted_worker.h"

namespace joulemark::run {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

const std::atomic<bool> kNeverStop{false};

class Check : public testing::Test {
 protected:
  Result<CheckRun> run_all(const std::vector<std::filesystem::path>& dirs, int jobs,
                           const std::atomic<bool>& stop) {
    CheckOptions options;
    options.install.engine = "null";
    options.provider = "cuda";
    options.jobs = jobs;
    options.on_case = [this](const CheckCase& done) { seen_.push_back(done.name); };
    return check_cases(dirs, options, runner_, stop);
  }
  /// The cases, when nothing stops them.
  Result<std::vector<CheckCase>> check(const std::vector<std::filesystem::path>& dirs,
                                       int jobs = 1) {
    return run_all(dirs, jobs, kNeverStop).map([](CheckRun done) { return std::move(done.cases); });
  }
  /// Workers end in `state` when they are given the case `name`.
  void case_ends_worker(const std::string& name, WorkerState state, int times = 1000) {
    runner_.reactions["check"] = [this, name, state, times](const json& request,
                                                            Conversation& worker) mutable {
      const bool hit =
          std::filesystem::path(request.at("case").get<std::string>()).filename() == name;
      if (!hit || times-- <= 0) return runner_.usual(request, worker);
      worker.state = state;
      return Received(Closed{});
    };
  }
  static std::vector<std::string> statuses(const std::vector<CheckCase>& cases) {
    std::vector<std::string> all;
    for (const auto& one : cases) all.push_back(one.name + " " + one.status);
    return all;
  }

  StandingClock clock_;
  ScriptedRunner runner_{clock_};
  std::vector<std::string> seen_;
};

TEST_F(Check, OneWorkerServesManyCasesInOrder) {
  const auto cases = check({"/t/a", "/t/b/", "/t/c"});
  ASSERT_TRUE(cases) << cases.error().message;
  EXPECT_THAT(statuses(*cases), ElementsAre("a pass", "b pass", "c pass"));
  EXPECT_THAT(seen_, ElementsAre("a", "b", "c"));
  EXPECT_EQ(runner_.conversations.size(), 1u);
  EXPECT_EQ(json::parse(runner_.requests[1].line).at("provider"), "cuda");
}

TEST_F(Check, ACrashIsConfirmedAloneAndStopsNothingElse) {
  case_ends_worker("b", Signalled{SIGSEGV});
  const auto cases = check({"/t/a", "/t/b", "/t/c"});
  ASSERT_TRUE(cases);
  EXPECT_THAT(statuses(*cases), ElementsAre("a pass", "b crashed", "c pass"));
  EXPECT_THAT((*cases)[1].reason, HasSubstr("SIGSEGV (segmentation fault)"));
  EXPECT_EQ((*cases)[0].max_abs, 0);
  EXPECT_FALSE((*cases)[1].max_abs) << "what was never compared has no difference, not 0";
  EXPECT_EQ((*cases)[1].max_abs_reason, "not_compared");
  EXPECT_EQ(runner_.conversations.size(), 3u);  // a+b, b alone, c
}

TEST_F(Check, ACrashThatDoesNotComeBackIsNoCrash) {
  case_ends_worker("b", Signalled{SIGSEGV}, 1);
  const auto cases = check({"/t/a", "/t/b", "/t/c"});
  ASSERT_TRUE(cases);
  EXPECT_THAT(statuses(*cases), ElementsAre("a pass", "b pass", "c pass"));
}

TEST_F(Check, ACaseThatHangsIsKilledAtItsLimit) {
  runner_.reactions["check"] = [this](const json& request, Conversation& worker) {
    return request.at("case") == "/t/b" ? Received(TimedOut{}) : runner_.usual(request, worker);
  };
  const auto cases = check({"/t/a", "/t/b", "/t/c"});
  ASSERT_TRUE(cases);
  EXPECT_THAT(statuses(*cases), ElementsAre("a pass", "b crashed", "c pass"));
  EXPECT_THAT((*cases)[1].reason, HasSubstr("time limit"));
  EXPECT_TRUE(runner_.conversations[0]->killed);
}

TEST_F(Check, NonsenseIsACrashWithItsReason) {
  runner_.reactions["check"] = [](const json&, Conversation&) {
    return Received(Line{"Segmentation fault"});
  };
  const auto cases = check({"/t/a"});
  ASSERT_TRUE(cases);
  EXPECT_EQ((*cases)[0].status, "crashed");
  EXPECT_THAT((*cases)[0].reason, HasSubstr("nonsense to 'check'"));
}

TEST_F(Check, ErrorsOfTheEngineAreNotCrashes) {
  runner_.reactions["check"] = [](const json& request, Conversation&) {
    const bool a = request.at("case") == "/t/a";
    return reply_line({{"type", "error"},
                       {"status", a ? "unsupported" : "invalid_model"},
                       {"message", a ? "op X" : "cut"}});
  };
  const auto cases = check({"/t/a", "/t/b"});
  ASSERT_TRUE(cases);
  EXPECT_THAT(statuses(*cases), ElementsAre("a unsupported", "b fail"));
  EXPECT_EQ((*cases)[0].reason, "op X");
}

TEST_F(Check, ResultsStandInTheOrderOfTheCasesWhateverTheJobs) {
  std::vector<std::filesystem::path> dirs;
  for (int i = 0; i < 200; ++i) dirs.emplace_back(fmt::format("/t/case-{}", i));
  const auto cases = check(dirs, 4);
  ASSERT_TRUE(cases);
  ASSERT_EQ(cases->size(), dirs.size());
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ((*cases)[static_cast<std::size_t>(i)].name, fmt::format("case-{}", i));
  EXPECT_EQ(seen_.size(), dirs.size());
}

TEST_F(Check, AnEngineThatCannotBeOpenedEndsIt) {
  runner_.reactions["open"] = [](const json&, Conversation&) {
    return reply_line(
        {{"type", "error"}, {"status", "library_missing"}, {"message", "cannot open 'libx.so'"}});
  };
  const auto cases = check({"/t/a", "/t/b"});
  ASSERT_FALSE(cases);
  EXPECT_EQ(cases.error().kind, ErrorKind::kMachine);
  EXPECT_THAT(cases.error().message, HasSubstr("cannot open engine 'null': cannot open 'libx.so'"));
}

TEST_F(Check, StoppingKeepsWhatHasEnded) {
  std::atomic<bool> stop{false};
  runner_.reactions["check"] = [&](const json& request, Conversation& worker) {
    if (request.at("case") == "/t/a") return runner_.usual(request, worker);
    stop = true;
    return Received(Interrupted{});
  };
  const auto done = run_all({"/t/a", "/t/b", "/t/c"}, 1, stop);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(done->interrupted);
  EXPECT_THAT(statuses(done->cases), ElementsAre("a pass"));
  EXPECT_TRUE(runner_.conversations[0]->killed);
}

TEST_F(Check, AHangInAFreshWorkerIsNotTriedAgain) {
  runner_.reactions["check"] = [](const json&, Conversation&) { return Received(TimedOut{}); };
  const auto cases = check({"/t/a", "/t/b"});
  ASSERT_TRUE(cases);
  EXPECT_THAT(statuses(*cases), ElementsAre("a crashed", "b crashed"));
  EXPECT_EQ(runner_.conversations.size(), 2u) << "one for each case";
}

TEST_F(Check, TolerancesAreHandedOverOnlyWhenGiven) {
  CheckOptions options;
  options.atol = 0.25;
  ASSERT_TRUE(check_cases({"/t/a"}, options, runner_, kNeverStop));
  const json request = json::parse(runner_.requests.at(2).line);
  EXPECT_EQ(request.at("atol"), 0.25);
  EXPECT_FALSE(request.contains("rtol"));
}

class FindCases : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::path(testing::TempDir()) / fmt::format("find-cases-{}", ::getpid());
    std::filesystem::remove_all(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  void add_case(const std::string& name) const {
    std::filesystem::create_directories(root_ / name / "test_data_set_0");
    std::ofstream(root_ / name / "model.onnx") << "x";
  }
  std::filesystem::path root_;
};

TEST_F(FindCases, AreFoundBelowAndSorted) {
  add_case("node/b");
  add_case("node/a");
  add_case("light/deep/c");
  std::filesystem::create_directories(root_ / "empty");
  const auto cases = find_cases(root_);
  ASSERT_TRUE(cases);
  EXPECT_THAT(*cases, ElementsAre(root_ / "light/deep/c", root_ / "node/a", root_ / "node/b"));
}

TEST_F(FindCases, TheFolderItselfMayBeOne) {
  add_case("a");
  const auto cases = find_cases(root_ / "a");
  ASSERT_TRUE(cases);
  EXPECT_THAT(*cases, ElementsAre(root_ / "a"));
}

TEST(CaseNames, AreTheFoldersWithTheParentsThatTellThemApart) {
  EXPECT_THAT(case_names({"x/a", "x/b/"}), ElementsAre("a", "b"));
  EXPECT_THAT(case_names({"/x/a", "/y/./a", "/y/b"}), ElementsAre("x/a", "y/a", "b"));
  EXPECT_THAT(case_names({"/x/p/a", "/y/p/a", "/p/a"}), ElementsAre("x/p/a", "y/p/a", "p/a"));
  EXPECT_THAT(case_names({"/x/a", "/x/a"}), ElementsAre("x/a", "x/a"));
}

TEST_F(FindCases, ALinkToAParentIsNoEndlessTree) {
  add_case("a");
  std::filesystem::create_directory_symlink(root_, root_ / "loop");
  const auto cases = find_cases(root_);
  ASSERT_TRUE(cases);
  EXPECT_EQ(cases->size(), 1u);
}

TEST_F(FindCases, StandBelowOthersToo) {
  add_case("nest");
  add_case("nest/inner");
  add_case("nest/test_data_set_0/none");
  EXPECT_THAT(*find_cases(root_), ElementsAre(root_ / "nest", root_ / "nest/inner"));
}

TEST_F(FindCases, HalfOfOneIsACaseThatSaysWhatItLacks) {
  std::filesystem::create_directories(root_ / "a");
  std::ofstream(root_ / "a" / "model.onnx") << "x";
  std::filesystem::create_directories(root_ / "b/test_data_set_0");
  add_case("c");
  std::filesystem::create_directories(root_ / "d");
  std::ofstream(root_ / "d" / "notes.txt") << "x";
  EXPECT_THAT(*find_cases(root_), ElementsAre(root_ / "a", root_ / "b", root_ / "c"));
  EXPECT_EQ(missing_part(root_ / "a"), "it has no folder test_data_set_*");
  EXPECT_EQ(missing_part(root_ / "b"), "it has no model.onnx");
  EXPECT_EQ(missing_part(root_ / "c"), "");
}

TEST_F(FindCases, NothingFoundSaysWhatACaseIs) {
  std::filesystem::create_directories(root_ / "a");
  const auto cases = find_cases(root_);
  ASSERT_FALSE(cases);
  EXPECT_THAT(cases.error().message, HasSubstr("model.onnx and test_data_set_*/"));
  EXPECT_THAT(find_cases(root_ / "missing").error().message, HasSubstr("no such folder"));
  EXPECT_EQ(find_cases(root_ / "missing").error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace joulemark::run
