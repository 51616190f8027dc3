// SPDX-License-Identifier: Apache-2.0
// JSON to checked values. The first thing that is wrong with a reply is its failure.
#include "run/reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/arrivals.h"
#include "base/text_table.h"
#include "joulemark/worker_protocol.h"

namespace joulemark::run {
namespace {

using nlohmann::json;

/// Deeper nesting than any reply has; JSON text is written by recursion.
constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxReasonBytes = 2000;

std::string one_line(std::string_view text) {
  std::string line = printable(text.substr(0, kMaxReasonBytes));
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

Failure reported_failure(const std::string& status, const std::string& message) {
  Failure failure{.status = TrialStatus::kFailed,
                  .reason = message.empty() ? "worker reported '" + status + "' without a reason"
                                            : one_line(message),
                  .reported = true,
                  .wire_status = status};
  if (status == "unsupported") failure.status = TrialStatus::kUnsupported;
  if (status == "out_of_memory" || message.find("bad_alloc") != std::string::npos)
    failure.status = TrialStatus::kOutOfMemory;
  else if (status != "failed")
    failure.recurrence = Recurrence::kCertain;
  return failure;
}

bool is_known_status(const std::string& status) {
  return std::any_of(std::begin(protocol::kStatusNames) + 1, std::end(protocol::kStatusNames),
                     [&](const char* name) { return status == name; });
}

/// Reads the fields of one reply; keeps the first thing that is wrong and answers zeros from then
/// on.
class Fields {
 public:
  Fields(std::string_view line, std::string_view request, std::string_view type)
      : request_(request) {
    bool too_deep = false;
    // Values beyond the depth are discarded while parsing, so they take no memory.
    const auto shallow = [&](int depth, json::parse_event_t, json&) {
      too_deep = too_deep || depth > kMaxDepth;
      return depth <= kMaxDepth;
    };
    object_ = json::parse(line, shallow, false);
    if (too_deep) reject("nested too deeply");
    check_type(line, type);
  }

  std::int64_t integer(const char* key, std::int64_t least) {
    const json* field = find(key);
    if (field == nullptr) return 0;
    const bool fits = field->is_number_integer() &&
                      (!field->is_number_unsigned() ||
                       field->get<std::uint64_t>() <=
                           static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
    if (!fits) return reject(fmt::format("'{}' is no integer", key)), 0;
    const auto value = field->get<std::int64_t>();
    if (value < least) return reject(fmt::format("'{}' is {}, less than {}", key, value, least)), 0;
    return value;
  }
  bool boolean(const char* key) {
    const json* field = find(key);
    if (field != nullptr && !field->is_boolean())
      reject(fmt::format("'{}' is neither true nor false", key));
    return !failure_ && field->get<bool>();
  }
  std::string text(const char* key) {
    const json* field = find(key);
    if (field != nullptr && !field->is_string()) reject(fmt::format("'{}' is no text", key));
    return failure_ ? std::string() : field->get<std::string>();
  }
  /// 0 when it is absent.
  std::int64_t optional_count(const char* key) { return has(key) ? integer(key, 0) : 0; }
  std::string optional_text(const char* key) { return has(key) ? text(key) : std::string(); }
  /// An object as JSON text.
  std::string object(const char* key) {
    const json* field = find(key);
    if (field != nullptr && !field->is_object()) reject(fmt::format("'{}' is no object", key));
    return failure_ ? std::string() : field->dump();
  }
  /// The rows of "operators".
  std::vector<OperatorRange> operators() {
    const json* field = find("operators");
    if (field != nullptr && !field->is_array()) reject("'operators' is no list");
    std::vector<OperatorRange> rows;
    for (std::size_t i = 0; !failure_ && i < field->size(); ++i)
      if (auto row = operator_range((*field)[i])) rows.push_back(std::move(*row));
    return rows;
  }
  /// A size of an error, never negative; empty when it is absent or null.
  std::optional<double> magnitude(const char* key) {
    if (!has(key)) return std::nullopt;
    const json& field = object_.at(key);
    if (field.is_number() && field.get<double>() >= 0) return field.get<double>();
    reject(fmt::format("'{}' is no magnitude", key));
    return std::nullopt;
  }
  /// Empty when it is absent or null.
  std::optional<double> number(const char* key) {
    if (!has(key)) return std::nullopt;
    const json& field = object_.at(key);
    if (field.is_number()) return field.get<double>();
    reject(fmt::format("'{}' is no number", key));
    return std::nullopt;
  }
  /// "t0_ns" and "t1_ns", ordered, inside the exchange.
  std::pair<Nanoseconds, Nanoseconds> interval(const Exchange& exchange) {
    const Nanoseconds t0 = integer("t0_ns", 0);
    const Nanoseconds t1 = integer("t1_ns", 0);
    if (failure_) return {};
    if (t1 < t0) reject(fmt::format("t1_ns {} lies before t0_ns {}", t1, t0));
    if (t0 < exchange.sent_ns || t1 > exchange.received_ns)
      reject(fmt::format(
          "t0_ns {} and t1_ns {} do not lie between the request at {} and the reply at {}; "
          "times must be of CLOCK_MONOTONIC",
          t0, t1, exchange.sent_ns, exchange.received_ns));
    return {t0, t1};
  }
  [[nodiscard]] bool has(const char* key) const {
    return !failure_ && object_.contains(key) && !object_.at(key).is_null();
  }
  void reject(const std::string& what) {
    if (!failure_) failure_ = nonsense(request_, what);
  }
  template <class T>
  Reply<T> finish(T value) {
    if (failure_) return tl::unexpected<Failure>(*std::move(failure_));
    return value;
  }
  Reply<void> finish() {
    if (failure_) return tl::unexpected<Failure>(*std::move(failure_));
    return {};
  }

 private:
  static bool is_version(const json& row, const char* key) {
    return row.contains(key) && row.at(key).is_number_integer() && row.at(key) > 0 &&
           row.at(key) < (1 << 30);
  }
  std::optional<OperatorRange> operator_range(const json& row) {
    const bool has_until = row.is_object() && row.contains("until");
    if (!row.is_object() || !row.value("domain", json()).is_string() ||
        !row.value("name", json()).is_string() || !is_version(row, "since") ||
        (has_until && !is_version(row, "until"))) {
      reject("an operator without domain, name or versions");
      return std::nullopt;
    }
    OperatorRange range{printable(row.at("domain").get<std::string>()),
                        printable(row.at("name").get<std::string>()),
                        row.at("since").get<std::int64_t>()};
    if (has_until) range.until = row.at("until").get<std::int64_t>();
    return range;
  }
  static std::string quoted(std::string_view line) {
    return fmt::format("'{}'", one_line(line.substr(0, 80)));
  }
  const json* find(const char* key) {
    if (failure_) return nullptr;
    const auto field = object_.find(key);
    if (field != object_.end()) return &*field;
    reject(fmt::format("'{}' is missing", key));
    return nullptr;
  }
  void check_type(std::string_view line, std::string_view type) {
    if (object_.is_discarded()) return reject("not JSON: " + quoted(line));
    if (!object_.is_object()) return reject("not an object: " + quoted(line));
    const std::string actual = text("type");
    if (failure_) return;
    if (actual == "error") return take_error();
    if (actual != type)
      reject(fmt::format("reply of type '{}' instead of '{}'", actual.substr(0, 40), type));
  }
  void take_error() {
    const std::string status = text("status");
    const std::string message = optional_text("message");
    if (failure_) return;
    if (!is_known_status(status))
      return reject(fmt::format("unknown status '{}'", status.substr(0, 40)));
    failure_ = reported_failure(status, message);
  }

  std::string_view request_;
  json object_;
  std::optional<Failure> failure_;
};

}  // namespace

Failure nonsense(std::string_view request, const std::string& what) {
  return {.status = TrialStatus::kFailed,
          .reason = one_line(fmt::format("worker answered nonsense to '{}': {}", request, what))};
}

Reply<void> parse_hello(std::string_view line) {
  Fields fields(line, "hello", "hello");
  const std::int64_t version = fields.integer("protocol", 0);
  if (version != protocol::kVersion)
    fields.reject(
        fmt::format("protocol {} instead of {}; rebuild the worker", version, protocol::kVersion));
  return fields.finish();
}

Reply<Opened> parse_opened(std::string_view line) {
  Fields fields(line, "open", "opened");
  return fields.finish(Opened{fields.object("describe")});
}

Reply<std::vector<OperatorRange>> parse_operators(std::string_view line) {
  Fields fields(line, "operators", "operators");
  return fields.finish(fields.operators());
}

Reply<void> parse_type(std::string_view line, std::string_view request, std::string_view type) {
  return Fields(line, request, type).finish();
}

Reply<void> parse_exported(std::string_view line) {
  return Fields(line, "export", "exported").finish();
}

Reply<Loaded> parse_loaded(std::string_view line, const Exchange& exchange) {
  Fields fields(line, "load", "loaded");
  const auto [t0, t1] = fields.interval(exchange);
  const bool builds = fields.has("builds") && fields.boolean("builds");
  return fields.finish(Loaded{t0, t1, builds});
}

Reply<std::optional<Built>> parse_built(std::string_view line, const Exchange& exchange) {
  Fields fields(line, "build", "built");
  if (!fields.has("t0_ns") && !fields.has("t1_ns")) return fields.finish(std::optional<Built>());
  const auto [t0, t1] = fields.interval(exchange);
  return fields.finish(std::optional<Built>({t0, t1}));
}

Reply<Answered> parse_answered(std::string_view line) {
  Fields fields(line, "answer", "answered");
  Answered answered{.effective_json = fields.object("effective"),
                    .compared = fields.boolean("compared"),
                    .agrees = fields.boolean("agrees"),
                    .max_abs = fields.magnitude("max_abs"),
                    .max_rel = fields.magnitude("max_rel"),
                    .detail = one_line(fields.optional_text("detail"))};
  if (!answered.compared) answered.max_abs = answered.max_rel = std::nullopt;
  return fields.finish(std::move(answered));
}

Reply<Warmed> parse_warmed(std::string_view line, const Exchange& exchange) {
  Fields fields(line, "warmup", "warmed");
  const auto [t0, t1] = fields.interval(exchange);
  return fields.finish(Warmed{.t0_ns = t0,
                              .t1_ns = t1,
                              .iterations = fields.integer("iterations", 0),
                              .steady = fields.boolean("steady"),
                              .scatter = fields.magnitude("cov"),
                              .trend = fields.number("trend"),
                              .iteration_ns = fields.magnitude("iteration_ns").value_or(0)});
}

namespace {

/// Empty where the worker says nothing of a rate.
std::optional<ServedLoad> load_of(Fields& fields, Nanoseconds window_ns) {
  if (!fields.has("rate")) return std::nullopt;
  ServedLoad load{.arrivals = {},
                  .busy_ns = fields.integer("busy_ns", 0),
                  .queue_max = fields.integer("queue_max", 0),
                  .wake_late_ns = fields.integer("wake_late_ns", 0)};
  const std::string kind = fields.text("arrivals");
  load.arrivals = {.rate = fields.magnitude("rate").value_or(0),
                   .kind = arrival_kind(kind),
                   .seed = static_cast<std::uint64_t>(fields.integer("seed", 0))};
  if (kind != to_string(load.arrivals.kind))
    fields.reject(fmt::format("unknown arrivals '{}'", kind.substr(0, 40)));
  if (load.busy_ns > window_ns)
    fields.reject(fmt::format("busy for {} ns of a window of {} ns", load.busy_ns, window_ns));
  return load;
}

}  // namespace

Reply<Done> parse_done(std::string_view line, const Exchange& exchange) {
  Fields fields(line, "go", "done");
  const auto [t0, t1] = fields.interval(exchange);
  if (t0 == t1) fields.reject("the window is empty");
  return fields.finish(Done{.t0_ns = t0,
                            .t1_ns = t1,
                            .iterations = fields.integer("iterations", 1),
                            .prompt_tokens = fields.optional_count("prompt_tokens"),
                            .new_tokens = fields.optional_count("new_tokens"),
                            .tokens = one_line(fields.optional_text("tokens").substr(0, 64)),
                            .load = load_of(fields, t1 - t0)});
}

Reply<Ceilings> parse_ceilings(std::string_view line) {
  Fields fields(line, "ceilings", "ceilings");
  const Ceilings ceilings{.flops_per_s = fields.magnitude("flops_per_s").value_or(0),
                          .bytes_per_s = fields.magnitude("bytes_per_s").value_or(0)};
  return fields.finish(ceilings);
}

Reply<Checked> parse_checked(std::string_view line) {
  Fields fields(line, "check", "checked");
  Checked checked{.status = fields.text("status"),
                  .max_abs = fields.magnitude("max_abs"),
                  .max_rel = fields.magnitude("max_rel"),
                  .max_abs_reason = one_line(fields.optional_text("max_abs_reason")),
                  .max_rel_reason = one_line(fields.optional_text("max_rel_reason")),
                  .reason = one_line(fields.optional_text("reason"))};
  if (checked.status != "pass" && checked.status != "fail" && checked.status != "unsupported")
    fields.reject(fmt::format("unknown status '{}'", checked.status.substr(0, 40)));
  return fields.finish(std::move(checked));
}

}  // namespace joulemark::run
