// SPDX-License-Identifier: Apache-2.0
// Columns from the two tables: fields, which can be imported again, and metrics.
#include "report/trials_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>

#include "exchange/numbers.h"
#include "exchange/trial_fields.h"
#include "table/csv_reader.h"
#include "verdict/metric.h"
#include "verdict/verdict.h"

namespace joulemark::report {
namespace {

using exchange::number_text;
using exchange::TrialField;
using Strings = std::vector<std::string>;

/// The scopes' columns stand behind this one.
constexpr std::string_view kBeforeScopes = "energy_reason";
constexpr std::string_view kTotal = "total";

struct Columns {
  std::vector<const TrialField*> fields;
  Strings scopes;
  std::vector<const verdict::Metric*> metrics;
};

void add_scopes(const ExperimentRecord& record, Strings& scopes) {
  for (const auto* trials : {&record.trials, &record.set_aside})
    for (const TrialRecord& trial : *trials)
      for (const Energy& energy : trial.energy)
        if (energy.scope != kTotal &&
            std::find(scopes.begin(), scopes.end(), energy.scope) == scopes.end())
          scopes.push_back(energy.scope);
}

Columns columns_of(const std::vector<ExperimentRecord>& records, CallTimes calls) {
  Columns columns;
  for (const TrialField& field : exchange::trial_fields())
    if (!field.of_calls || calls == CallTimes::kWritten) columns.fields.push_back(&field);
  for (const ExperimentRecord& record : records) add_scopes(record, columns.scopes);
  for (const verdict::Metric& metric : verdict::metrics())
    if (!exchange::find_field(metric.key)) columns.metrics.push_back(&metric);
  return columns;
}

class Line {
 public:
  void add(std::string_view cell) {
    if (!text_.empty() || started_) text_ += ',';
    started_ = true;
    text_ += table::csv_cell(cell);
  }
  [[nodiscard]] std::string end() && { return std::move(text_) + '\n'; }

 private:
  std::string text_;
  bool started_ = false;
};

std::string head(const Columns& columns) {
  Line line;
  line.add("experiment");
  for (const TrialField* field : columns.fields) {
    line.add(field->name);
    if (field->name == kBeforeScopes)
      for (const std::string& scope : columns.scopes)
        line.add(exchange::FieldRef{nullptr, scope}.name());
  }
  line.add("set_aside");
  line.add("inferences");
  for (const verdict::Metric* metric : columns.metrics) line.add(metric->key);
  return std::move(line).end();
}

std::string joules_of(const TrialRecord& trial, const std::string& scope) {
  for (const Energy& energy : trial.energy)
    if (energy.scope == scope) return number_text(energy.joules);
  return "";
}

/// A trial of an experiment, and whether it counts.
struct Attempt {
  const ExperimentRecord* experiment = nullptr;
  const TrialRecord* trial = nullptr;
  bool is_set_aside = false;
};

/// In the order in which they were planned and made.
std::vector<Attempt> attempts_of(const ExperimentRecord& record) {
  std::vector<Attempt> all;
  for (const TrialRecord& trial : record.trials) all.push_back({&record, &trial, false});
  for (const TrialRecord& trial : record.set_aside) all.push_back({&record, &trial, true});
  std::stable_sort(all.begin(), all.end(), [](const Attempt& a, const Attempt& b) {
    return std::tie(a.trial->block, a.trial->position, a.trial->attempt) <
           std::tie(b.trial->block, b.trial->position, b.trial->attempt);
  });
  return all;
}

std::string row(const Attempt& attempt, const Columns& columns,
                std::vector<std::int64_t>& scratch) {
  const TrialRecord& trial = *attempt.trial;
  Line line;
  line.add(std::to_string(attempt.experiment->id));
  for (const TrialField* field : columns.fields) {
    line.add(field->text(trial));
    if (field->name == kBeforeScopes)
      for (const std::string& scope : columns.scopes) line.add(joules_of(trial, scope));
  }
  line.add(attempt.is_set_aside ? "1" : "0");
  line.add(number_text(trial.inferences()));
  const verdict::TrialFacts facts = verdict::facts_of(*attempt.experiment, trial, scratch);
  for (const verdict::Metric* metric : columns.metrics)
    line.add(number_text(metric->extract(facts)));
  return std::move(line).end();
}

}  // namespace

std::string trials_csv(const std::vector<ExperimentRecord>& records, CallTimes calls) {
  const Columns columns = columns_of(records, calls);
  std::string text = head(columns);
  std::vector<std::int64_t> scratch;
  for (const ExperimentRecord& record : records)
    for (const Attempt& attempt : attempts_of(record)) text += row(attempt, columns, scratch);
  return text;
}

}  // namespace joulemark::report
