// SPDX-License-Identifier: Apache-2.0
// One row per request.
#include <fmt/format.h>

#include <algorithm>

#include "cli/load_output.h"
#include "table/csv_reader.h"

namespace joulemark::cli {
namespace {

constexpr const char* kHead =
    "index,in_window,scheduled_s,sent_s,first_s,last_s,end_s,status,outcome,kind,prompt_tokens,"
    "new_tokens,work,joules\n";

const char* to_string(load::Outcome outcome) {
  constexpr const char* kNames[] = {"good", "status", "broken", "bad_answer", "abandoned"};
  return kNames[static_cast<std::size_t>(outcome)];
}

const char* to_string(load::Work work) {
  constexpr const char* kNames[] = {"as_asked", "unequal", "unchecked"};
  return kNames[static_cast<std::size_t>(work)];
}

/// Seconds from the run's begin; empty for what did not come.
std::string since(Nanoseconds begin, Nanoseconds at) {
  return at == 0 ? "" : fmt::format("{:.9f}", to_seconds(at - begin));
}

std::string number(const std::optional<std::int64_t>& count) {
  return count ? std::to_string(*count) : "";
}

std::string row(const load::LoadRun& run, const load::Record& record) {
  const bool counts = record.scheduled >= run.window_begin && record.scheduled <= run.window_end;
  const bool has_joules = record.energy && record.energy->measured;
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", record.index, counts ? 1 : 0,
                     since(run.begin, record.scheduled), since(run.begin, record.sent),
                     since(run.begin, record.first), since(run.begin, record.last),
                     since(run.begin, record.end), record.status, to_string(record.outcome),
                     table::csv_cell(record.kind), number(record.prompt_tokens),
                     number(record.new_tokens), to_string(record.work),
                     has_joules ? fmt::format("{}", record.energy->joules) : "");
}

}  // namespace

std::string load_csv(const load::LoadRun& run) {
  std::vector<const load::Record*> records;
  for (const load::Record& record : run.records) records.push_back(&record);
  std::sort(records.begin(), records.end(),
            [](const load::Record* a, const load::Record* b) { return a->index < b->index; });
  std::string text = kHead;
  for (const load::Record* record : records) text += row(run, *record);
  return text;
}

}  // namespace joulemark::cli
