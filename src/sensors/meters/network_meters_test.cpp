// SPDX-License-Identifier: Apache-2.0
// Meters over the loopback: real servers that answer well, badly, late, or not at all.
#include "sensors/meters/network_meters.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>

#include "net/testing/http_answers.h"
#include "sensors/tree_machine_test.h"

namespace joulemark::sensors {
namespace {

using net::http_answer;
using net::LoopbackConnection;
using net::LoopbackServer;
using net::serve_http;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string netio(double watts) {
  return fmt::format(R"({{"Outputs":[{{"ID":1,"Load":{}}}]}})", watts);
}

MeterAddress address_of(const std::string& kind, const LoopbackServer& server) {
  return *parse_meter_address(fmt::format("{}://127.0.0.1:{}", kind, server.port()));
}

/// A machine with meters and nothing else.
class MeteredMachine {
 public:
  explicit MeteredMachine(std::vector<MeterAddress> meters)
      : found_(discover({.root = tree_.root(),
                         .clock = &tree_.clock(),
                         .meters = std::move(meters),
                         .meter_timeout_s = 0.3})) {}

  /// The row of a scope.
  [[nodiscard]] SensorStatus status(const std::string& scope = "wall") const {
    for (const SensorStatus& row : found_.statuses)
      if (row.sensor == "meter" && row.scope == scope) return row;
    return {};
  }
  [[nodiscard]] const Discovered& found() const { return found_; }
  Readings read() { return read_all(found_.sensors); }
  void wait_s(double seconds) { tree_.clock().advance_s(seconds); }
  std::vector<Energy> between(const Readings& begin, const Readings& end) {
    return measure_between(found_.sensors, begin, end, found_.statuses);
  }

