// SPDX-License-Identifier: Apache-2.0
// The one reply that may hold millions of numbers.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "run/reply.h"

namespace joulemark::run {
namespace {

using nlohmann::json;

/// A loop that times each call reads the clock between them, so their sum stays inside the window;
/// this allows for workers that round.
constexpr Nanoseconds kSumSlack = 1'000'000;

/// Reads a `durations` reply without a tree: it may hold millions of numbers.
class DurationsReader final : public nlohmann::json_sax<json> {
 public:
  Durations durations;
  std::string type, wrong;
  bool has_calls = false, has_records = false;

  bool null() override { return plain("null"); }
  bool boolean(bool) override { return plain("a truth value"); }
  bool number_integer(number_integer_t value) override { return number(value); }
  bool number_unsigned(number_unsigned_t value) override {
    constexpr auto kMost = static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max());
    return value <= kMost ? number(static_cast<std::int64_t>(value)) : reject("too large a number");
  }
  bool number_float(number_float_t, const string_t&) override { return plain("a fraction"); }
  bool string(string_t& value) override {
    if (depth_ != 1 || key_ != "type") return plain("text");
    type = value.substr(0, 40);
    return true;
  }
  bool binary(binary_t&) override { return reject("binary data"); }
  bool start_object(std::size_t) override { return depth_++ == 0 || reject("an object"); }
  bool end_object() override { return --depth_ == 0; }
  bool key(string_t& value) override {
    key_ = value;
    return true;
  }
  bool start_array(std::size_t) override {
    list_ = depth_ == 1 ? list_of(key_) : nullptr;
    if (list_ == nullptr) return reject("a list");
    has_records = has_records || list_ == &durations.ns;
    return ++depth_ == 2;
  }
  bool end_array() override { return --depth_ == 1; }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override {
    wrong = "not JSON";
    return false;
  }

 private:
  bool reject(const char* what) {
    wrong = fmt::format("'{}' holds {}", key_.substr(0, 40), what);
    return false;
  }
  /// Null for other keys.
  std::vector<std::int64_t>* list_of(const std::string& key) {
    if (key == "ns") return &durations.ns;
    if (key == "first_token_ns") return &durations.first_token_ns;
    if (key == "inter_token_ns") return &durations.inter_token_ns;
    return nullptr;
  }
  /// Keys that are not ours may hold plain values; they are ignored.
  bool plain(const char* what) {
    const bool ours =
        depth_ != 1 || list_of(key_) != nullptr || key_ == "calls_per_record" || key_ == "type";
    return !ours || reject(what);
  }
  bool number(std::int64_t value) {
    if (depth_ == 2) {
      if (value < 0) return reject("a negative time");
      list_->push_back(value);
      return true;
    }
    if (depth_ != 1 || key_ != "calls_per_record") return plain("a number");
    durations.calls_per_record = value;
    has_calls = true;
    return true;
  }

  int depth_ = 0;
  std::string key_;
  std::vector<std::int64_t>* list_ = nullptr;  ///< that is read
};

/// Whether times are together longer than a window.
bool exceeds(const std::vector<std::int64_t>& times, Nanoseconds window) {
  Nanoseconds left = window + window / 100 + kSumSlack;
  for (const auto ns : times) {
    if (ns > left) return true;
    left -= ns;
  }
  return false;
}

/// Whether one of some times is: waiting requests overlap.
bool one_exceeds(const std::vector<std::int64_t>& times, Nanoseconds window) {
  return std::any_of(times.begin(), times.end(), [&](std::int64_t ns) { return ns > window; });
}

/// What is wrong between the records' number and the window, or "".
std::string wrong_count(const Durations& durations, const Done& done) {
  const std::int64_t calls = durations.calls_per_record;
  // The last record may be cut short by the end of the window.
  const std::int64_t whole = done.iterations / calls;
  const auto records = static_cast<std::int64_t>(durations.ns.size());
  const std::int64_t most = whole + (done.iterations % calls != 0 ? 1 : 0);
  // Of a language model's long window, only the last requests are kept.
  const std::int64_t least = done.is_text() ? 1 : std::max<std::int64_t>(whole, 1);
  if (records < least || records > most)
    return fmt::format("{} records of {} calls do not match {} iterations", records, calls,
                       done.iterations);
  if (done.is_text() && durations.first_token_ns.size() != durations.ns.size())
    return fmt::format("{} requests have {} first tokens", records,
                       durations.first_token_ns.size());
  return {};
}

/// What is wrong between the records and the window, or "".
std::string mismatch(const Durations& durations, const Done& done) {
  const std::int64_t calls = durations.calls_per_record;
  if (calls < 1) return fmt::format("'calls_per_record' is {}, less than 1", calls);
  if (std::string wrong = wrong_count(durations, done); !wrong.empty()) return wrong;
  const Nanoseconds window = done.t1_ns - done.t0_ns;
  const auto is_too_long = [&](const std::vector<std::int64_t>& times) {
    return done.load ? one_exceeds(times, window) : exceeds(times, window);
  };
  for (const auto* times : {&durations.ns, &durations.first_token_ns, &durations.inter_token_ns})
    if (is_too_long(*times))
      return fmt::format("the records are longer than the window of {} ns", window);
  return {};
}

}  // namespace

Reply<Durations> parse_durations(std::string_view line, const Done& done) {
  DurationsReader reader;
  const bool complete = json::sax_parse(line, &reader);
  if (reader.type == "error" || !complete || reader.type != "durations") {
    // An error reply, or something else altogether: the ordinary reader words it.
    if (line.size() < 4096) {
      if (auto reply = parse_type(line, "durations", "durations"); !reply)
        return tl::unexpected<Failure>(reply.error());
    }
    return tl::unexpected<Failure>(
        nonsense("durations", reader.wrong.empty() ? "'type' is missing" : reader.wrong));
  }
  if (!reader.has_calls || !reader.has_records)
    return tl::unexpected<Failure>(nonsense("durations", "'calls_per_record' or 'ns' is missing"));
  if (const std::string wrong = mismatch(reader.durations, done); !wrong.empty())
    return tl::unexpected<Failure>(nonsense("durations", wrong));
  return std::move(reader.durations);
}

}  // namespace joulemark::run
