// SPDX-License-Identifier: Apache-2.0
#include "load/server_energy.h"

#include <charconv>
#include <cmath>

namespace joulemark::load {
namespace {

constexpr std::string_view kInfo = "joulemark_energy_info{";
constexpr std::string_view kJoules = "joulemark_energy_joules_total";
constexpr std::string_view kRequestJoules = "joulemark_request_energy_joules_total";
constexpr Nanoseconds kLookEvery = 100'000'000;
constexpr int kMostLooks = 30;

/// The value of a label, without undoing its escapes.
std::string label(std::string_view line, std::string_view name) {
  const std::string mark = std::string(name) + "=\"";
  const auto begin = line.find(mark);
  if (begin == std::string_view::npos) return "";
  const auto rest = line.substr(begin + mark.size());
  return std::string(rest.substr(0, rest.find('"')));
}

std::optional<double> value(std::string_view line) {
  const auto space = line.rfind(' ');
  if (space == std::string_view::npos) return std::nullopt;
  double number = 0;
  const char* end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data() + space + 1, end, number);
  if (error != std::errc{} || stop != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace

std::optional<EnergyReading> parse_energy(std::string_view metrics) {
  std::optional<EnergyReading> reading;
  while (!metrics.empty()) {
    const auto end = std::min(metrics.find('\n'), metrics.size());
    const auto line = metrics.substr(0, end);
    metrics.remove_prefix(std::min(end + 1, metrics.size()));
    if (line.starts_with(kInfo)) {
      if (!reading) reading.emplace();
      reading->measured = label(line, "measured") == "true";
      reading->reason = label(line, "reason");
    } else if (line.starts_with(kJoules) || line.starts_with(kRequestJoules)) {
      if (!reading) reading.emplace();
      (line.starts_with(kJoules) ? reading->joules : reading->request_joules) +=
          value(line).value_or(0);
    }
  }
  return reading;
}

std::optional<EnergyReading> read_energy(http::Client& client, const http::Call& call) {
  http::Call question = call;
  question.url = call.url.at("/metrics");
  question.method = "GET";
  question.body = nullptr;
  const auto answer = client.ask(std::move(question));
  if (!answer || answer->head.status != 200) return std::nullopt;
  return parse_energy(answer->body);
}

std::optional<EnergyReading> read_settled_energy(http::Client& client, const http::Call& call) {
  const auto first = read_energy(client, call);
  auto last = first;
  for (int i = 0; i < kMostLooks && last && last->measured && last->joules == first->joules; ++i) {
    client.at(monotonic_now() + kLookEvery, [] {});
    client.run();
    last = read_energy(client, call);
  }
  return last;
}

std::optional<ToldEnergy> energy_of_each(const std::optional<EnergyReading>& before,
                                         const std::optional<EnergyReading>& after,
                                         std::int64_t answers) {
  if (!before || !after || answers == 0) return std::nullopt;
  if (!after->measured) return ToldEnergy{.text = after->reason};
  const double joules = after->request_joules - before->request_joules;
  if (!(joules > 0))
    return ToldEnergy{.text = "the server's sensors were not read while the requests ran"};
  return ToldEnergy{
      .measured = true,
      .joules = joules / static_cast<double>(answers),
      .text =
          "what the server's metrics put down to requests, over all answers of the run, its "
          "warm-up included"};
}

}  // namespace joulemark::load
