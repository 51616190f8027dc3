// SPDX-License-Identifier: Apache-2.0
// Schedules of files.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/file.h"
#include "load/schedule.h"
#include "table/csv_reader.h"

namespace joulemark::load {
namespace {

using nlohmann::json;

constexpr const char* kArrival = "arrival_s";
constexpr const char* kPrompt = "prompt_tokens";
constexpr const char* kNew = "new_tokens";
constexpr double kMostTokens = 1e6;

using Numbers = std::map<std::string, double, std::less<>>;

/// Where in a file something is wrong.
struct Place {
  const std::string& path;
  std::size_t row;
};

tl::unexpected<Error> wrong(const Place& place, const std::string& what) {
  return fail(ErrorKind::kUsage, fmt::format("'{}', row {}: {}", place.path, place.row, what));
}

Result<std::optional<std::int32_t>> tokens_of(const Numbers& numbers, const char* name,
                                              const Place& place) {
  const auto found = numbers.find(name);
  if (found == numbers.end()) return std::nullopt;
  if (!(found->second >= 1 && found->second <= kMostTokens) ||
      found->second != std::floor(found->second))
    return wrong(place, fmt::format("{} is {:g}, not a whole number from 1 to {:g}", name,
                                    found->second, kMostTokens));
  return static_cast<std::int32_t>(found->second);
}

Status add(Schedule& schedule, const Numbers& numbers, const Place& place) {
  const auto arrival = numbers.find(kArrival);
  if (arrival == numbers.end()) return wrong(place, fmt::format("{} is missing", kArrival));
  if (!(arrival->second >= 0 && arrival->second <= kLongestScheduleS))
    return wrong(place, fmt::format("{} is {:g}, not from 0 to {:g} s", kArrival, arrival->second,
                                    kLongestScheduleS));
  const Nanoseconds at = to_nanoseconds(arrival->second);
  if (!schedule.arrivals.empty() && at < schedule.arrivals.back().at)
    return wrong(place, "it is due before the row above; sort the rows by arrival_s");
  if (static_cast<std::int64_t>(schedule.arrivals.size()) >= kMostArrivals)
    return wrong(place, fmt::format("more than {} requests", kMostArrivals));
  const auto prompt = tokens_of(numbers, kPrompt, place);
  if (!prompt) return fail(prompt.error());
  const auto fresh = tokens_of(numbers, kNew, place);
  if (!fresh) return fail(fresh.error());
  schedule.arrivals.push_back({.at = at, .wish = {*prompt, *fresh}});
  return {};
}

/// The wanted cells of a row; an empty one is not there.
Result<Numbers> numbers_of(const std::vector<std::string>& names, const table::CsvRow& row,
                           const Place& place) {
  Numbers numbers;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto cell = row.cells[i];
    if ((names[i] != kArrival && names[i] != kPrompt && names[i] != kNew) || cell.empty()) continue;
    double number = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
    if (error != std::errc{} || end != cell.data() + cell.size())
      return wrong(place, fmt::format("{} is '{}', which is no number", names[i], cell));
    numbers[names[i]] = number;
  }
  return numbers;
}

Status read_csv(const std::string& path, Schedule& schedule) {
  std::vector<std::string> names;
  const auto head = [&](const std::vector<std::string>& columns) -> Status {
    names = columns;
    return {};
  };
  const auto row = [&](const table::CsvRow& cells) -> Status {
    const Place place{path, cells.number};
    const auto numbers = numbers_of(names, cells, place);
    return numbers ? add(schedule, *numbers, place) : fail(numbers.error());
  };
  return table::read_csv(path, {head, row});
}

Status read_json_lines(const std::string& path, const std::string& text, Schedule& schedule) {
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const Place place{path, number};
    const json object = json::parse(line, nullptr, false);
    if (!object.is_object()) return wrong(place, "it is no JSON object");
    Numbers numbers;
    for (const char* name : {kArrival, kPrompt, kNew})
      if (const auto found = object.find(name); found != object.end() && !found->is_null()) {
        if (!found->is_number()) return wrong(place, fmt::format("{} is no number", name));
        numbers[name] = found->get<double>();
      }
    if (auto added = add(schedule, numbers, place); !added) return added;
  }
  return {};
}

bool is_json_lines(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{';
}

/// To the mean gap behind the last, so that the rate is as many as came by their time. One arrival
/// has no gap.
Nanoseconds length_of(const std::vector<Arrival>& arrivals) {
  const auto count = static_cast<double>(arrivals.size());
  if (arrivals.size() < 2) return arrivals.back().at;
  const auto span = static_cast<double>(arrivals.back().at - arrivals.front().at);
  return arrivals.back().at + static_cast<Nanoseconds>(span / (count - 1));
}

}  // namespace

Result<Schedule> schedule_of_trace(const std::string& path, double warmup_s) {
  const auto text = read_file(path);
  if (!text) return fail(ErrorKind::kUsage, text.error().message);
  Schedule schedule;
  const auto read =
      is_json_lines(*text) ? read_json_lines(path, *text, schedule) : read_csv(path, schedule);
  if (!read) return fail(read.error());
  if (schedule.arrivals.empty())
    return fail(ErrorKind::kUsage, fmt::format("'{}' has no arrivals", path));
  schedule.warmup = to_nanoseconds(warmup_s);
  schedule.length = length_of(schedule.arrivals);
  if (schedule.warmup > schedule.arrivals.back().at)
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' ends before the warm-up of {:g} s", path, warmup_s));
  return schedule;
}

}  // namespace joulemark::load
