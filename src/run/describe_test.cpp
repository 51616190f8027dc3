// SPDX-License-Identifier: Apache-2.0
// Tests of asking an engine what it is.
#include "run/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "run/scripted_worker.h"

namespace joulemark::run {
namespace {

using nlohmann::json;

class Describe : public testing::Test {
 protected:
  Result<std::string> describe() {
    EngineInstall install;
    install.engine = "a";
    return describe_install(install, runner_);
  }
  void open_reports(const std::string& status) {
    runner_.reactions["open"] = [status](const json&, Conversation&) {
      return reply_line({{"type", "error"}, {"status", status}, {"message", "no 'liba.so'"}});
    };
  }
  StandingClock clock_;
  ScriptedRunner runner_{clock_};
};

TEST_F(Describe, IsTheEnginesOwnWords) {
  const auto text = describe();
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text, R"({"version":"9.9"})");
  EXPECT_EQ(runner_.requests.back().type, "quit");
}

TEST_F(Describe, TheEnginesOwnWorkerIsStartedWhereItHasOne) {
  ASSERT_TRUE(describe());
  EXPECT_TRUE(runner_.conversations.back()->command.program.empty());
  EngineInstall install;
  install.worker = {"/bin/python3", "/e/worker.py"};
  ASSERT_TRUE(describe_install(install, runner_));
  const WorkerCommand& command = runner_.conversations.back()->command;
  EXPECT_EQ(command.program, "/bin/python3");
  EXPECT_THAT(command.arguments, testing::ElementsAre("/e/worker.py"));
}

TEST_F(Describe, AMissingLibraryIsTheMachinesFault) {
  open_reports("library_missing");
  EXPECT_EQ(describe().error().kind, ErrorKind::kMachine);
  EXPECT_EQ(describe().error().message, "cannot open engine 'a': no 'liba.so'");
}

TEST_F(Describe, AnUnsupportedProviderKeepsItsKind) {
  open_reports("unsupported");
  EXPECT_EQ(describe().error().kind, ErrorKind::kUnsupported);
}

TEST_F(Describe, TheProviderIsAskedForAndNamedWhereItIsAbsent) {
  EngineInstall install;
  install.engine = "a";
  ASSERT_TRUE(describe_install(install, runner_, "cuda"));
  EXPECT_EQ(json::parse(runner_.requests[1].line).at("provider"), "cuda");
  open_reports("library_unusable");
  const auto absent = describe_install(install, runner_, "cuda");
  EXPECT_EQ(absent.error().kind, ErrorKind::kMachine);
  EXPECT_EQ(absent.error().message, "cannot open engine 'a' with provider 'cuda': no 'liba.so'");
}

class Operators : public Describe {
 protected:
  Result<std::vector<OperatorRange>> list() {
    EngineInstall install;
    install.engine = "a";
    return list_operators(install, runner_);
  }
  void answers(const json& reply) {
    runner_.reactions["operators"] = [reply](const json&, Conversation&) {
      return reply_line(reply);
    };
  }
};

TEST_F(Operators, AreThoseOfTheEngine) {
  answers({{"type", "operators"},
           {"operators",
            {{{"domain", ""}, {"name", "Add"}, {"since", 7}},
             {{"domain", "x"}, {"name", "Mul"}, {"since", 1}, {"until", 6}}}}});
  const auto rows = list();
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_THAT(*rows, testing::ElementsAre(OperatorRange{"", "Add", 7, {}},
                                          OperatorRange{"x", "Mul", 1, 6}));
  EXPECT_EQ(runner_.requests.back().type, "quit");
}

TEST_F(Operators, AnEngineWithoutAListSaysSo) {
  answers({{"type", "error"}, {"status", "unsupported"}, {"message", "no list"}});
  const auto rows = list();
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::kUnsupported);
  EXPECT_EQ(rows.error().message, "cannot list the operators of engine 'a': no list");
}

TEST_F(Operators, NonsenseIsNoList) {
  for (const char* nonsense :
       {R"(1)", R"([1])", R"([{"name":"Add","since":1}])", R"([{"domain":"","since":1}])",
        R"([{"domain":"","name":"Add","since":0}])", R"([{"domain":"","name":"Add","since":"7"}])",
        R"([{"domain":"","name":"Add","since":1e99}])",
        R"([{"domain":"","name":"Add","since":1,"until":null}])"}) {
    answers({{"type", "operators"}, {"operators", json::parse(nonsense)}});
    const auto rows = list();
    ASSERT_FALSE(rows) << nonsense;
    EXPECT_THAT(rows.error().message, testing::HasSubstr("nonsense")) << nonsense;
  }
  answers({{"type", "operators"}});
  EXPECT_FALSE(list());
}

TEST_F(Describe, ACrashIsToldWithItsSignal) {
  runner_.reactions["open"] = [](const json&, Conversation& worker) {
    worker.state = Signalled{SIGILL};
    return Received(Closed{});
  };
  const auto text = describe();
  EXPECT_EQ(text.error().kind, ErrorKind::kFailed);
  EXPECT_THAT(text.error().message, testing::HasSubstr("SIGILL (illegal instruction)"));
}

}  // namespace
}  // namespace joulemark::run