 private:
  TreeMachine tree_;
  Discovered found_;
};

/// Environment variables of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

std::string reason_of(const LoopbackServer::Serve& serve) {
  LoopbackServer server(serve);
  const MeteredMachine machine({address_of("netio", server)});
  EXPECT_TRUE(machine.found().sensors.empty());
  return machine.status().reason;
}

TEST(NetworkMeters, AreLookedForOnlyWhereTheyAreNamed) {
  const MeteredMachine machine({});
  EXPECT_EQ(machine.status("").reason, "absent");
  EXPECT_TRUE(machine.found().sensors.empty());
}

TEST(NetworkMeters, AnOutletThatShows0WattsDoesNotFeedThisMachine) {
  LoopbackServer server(serve_http([](const std::string&) { return http_answer(netio(0)); }));
  const MeteredMachine machine({address_of("netio", server)});
  EXPECT_TRUE(machine.found().sensors.empty());
  EXPECT_EQ(machine.status().reason, "unreadable");
  EXPECT_THAT(machine.status().detail, HasSubstr("it shows 0 W"));
}

TEST(NetworkMeters, OneOfSeveralSuppliesMayRest) {
  LoopbackServer resting(serve_http([](const std::string&) { return http_answer(netio(0)); }));
  LoopbackServer working(serve_http([](const std::string&) { return http_answer(netio(90)); }));
  MeteredMachine machine({address_of("netio", resting), address_of("netio", working)});
  const Readings begin = machine.read();
  machine.wait_s(1);
  EXPECT_NEAR(*machine.between(begin, machine.read()).back().joules, 90, 1e-9);
}

TEST(NetworkMeters, ThePowerAtThePlugIsIntegrated) {
  std::atomic<double> watts = 100;
  LoopbackServer server(serve_http([&](const std::string&) { return http_answer(netio(watts)); }));
  MeteredMachine machine({address_of("netio", server)});
  EXPECT_TRUE(machine.status().usable);
  const Readings begin = machine.read();
  for (int i = 0; i < 10; ++i) {
    machine.wait_s(1);
    if (i == 4) watts = 200;
    machine.read();
  }
  const auto energies = machine.between(begin, machine.read());
  ASSERT_EQ(energies.size(), 2U);
  EXPECT_EQ(energies[0].scope, "wall");
  EXPECT_EQ(energies[0].energy_class, EnergyClass::kDerived);
  EXPECT_EQ(energies[1].scope, "total");
  // A meter tells the mean of the second before its last update: the change came a second before it
  // was seen.
  EXPECT_NEAR(*energies[1].joules, 3 * 100 + 150 + 6 * 200, 1e-6);
  EXPECT_GT(1.96 * *energies[1].uncertainty_j, 100);
  EXPECT_EQ(energies[1].detail, "covers wall");
  EXPECT_EQ(server.connections(), 1);
}

TEST(NetworkMeters, EachIsASensorWithAThreadOfItsOwn) {
  LoopbackServer server(serve_http([](const std::string&) { return http_answer(netio(60)); }));
  LoopbackServer other(
      serve_http([](const std::string&) { return http_answer(R"({"id":0,"apower":40.5})"); }));
  MeteredMachine machine({address_of("netio", server), address_of("shelly", other)});
  ASSERT_EQ(machine.found().sensors.size(), 2U);
  for (const auto& sensor : machine.found().sensors) EXPECT_GT(sensor->sample_interval_s(), 0);
  const Readings begin = machine.read();
  machine.wait_s(2);
  const auto energies = machine.between(begin, machine.read());
  EXPECT_EQ(energies[0].scope, "wall-0");
  EXPECT_EQ(energies[1].scope, "wall-1");
  EXPECT_NEAR(*energies[2].joules, 2 * 100.5, 1e-6);
  EXPECT_EQ(energies[2].detail, "covers wall-0, wall-1");
}

TEST(NetworkMeters, OneOfTwoSuppliesIsNotTheMachine) {
  LoopbackServer server(serve_http([](const std::string&) { return http_answer(netio(60)); }));
  LoopbackServer gone(serve_http([](const std::string&) { return std::string(); }));
  const MeterAddress address = address_of("netio", gone);
  gone.stop();
  MeteredMachine machine({address_of("netio", server), address});
  EXPECT_EQ(machine.status("wall-1").reason, "unreachable");
  const Readings begin = machine.read();
  machine.wait_s(1);
  const auto energies = machine.between(begin, machine.read());
  EXPECT_NEAR(*energies[0].joules, 60, 1e-6);
  EXPECT_EQ(energies.back().joules, std::nullopt);
  EXPECT_EQ(energies.back().reason, "unreachable");
}

TEST(NetworkMeters, AMeterThatGoesAwayLeavesAGapAndNoZero) {
  LoopbackServer server(serve_http([](const std::string&) { return http_answer(netio(60)); }));
  MeteredMachine machine({address_of("netio", server)});
  const Readings begin = machine.read();
  machine.wait_s(1);
  machine.read();
  server.stop();
  machine.wait_s(1);
  const auto energies = machine.between(begin, machine.read());
  for (const Energy& energy : energies) {
    EXPECT_EQ(energy.joules, std::nullopt);
    EXPECT_EQ(energy.reason, "gap");
  }
  EXPECT_THAT(energies.front().detail, HasSubstr("cannot be reached"));
}

TEST(NetworkMeters, NumbersThatCannotBeAreAGapToo) {
  std::atomic<double> watts = 100;
  LoopbackServer server(serve_http([&](const std::string&) { return http_answer(netio(watts)); }));
  MeteredMachine machine({address_of("netio", server)});
  const Readings begin = machine.read();
  watts = -100;
  machine.wait_s(1);
  EXPECT_EQ(machine.between(begin, machine.read()).back().reason, "gap");
}

TEST(NetworkMeters, BadAnswersAreReasons) {
  const auto answer = [](const std::string& text) {
    return serve_http([text](const std::string&) { return text; });
  };
  EXPECT_EQ(reason_of(answer(http_answer("<html>", "200 OK"))), "unreadable");
  EXPECT_EQ(reason_of(answer(http_answer(netio(-5)))), "unreadable");
  EXPECT_EQ(reason_of(answer(http_answer(std::string(100'000, ' ') + netio(5)))), "unreadable");
  EXPECT_EQ(reason_of(answer(http_answer("", "500 Oops"))), "unreadable");
  EXPECT_EQ(reason_of(answer(http_answer("", "302 Found", "Location: http://127.0.0.1:1/\r\n"))),
            "unreadable");
  EXPECT_EQ(reason_of(answer("")), "unreadable");
  EXPECT_EQ(reason_of(answer("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{")), "unreachable");
  EXPECT_EQ(reason_of(answer(http_answer("", "401 Unauthorized"))), "unauthorised");
  EXPECT_EQ(reason_of(answer(http_answer("", "403 Forbidden"))), "unauthorised");
}

TEST(NetworkMeters, WhoNeverAnswersIsGivenUp) {
  const Nanoseconds begin = monotonic_now();
  EXPECT_EQ(reason_of([](LoopbackConnection& connection) {
              connection.read_until("\r\n\r\n");
              connection.read_until("never");
            }),
            "unreachable");
  EXPECT_LT(to_seconds(monotonic_now() - begin), 2);
}

TEST(NetworkMeters, CredentialsComeFromTheEnvironmentAndAreShownNowhere) {
  std::atomic<int> known = 0;
  LoopbackServer server(serve_http([&](const std::string& request) {
    if (request.find("Authorization: Basic bWU6aHVudGVyMg==") == std::string::npos)
      return http_answer("", "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n");
    ++known;
    return http_answer(netio(5));
  }));
  {
    const MeteredMachine machine({address_of("netio", server)});
    EXPECT_EQ(machine.status().reason, "unauthorised");
    EXPECT_THAT(machine.status().remedy, HasSubstr("JOULEMARK_METER_PASSWORD"));
  }
  const Variable user("JOULEMARK_METER_USER", "me");
  {
    const Variable wrong("JOULEMARK_METER_PASSWORD", "swordfish");
    const MeteredMachine machine({address_of("netio", server)});
    EXPECT_EQ(machine.status().reason, "unauthorised");
    EXPECT_THAT(machine.status().detail + machine.status().remedy, Not(HasSubstr("swordfish")));
  }
  const Variable password("JOULEMARK_METER_PASSWORD", "hunter2");
  const MeteredMachine machine({address_of("netio", server)});
  EXPECT_TRUE(machine.status().usable);
  EXPECT_THAT(machine.status().detail, Not(HasSubstr("hunter2")));
  EXPECT_EQ(known, 1);
}

/// An HTTP client without a network.
class GivenAnswer final : public net::HttpClient {
 public:
  tl::expected<net::HttpResponse, net::Failure> send(const net::HttpRequest& request,
                                                     const net::BodySink& sink) override {
    EXPECT_EQ(request.url, "https://[fe80::1]:443/meter/3");
    sink.write(R"({"power": 12})");
    return net::HttpResponse{.status = 200, .headers = {}};
  }
};

TEST(NetworkMeters, AreAskedThroughTheClientOfTheEnvironment) {
  const TreeMachine tree;
  const auto found = find_meters({.root = tree.root(),
                                  .meters = {*parse_meter_address("shelly1+https://[fe80::1]/3")},
                                  .make_http = [] { return std::make_unique<GivenAnswer>(); }},
                                 {});
  EXPECT_TRUE(found.statuses.at(0).usable) << found.statuses.at(0).detail;
}

TEST(NetworkMeters, TasmotaIsAskedAgainAsOldVersionsUnderstand) {
  std::vector<std::string> asked;
  LoopbackServer server(serve_http([&](const std::string& request) {
    asked.push_back(request.substr(0, request.find(" HTTP")));
    return http_answer(asked.back().ends_with("Status%208")
                           ? R"({"StatusSNS":{"ENERGY":{"Power":99}}})"
                           : R"({"Command":"Unknown"})");
  }));
  MeteredMachine machine({address_of("tasmota", server)});
  EXPECT_TRUE(machine.status().usable) << machine.status().detail;
  machine.read();
  EXPECT_THAT(asked, ElementsAre("GET /cm?cmnd=Status%2010", "GET /cm?cmnd=Status%208",
                                 "GET /cm?cmnd=Status%208"));
}

}  // namespace
}  // namespace joulemark::sensors
