// SPDX-License-Identifier: Apache-2.0
// The dialogue with a PTDaemon on the loopback, and with what is none.
#include "sensors/meters/ptdaemon_meter.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "net/loopback_server.h"

namespace joulemark::sensors {
namespace {

using net::LoopbackConnection;
using net::LoopbackServer;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kSample =
    "Time,12-28-2020 15:21:14.682,Watts,{:.6f},Volts,228.570000,Amps,0.206430,PF,0.486400,Mark,x";

/// A PTDaemon whose samples a test puts in.
struct FakePtdaemon {
  std::string greeting = "Hello, PTDaemon here!";
  std::string begun =
      "Starting untimed measurement, maximum 500000 samples at 1000ms with 0 "
      "rampup samples";
  bool is_direct_current = false;
  bool hangs_up = false;                         ///< instead of the next reply
  std::vector<std::vector<std::string>> unread;  ///< samples of each next question
  std::vector<std::string> commands;
  std::mutex mutex;

  void serve(LoopbackConnection& connection) {
    while (auto line = connection.read_until("\r\n")) {
      line->resize(line->size() - 2);
      const std::lock_guard lock(mutex);
      commands.push_back(*line);
      if (std::exchange(hangs_up, false)) return;
      connection.write(reply_to(*line));
    }
  }
  std::string reply_to(const std::string& command) {
    if (command == "Hello") return greeting + "\r\n";
    if (command == "Identify") return "YOKOGAWA,WT310,C2PH13047V,F1.03\r\n";
    if (command.starts_with("Go,")) return begun + "\r\n";
    if (command == "Stop") return "Stopping untimed measurement\r\n";
    if (command == (is_direct_current ? "DC-RL" : "RL")) return samples();
    return "Unknown command\r\n";
  }
  std::string samples() {
    std::vector<std::string> next;
    if (!unread.empty()) {
      next = unread.front();
      unread.erase(unread.begin());
    }
    std::string text = fmt::format("Last {} samples\r\n", next.size());
    for (const std::string& line : next) text += line + "\r\n";
    return text;
  }
};

std::string sample(double watts) {
  return fmt::format(fmt::runtime(kSample), watts);
}

class Ptdaemon : public testing::Test {
 protected:
  MeterAddress address() const {
    return *parse_meter_address(fmt::format("ptd://127.0.0.1:{}", server_.port()));
  }
  /// The watts of one question to a new meter, or the reason why there are none.
  std::string ask() {
    const auto watts = make_ptdaemon_meter(address(), 0.2)->ask();
    return watts ? fmt::format("{:g}", *watts) : watts.error().reason;
  }

  FakePtdaemon daemon_;
  LoopbackServer server_{[this](LoopbackConnection& connection) { daemon_.serve(connection); }};
};

TEST_F(Ptdaemon, BeginsReadsTheNewestSampleAndStops) {
  daemon_.unread = {{}, {sample(20), sample(22.95)}, {}, {sample(25)}};
  {
    const auto meter = make_ptdaemon_meter(address(), 0.5);
    EXPECT_EQ(meter->ask().value(), 22.95);
    EXPECT_EQ(meter->ask().value(), 22.95);  // none is newer
    EXPECT_EQ(meter->ask().value(), 25);
  }
  server_.stop();
  EXPECT_THAT(daemon_.commands, ElementsAre("Hello", "Identify", "Go,1000,0,joulemark", "RL", "RL",
                                            "RL", "RL", "Stop"));
}

TEST_F(Ptdaemon, OfDirectCurrentIsAskedInItsWords) {
  daemon_.is_direct_current = true;
  daemon_.unread = {{sample(12)}};
  EXPECT_EQ(ask(), "12");
}

TEST_F(Ptdaemon, OfSeveralChannelsTellsTheirSum) {
  daemon_.unread = {
      {"Time,11-13-2020 22:38:59.240,Watts,272.930000,Volts,-1.000000,Amps,-1.0,PF,"
       "-1.0,Mark,notset,Ch1,Watts,91.060000,Volts,120.9,Amps,0.8,PF,0.9"}};
  EXPECT_EQ(ask(), "272.93");
}

TEST_F(Ptdaemon, ThatMeasuresForAnotherIsBusy) {
  daemon_.begun = "Error: measurement already in progress";
  EXPECT_EQ(ask(), "busy");
  server_.stop();
  EXPECT_THAT(daemon_.commands, testing::Not(testing::Contains("Stop")));
}

TEST_F(Ptdaemon, WhatIsNoneOrTellsNothingIsUnreadable) {
  EXPECT_EQ(ask(), "unreadable");  // no sample comes
  daemon_.unread = {{sample(-1)}};
  EXPECT_EQ(ask(), "unreadable");
  daemon_.unread = {{"Time,x,NOTICE,something"}};
  EXPECT_EQ(ask(), "unreadable");
  daemon_.unread = {{"Time,x,Watts,nan,Volts,1"}};
  EXPECT_EQ(ask(), "unreadable");
  daemon_.greeting = "220 mail.example ESMTP";
  EXPECT_EQ(ask(), "unreadable");
}

TEST_F(Ptdaemon, DecimalCommasAreNoSmallerNumbers) {
  daemon_.unread = {{"Time,x,Watts,22,95,Volts,229,87,Amps,0,1"}};
  EXPECT_EQ(ask(), "unreadable");
}

TEST_F(Ptdaemon, TakesItsOwnMeasurementUpAgainAfterABrokenConnection) {
  daemon_.unread = {{sample(20)}};
  const auto meter = make_ptdaemon_meter(address(), 0.2);
  EXPECT_EQ(meter->ask().value(), 20);
  daemon_.hangs_up = true;
  daemon_.unread = {{sample(30)}};
  EXPECT_EQ(meter->ask().error().reason, "unreadable");
  EXPECT_EQ(meter->ask().value(), 30);
  server_.stop();
  EXPECT_THAT(daemon_.commands, testing::Contains("Stop"));
  EXPECT_EQ(meter->ask().error().reason, "unreadable");  // its connection broke
  EXPECT_EQ(meter->ask().error().reason, "unreachable");
}

TEST(PtdaemonAnswers, ThatNeverEndAreGivenUp) {
  for (const std::string& text : {std::string("Hello, PTDaemon"), std::string(100'000, 'x'),
                                  std::string("Hello, PTDaemon here!\r\nx\r\nStarting\r\nLast "
                                              "86400 samples\r\n")}) {
    LoopbackServer server([&](LoopbackConnection& connection) {
      connection.write(text);
      connection.read_until("never");
    });
    const auto address = parse_meter_address(fmt::format("ptd://127.0.0.1:{}", server.port()));
    const Nanoseconds begin = monotonic_now();
    EXPECT_FALSE(make_ptdaemon_meter(*address, 0.1)->ask());
    EXPECT_LT(to_seconds(monotonic_now() - begin), 1.5);
  }
}

}  // namespace
}  // namespace joulemark::sensors
