// SPDX-License-Identifier: Apache-2.0
// Short texts from trials and times.
#include "run/progress_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "base/text_table.h"

namespace joulemark::run {

std::string duration_text(double seconds) {
  const auto whole = static_cast<long long>(std::llround(std::clamp(seconds, 0.0, 1e9)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string cut_to_width(std::string_view text, std::size_t columns) {
  if (columns == 0) return {};
  if (display_width(text) <= columns) return std::string(text);
  const auto starts_character = [&](std::size_t i) {
    return (static_cast<unsigned char>(text[i]) & 0xC0u) != 0x80u;
  };
  std::size_t end = text.size();
  do {
    --end;
  } while (end > 0 && (!starts_character(end) || display_width(text.substr(0, end)) + 1 > columns));
  return std::string(text.substr(0, end)) + "…";
}

void TimeLeft::finished(double elapsed_s) {
  ++finished_;
  elapsed_s_ += elapsed_s;
}

double TimeLeft::seconds() const {
  if (finished_ == 0) return estimate_s_;
  return elapsed_s_ / finished_ * std::max(0, trials_ - finished_);
}

std::string watts_text(const TrialRecord& record) {
  if (record.energy.empty() || record.window_s() <= 0) return {};
  const Energy& total = record.energy.back();
  if (total.scope != "total" || !total.joules) return {};
  return fmt::format("{:.1f} W", *total.joules / record.window_s());
}

namespace {

/// The time of one call in the unit that suits it, as the tables have it: "2.77 ns", "12.3 ms".
std::string call_text(double seconds) {
  if (seconds < 1e-6) return fmt::format("{:.3g} ns", seconds * 1e9);
  if (seconds < 1e-3) return fmt::format("{:.3g} µs", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.3g} ms", seconds * 1e3);
  return fmt::format("{:.4g} s", seconds);
}

/// Of the window; at a fixed rate the rest of it was spent waiting for requests.
double seconds_in_calls(const TrialRecord& record) {
  const auto busy = record.resources.facts.find(WindowFact::kBusy);
  const bool is_told = busy != record.resources.facts.end() && busy->second.value;
  return is_told ? *busy->second.value : record.window_s();
}

}  // namespace

std::string result_line(const TrialPlace& place, const TrialRecord& record) {
  std::string line = fmt::format("trial {}/{}  {}  {}  {}", place.number, place.total, place.model,
                                 place.label, to_string(record.status));
  if (record.iterations > 0 && record.window_s() > 0)
    line += "  " + call_text(seconds_in_calls(record) / static_cast<double>(record.iterations));
  if (const std::string watts = watts_text(record); !watts.empty()) line += "  " + watts;
  if (!record.reason.empty()) line += "  " + record.reason;
  return printable(line);
}

std::string rest_line(const std::string& when, const IdleBracket& bracket) {
  std::string line = "idle " + when;
  const double seconds = to_seconds(bracket.t1_ns - bracket.t0_ns);
  if (bracket.joules && seconds > 0) line += fmt::format("  {:.1f} W", *bracket.joules / seconds);
  if (bracket.temperature_c) line += fmt::format("  {:.0f} °C", *bracket.temperature_c);
  if (bracket.busy) line += fmt::format("  processors {:.0f} % busy", 100 * *bracket.busy);
  return line;
}

}  // namespace joulemark::run
