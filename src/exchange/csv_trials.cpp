// SPDX-License-Identifier: Apache-2.0
// A wide row is handed on at once; the values of a long file are gathered until its end.
#include "exchange/csv_trials.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/suggest.h"
#include "exchange/csv_columns.h"
#include "table/csv_reader.h"

namespace joulemark::exchange {
namespace {

/// A trial of a long file, as far as it has been read.
struct Gathered {
  TrialDraft draft;
  Place first;
  std::vector<std::string> given;  ///< metrics that it has
};

class Reader {
 public:
  Reader(const CsvMap& map, const Adjust& adjust, TrialCollector& collector)
      : map_(map), adjust_(adjust), collector_(collector) {}

  /// The next file; its head is read with what the sink gets.
  table::CsvSink open(std::string file) {
    file_ = std::move(file);
    return {.head = [this](const auto& head) { return take_head(head); },
            .row = [this](const table::CsvRow& row) { return take_row(row); }};
  }

  Status finish();

 private:
  [[nodiscard]] Place place(const table::CsvRow& row) const { return {file_, row.number}; }
  [[nodiscard]] bool is_wanted(const table::CsvRow& row) const;
  Status take_head(const std::vector<std::string>& head);
  Status take_row(const table::CsvRow& row);
  Status take_wide(const table::CsvRow& row);
  Status take_long(const table::CsvRow& row);
  Status set_all(TrialDraft& draft, const table::CsvRow& row) const;
  Result<Gathered*> trial_of(const table::CsvRow& row);
  Metric& metric_named(const std::string& name);
  void list_scopes(TrialDraft& draft) const;
  [[nodiscard]] Status check_metrics() const;
  Status hand_on(TrialDraft draft, const Place& place);

