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

TEST_F(Describe, AMissingLibraryIsTheMachinesFault) {
  open_reports("library_missing");
  EXPECT_EQ(describe().error().kind, ErrorKind::kMachine);
  EXPECT_EQ(describe().error().message, "cannot open engine 'a': no 'liba.so'");
}

TEST_F(Describe, AnUnsupportedProviderKeepsItsKind) {
  open_reports("unsupported");
  EXPECT_EQ(describe().error().kind, ErrorKind::kUnsupported);
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
