// SPDX-License-Identifier: Apache-2.0
// A visitor over the members: it lists columns, writes values or reads them.
#include "store/trial_columns.h"

#include <fmt/format.h>

#include <limits>
#include <map>
#include <optional>

#include "store/values_json.h"

namespace joulemark::store {
namespace {

/// Writes members as values, and lists them.
class Writer {
 public:
  std::vector<Column> columns;
  std::vector<Value> values;

  void member(const char* name, int value) { add(name, ColumnType::kInteger, std::int64_t{value}); }
  void member(const char* name, std::int64_t value) { add(name, ColumnType::kInteger, value); }
  void member(const char* name, bool value) {
    add(name, ColumnType::kInteger, std::int64_t{value ? 1 : 0});
  }
  void member(const char* name, double value) { add(name, ColumnType::kReal, value); }
  void member(const char* name, const std::string& value) { add(name, ColumnType::kText, value); }
  void member(const char* name, const std::optional<double>& value) {
    add(name, ColumnType::kReal, value ? Value(*value) : Value());
  }
  void member(const char* name, const std::optional<bool>& value) {
    add(name, ColumnType::kInteger, value ? Value(std::int64_t{*value ? 1 : 0}) : Value());
  }
  void member(const char* name, const std::optional<std::int64_t>& value) {
    add(name, ColumnType::kInteger, value ? Value(*value) : Value());
  }
  void member(const char* name, const std::vector<int>& value) { member(name, to_json(value)); }
  void member(const char* name, const TextMap& value) { member(name, to_json(value)); }
  void member(const char* name, TrialStatus value) { member(name, std::string(to_string(value))); }

 private:
  void add(const char* name, ColumnType type, Value value) {
    columns.push_back({name, type});
    values.push_back(std::move(value));
  }
};

/// Reads members from a row; the first fault is kept.
class Reader {
 public:
  Reader(std::vector<Value>& row, std::size_t first) : row_(row), at_(first) {}
  std::string fault;

  void member(const char* name, std::int64_t& value) {
    if (const auto* number = std::get_if<std::int64_t>(&next())) {
      value = *number;
    } else {
      complain(name);
    }
  }
  void member(const char* name, int& value) {
    std::int64_t wide = 0;
    member(name, wide);
    value = static_cast<int>(wide);
    if (value != wide) complain(name);
  }
  void member(const char* name, bool& value) {
    std::int64_t number = 0;
    member(name, number);
    value = number != 0;
  }
  /// NULL stands for NaN.
  void member(const char*, double& value) {
    const auto* number = std::get_if<double>(&next());
    value = number != nullptr ? *number : std::numeric_limits<double>::quiet_NaN();
  }
  void member(const char* name, std::string& value) {
    if (auto* text = std::get_if<std::string>(&next())) {
      value = std::move(*text);
    } else {
      complain(name);
    }
  }
  void member(const char*, std::optional<bool>& value) {
    if (const auto* number = std::get_if<std::int64_t>(&next())) value = *number != 0;
  }
  template <class T>
  void member(const char*, std::optional<T>& value) {
    if (const auto* number = std::get_if<T>(&next())) value = *number;
  }
  void member(const char* name, std::vector<int>& value) { parsed(name, value, numbers_from_json); }
  void member(const char* name, TextMap& value) { parsed(name, value, map_from_json); }
  void member(const char* name, TrialStatus& value) {
    std::string text;
    member(name, text);
    if (const auto status = trial_status_from(text)) {
      value = *status;
    } else {
      complain(name);
    }
  }

 private:
  Value& next() { return row_.at(at_++); }
  void complain(const char* name) {
    if (fault.empty()) fault = fmt::format("column '{}' of a trial holds nonsense", name);
  }
  template <class T>
  void parsed(const char* name, T& value, FromJson<T> (*parse)(const std::string&)) {
    std::string text;
    member(name, text);
    if (auto result = parse(text)) {
      value = std::move(*result);
    } else {
      complain(name);
    }
  }

  std::vector<Value>& row_;
  std::size_t at_;
};

template <class Visitor, class Trial>
void visit_identity(Visitor& v, Trial& t) {
  v.member("block", t.block);
  v.member("position", t.position);
  v.member("attempt", t.attempt);
  v.member("model", t.model);
  v.member("engine", t.configuration.engine);
  v.member("provider", t.configuration.provider);
  v.member("arithmetic", t.configuration.precision);
  v.member("threads", t.configuration.threads);
  v.member("batch", t.configuration.batch);
  v.member("affinity", t.configuration.affinity);
  v.member("options", t.configuration.options);
  v.member("install_engine", t.install.engine);
  v.member("install_version", t.install.version);
  v.member("install_plugin", t.install.plugin);
  v.member("install_library_dir", t.install.library_dir);
  v.member("install_found_by", t.install.found_by);
  v.member("host_key", t.host);
}

template <class Visitor, class Trial>
void visit_outcome(Visitor& v, Trial& t) {
  v.member("status", t.status);
  v.member("reason", t.reason);
  v.member("started_at", t.started_at);
  v.member("iterations", t.iterations);
  v.member("calls_per_record", t.calls_per_record);
  v.member("steady", t.steady);
  v.member("warmup_iterations", t.warmup_iterations);
  v.member("cpu_s", t.resources.cpu_s);
  v.member("cpu_user_s", t.resources.cpu_user_s);
  v.member("cpu_system_s", t.resources.cpu_system_s);
  v.member("peak_rss_bytes", t.resources.peak_rss_bytes);
  v.member("load_peak_rss_bytes", t.resources.load_peak_rss_bytes);
  v.member("minor_faults", t.resources.minor_faults);
  v.member("major_faults", t.resources.major_faults);
  v.member("voluntary_switches", t.resources.voluntary_switches);
  v.member("involuntary_switches", t.resources.involuntary_switches);
  v.member("agreement_compared", t.agreement.compared);
  v.member("agreement_agrees", t.agreement.agrees);
  v.member("agreement_max_abs", t.agreement.max_abs);
  v.member("agreement_max_rel", t.agreement.max_rel);
  v.member("agreement_reference", t.agreement.reference);
  v.member("agreement_detail", t.agreement.detail);
  v.member("handover_ns", t.handover_ns);
  v.member("describe_json", t.describe_json);
  v.member("effective_json", t.effective_json);
}

Writer written(const TrialRecord& trial) {
  Writer writer;
  visit_identity(writer, trial);
  visit_outcome(writer, trial);
  return writer;
}

}  // namespace

const std::vector<Column>& trial_columns() {
  static const std::vector<Column> columns = written({}).columns;
  return columns;
}

std::vector<Value> trial_values(const TrialRecord& trial) {
  return written(trial).values;
}

tl::expected<TrialRecord, std::string> trial_from(std::vector<Value>& row, std::size_t first) {
  TrialRecord trial;
  Reader reader(row, first);
  visit_identity(reader, trial);
  visit_outcome(reader, trial);
  if (!reader.fault.empty()) return tl::unexpected<std::string>(reader.fault);
  return trial;
}

}  // namespace joulemark::store