  const CsvMap& map_;
  const Adjust& adjust_;
  TrialCollector& collector_;
  std::string file_;
  Columns columns_;
  TrialDraft constant_;  ///< what every trial begins with
  Metrics metrics_;
  std::vector<Gathered> gathered_;
  std::unordered_map<std::string, std::size_t> by_identity_;
};

tl::unexpected<Error> bad_cell(const Place& place, const Source& source, const Fault& fault) {
  return refuse(place, fmt::format("column '{}': {}", source.name, fault));
}

bool Reader::is_wanted(const table::CsvRow& row) const {
  return std::all_of(columns_.conditions.begin(), columns_.conditions.end(),
                     [&](const auto& each) { return row.cells[each.first] == each.second; });
}

Status Reader::take_head(const std::vector<std::string>& head) {
  auto columns = resolve(map_, file_, head, metrics_);
  if (!columns) return fail(columns.error());
  columns_ = std::move(*columns);
  constant_ = TrialDraft();
  for (const Assignment& constant : map_.constants)
    if (const Fault fault = set_field(constant_, *find_field(constant.left), constant.right);
        !fault.empty())
      return fail(ErrorKind::kUsage, fmt::format("cannot set '{}': {}", constant.left, fault));
  return {};
}

Status Reader::take_row(const table::CsvRow& row) {
  if (map_.is_long()) metric_named(std::string(row.cells[columns_.metric])).is_there = true;
  if (!is_wanted(row)) {
    collector_.skip(map_.left_out);
    return {};
  }
  return map_.is_long() ? take_long(row) : take_wide(row);
}

Status Reader::set_all(TrialDraft& draft, const table::CsvRow& row) const {
  for (const Source& source : columns_.fields)
    if (const Fault fault = set_field(draft, source.ref, row.cells[source.column], source.factor);
        !fault.empty())
      return bad_cell(place(row), source, fault);
  return {};
}

Status Reader::take_wide(const table::CsvRow& row) {
  TrialDraft draft = constant_;
  if (auto set = set_all(draft, row); !set) return set;
  return hand_on(std::move(draft), place(row));
}

Result<Gathered*> Reader::trial_of(const table::CsvRow& row) {
  std::string identity;
  for (const Source& source : columns_.fields)
    identity += fmt::format("{}={}\n", source.ref.name(), row.cells[source.column]);
  const auto [entry, is_new] = by_identity_.emplace(std::move(identity), gathered_.size());
  if (!is_new) return &gathered_[entry->second];
  gathered_.push_back({.draft = constant_, .first = place(row), .given = {}});
  if (auto set = set_all(gathered_.back().draft, row); !set) return fail(set.error());
  return &gathered_.back();
}

Metric& Reader::metric_named(const std::string& name) {
  const auto known = metrics_.find(name);
  if (known != metrics_.end()) return known->second;
  const auto ref = map_.fields.empty() ? find_field(name) : std::nullopt;
  Metric& metric = metrics_[name];
  if (ref) metric.source = Source{.ref = *ref, .factor = 1, .column = 0, .name = name};
  return metric;
}

Status Reader::take_long(const table::CsvRow& row) {
  const std::string metric(row.cells[columns_.metric]);
  Metric& known = metric_named(metric);
  const std::optional<Source>& source = known.source;
  known.is_taken = true;
  if (!source) {
    collector_.skip(fmt::format("values of '{}', which is no field of a trial", metric));
    return {};
  }
  const auto trial = trial_of(row);
  if (!trial) return fail(trial.error());
  auto& given = (*trial)->given;
  if (std::find(given.begin(), given.end(), metric) != given.end())
    return refuse(
        place(row),
        fmt::format("a second '{}' of the trial that begins in row {}; map 'block' to the "
                    "column that tells repetitions apart, or map what else differs",
                    metric, (*trial)->first.row));
  given.push_back(metric);
  const Fault fault =
      set_field((*trial)->draft, source->ref, row.cells[columns_.value], source->factor);
  return fault.empty() ? Status() : bad_cell(place(row), *source, fault);
}

/// What other trials of the file have is absent in this one, and says so.
void Reader::list_scopes(TrialDraft& draft) const {
  std::set<std::string> scopes;
  for (const auto& [name, metric] : metrics_)
    if (metric.is_taken && metric.source && metric.source->ref.field == nullptr)
      scopes.insert(metric.source->ref.scope);
  for (const std::string& scope : scopes)
    if (std::none_of(draft.scopes.begin(), draft.scopes.end(),
                     [&](const ScopeEnergy& each) { return each.scope == scope; }))
      set_scope(draft, scope, std::nullopt);
}

Status Reader::hand_on(TrialDraft draft, const Place& place) {
  if (const auto reason = adjust_ ? adjust_(draft) : std::nullopt) {
    collector_.skip(*reason);
    return {};
  }
  return collector_.add(std::move(draft), place);
}

/// A name of the map that the whole file does not have.
Status Reader::check_metrics() const {
  if (map_.lacking == CsvMap::Lacking::kNothing) return {};
  std::vector<std::string> there;
  for (const auto& [name, metric] : metrics_)
    if (metric.is_there) there.push_back(name);
  for (const auto& [name, metric] : metrics_)
    if (!metric.is_there)
      return fail(ErrorKind::kUsage,
                  fmt::format("cannot import '{}': neither a column nor a metric is named '{}'{}",
                              file_, name, did_you_mean(name, there)));
  return {};
}

Status Reader::finish() {
  if (auto checked = check_metrics(); !checked) return checked;
  for (Gathered& trial : gathered_) {
    list_scopes(trial.draft);
    if (auto done = hand_on(std::move(trial.draft), trial.first); !done) return done;
  }
  return {};
}

/// Of assignments to fields, the first that names none or one that was there.
Status check_fields(const char* flag, const std::vector<Assignment>& all,
                    std::set<std::string>& seen) {
  for (const Assignment& each : all) {
    if (!find_field(each.left))
      return fail(ErrorKind::kUsage,
                  fmt::format("{} {}={}: a trial has no field '{}'; 'joulemark help fields' lists "
                              "them{}",
                              flag, each.left, each.right, each.left,
                              did_you_mean(each.left, field_names())));
    if (!seen.insert(each.left).second)
      return fail(ErrorKind::kUsage, fmt::format("{} {}={}: '{}' is given twice; leave one out",
                                                 flag, each.left, each.right, each.left));
  }
  return {};
}

}  // namespace

Status check(const CsvMap& map) {
  std::set<std::string> seen;
  if (auto fields = check_fields("--map", map.fields, seen); !fields) return fields;
  if (auto constants = check_fields("--set", map.constants, seen); !constants) return constants;
  for (const Assignment& field : map.fields)
    if (!find_field(field.left)->is_number() && split_factor(field.right).factor != 1)
      return fail(ErrorKind::kUsage, fmt::format("--map {}={}: '{}' is no number and has no factor",
                                                 field.left, field.right, field.left));
  if (map.metric_column.empty() != map.value_column.empty())
    return fail(ErrorKind::kUsage,
                "--metric and --value name the two columns of a long file; give both");
  return {};
}

Status read_csv_trials(const std::vector<std::filesystem::path>& files, const CsvMap& map,
                       const Adjust& adjust, TrialCollector& collector) {
  Reader reader(map, adjust, collector);
  for (const auto& file : files)
    if (auto read = table::read_csv(file, reader.open(file.string())); !read) return read;
  return reader.finish();
}

Status parse_csv_trials(std::string_view bytes, const std::string& name, const CsvMap& map,
                        TrialCollector& collector) {
  const Adjust none;
  Reader reader(map, none, collector);
  if (auto read = table::parse_csv(bytes, name, reader.open(name)); !read) return read;
  return reader.finish();
}

}  // namespace joulemark::exchange
