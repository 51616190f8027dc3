// SPDX-License-Identifier: Apache-2.0
// Answers after the makers' documents, as src/sensors/meters/meter_answer.cpp reads them; the
// dialogue of PTDaemon as MLPerf's power server leads it.
#include "sim/meters.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "net/loopback_server.h"

namespace joulemark::sim {
namespace {

using net::LoopbackConnection;

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(std::string_view text) {
  std::string encoded;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    unsigned bits = 0;
    const std::string_view three = text.substr(i, 3);
    for (std::size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (j < three.size() ? static_cast<unsigned char>(three[j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      encoded += j <= three.size() ? kBase64[bits >> (18 - 6 * j) & 63] : '=';
  }
  return encoded;
}

double watts_of(const Part& part, const Shown& shown) {
  return std::round(shown.watts / part.unit) * part.unit;
}

std::string http_text(std::string_view status, std::string_view headers, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{}\r\n{}", status,
      body.size(), headers, body);
}

/// Which connections to a power analyser began to measure, and the sample that was read last.
struct Dialogue {
  bool is_measuring = false;
  std::optional<double> read_s = {};
};

/// One meter, and what it answers.
class Meter {
 public:
  Meter(const Part& part, const MeteredWorld& world) : part_(part), world_(world) {}

  void serve(LoopbackConnection& connection) const {
    const HttpMeter* http = find_kind(part_.kind)->http;
    Dialogue dialogue;
    while (const auto request = connection.read_until(http != nullptr ? "\r\n\r\n" : "\n")) {
      if (part_.latency_s > 0 && world_.takes_time())
        connection.stay_silent(static_cast<int>(part_.latency_s * 1e3));
      connection.write(http != nullptr ? page(*http, *request) : reply(*request, dialogue));
    }
  }

 private:
  [[nodiscard]] std::string page(const HttpMeter& http, std::string_view request) const {
    if (!request.starts_with(fmt::format("GET {} HTTP/", http.question)))
      return http_text("404 Not Found", "", "");
    const std::string wanted = "Authorization: Basic " + base64(part_.login) + "\r\n";
    if (!part_.login.empty() && request.find(wanted) == request.npos)
      return http_text("401 Unauthorized", "WWW-Authenticate: Basic realm=\"meter\"\r\n", "");
    return http_text("200 OK", "", http.answer(watts_of(part_, world_.shown(part_))));
  }

  [[nodiscard]] std::string reply(std::string_view line, Dialogue& dialogue) const {
    if (line.starts_with("Hello")) return "Hello, PTDaemon here!\r\n";
    if (line.starts_with("Identify")) return "Joulemark,simulated analyser,0,1\r\n";
    if (line.starts_with("Go,")) {
      dialogue.is_measuring = true;
      return "Starting untimed measurement, maximum 500000 samples at 1000ms with 0 rampup "
             "samples\r\n";
    }
    if (line.starts_with("Stop")) {
      dialogue = {};
      return "Stopping untimed measurement\r\n";
    }
    return line.starts_with("RL") ? samples(dialogue) : "Unknown command\r\n";
  }

  /// The newest of those that were not read; who reads has no use for the others.
  [[nodiscard]] std::string samples(Dialogue& dialogue) const {
    const Shown shown = world_.shown(part_);
    if (!dialogue.is_measuring || dialogue.read_s == shown.update_s) return "Last 0 samples\r\n";
    dialogue.read_s = shown.update_s;
    return fmt::format(
        "Last 1 samples\r\nTime,01-01-2025 00:00:00.000,Watts,{:.6f},Volts,230.000000,Amps,{:.6f},"
        "PF,1.000000,Mark,joulemark\r\n",
        watts_of(part_, shown), watts_of(part_, shown) / 230);
  }

  const Part& part_;
  const MeteredWorld& world_;
};

std::string netio_answer(double watts) {
  return fmt::format(R"({{"Agent":{{"Model":"simulated"}},"Outputs":[{{"ID":1,"Load":{}}}]}})",
                     watts);
}
std::string shelly_answer(double watts) {
  return fmt::format(R"({{"id":0,"output":true,"apower":{}}})", watts);
}
std::string old_shelly_answer(double watts) {
  return fmt::format(R"({{"power":{},"is_valid":true}})", watts);
}
std::string tasmota_answer(double watts) {
  return fmt::format(R"({{"StatusSNS":{{"ENERGY":{{"Power":{}}}}}}})", watts);
}

}  // namespace

const HttpMeter kNetio = {"/netio.json", netio_answer};
const HttpMeter kShelly = {"/rpc/Switch.GetStatus?id=0", shelly_answer};
const HttpMeter kOldShelly = {"/meter/0", old_shelly_answer};
const HttpMeter kTasmota = {"/cm?cmnd=Status%2010", tasmota_answer};

std::string meter_objection(const Part& part) {
  if (part.login.size() > 200) return "'login' must have less than 200 characters";
  if (!part.login.empty() && find_kind(part.kind)->http == nullptr)
    return "PTDaemon knows no 'login'";
  return name_objection(part);
}

struct Meters::Server {
  Server(const Part& part, const MeteredWorld& world)
      : meter(part, world), server([this](LoopbackConnection& each) { meter.serve(each); }) {}
  Meter meter;
  net::LoopbackServer server;  ///< last: it ends before what it serves
};

Meters::Meters() = default;
Meters::~Meters() = default;

Result<std::unique_ptr<Meters>> Meters::serve(const Machine& machine, const MeteredWorld& world) {
  std::unique_ptr<Meters> meters(new Meters);
  for (const Part& part : machine.parts) {
    if (find_kind(part.kind)->network != Kind::Network::kMeter) continue;
    const auto& made = meters->servers_.emplace_back(std::make_unique<Server>(part, world));
    if (made->server.port() == 0)
      return fail(ErrorKind::kMachine, "no port of the loopback is free for a simulated meter");
    meters->addresses_.push_back(fmt::format("{}://127.0.0.1:{}", part.kind, made->server.port()));
  }
  return meters;
}

}  // namespace joulemark::sim
