// SPDX-License-Identifier: Apache-2.0
// JSON to requests, every key checked for its type and range.
#include "worker/request.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/arrivals.h"
#include "base/clock.h"

namespace joulemark::worker {
namespace {

using nlohmann::json;

/// Requests are flat; deeper nesting is not one.
constexpr int kMaxDepth = 8;

/// Wrong in a way that the message tells; caught in parse_request.
struct BadRequest {
  std::string why;
};

[[noreturn]] void reject(const char* key, const char* wanted) {
  throw BadRequest{fmt::format("key '{}' must be {}", key, wanted)};
}

std::int64_t to_integer(const json& value, const char* key) {
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    reject(key, "a smaller number");
  }
  if (!value.is_number_integer()) reject(key, "an integer");
  return value.get<std::int64_t>();
}

/// The keys of one request.
class Keys {
 public:
  explicit Keys(const json& object) : object_(object) {}

  [[nodiscard]] std::string text(const char* key) const {
    const auto value = optional_text(key);
    if (!value) reject(key, "given");
    return *value;
  }
  [[nodiscard]] std::string text(const char* key, const char* otherwise) const {
    return optional_text(key).value_or(otherwise);
  }
  [[nodiscard]] std::optional<std::string> optional_text(const char* key) const {
    const json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) reject(key, "a string");
    auto result = value->get<std::string>();
    if (result.find('\0') != std::string::npos) reject(key, "a string without NUL");
    return result;
  }
  [[nodiscard]] std::int64_t integer(const char* key, std::int64_t otherwise,
                                     std::int64_t least) const {
    const json* value = find(key);
    if (value == nullptr) return otherwise;
    const std::int64_t result = to_integer(*value, key);
    if (result < least) reject(key, fmt::format("at least {}", least).c_str());
    return result;
  }
  [[nodiscard]] std::uint64_t seed(const char* key) const {
    const json* value = find(key);
    if (value == nullptr) return 1;
    if (!value->is_number_integer()) reject(key, "an integer");
    return value->get<std::uint64_t>();
  }
  /// 0 when it is absent.
  [[nodiscard]] double rate(const char* key) const {
    const json* value = find(key);
    if (value == nullptr) return 0;
    if (!value->is_number() || !(value->get<double>() > 0)) reject(key, "a number above 0");
    return value->get<double>();
  }
  [[nodiscard]] ArrivalKind arrivals(const char* key) const {
    const std::string word = text(key, protocol::kArrivalNames[0]);
    if (word == to_string(arrival_kind(word))) return arrival_kind(word);
    reject(key, "poisson or uniform");
  }
  [[nodiscard]] std::optional<double> tolerance(const char* key) const {
    const json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number() || !(value->get<double>() >= 0)) reject(key, "a number of at least 0");
    return value->get<double>();
  }
  [[nodiscard]] std::optional<std::filesystem::path> path(const char* key) const {
    const auto value = optional_text(key);
    if (!value) return std::nullopt;
    return std::filesystem::path(*value);
  }
  [[nodiscard]] std::vector<std::int32_t> cpus(const char* key) const {
    const json* value = find(key);
    return value == nullptr ? std::vector<std::int32_t>{} : numbers(*value, key, "a list of CPUs");
  }
  [[nodiscard]] std::vector<std::int32_t> ids(const char* key) const {
    const json* value = find(key);
    return value == nullptr ? std::vector<std::int32_t>{} : numbers(*value, key, "a list of ids");
  }
  [[nodiscard]] std::vector<std::vector<std::int32_t>> prompts(const char* key) const {
    const json* value = find(key);
    if (value == nullptr) reject(key, "a list of prompts");
    return batch(*value, key);
  }
  [[nodiscard]] std::vector<std::vector<std::vector<std::int32_t>>> batches(const char* key) const {
    const json* value = find(key);
    if (value == nullptr || !value->is_array() || value->empty()) reject(key, "a list of batches");
    std::vector<std::vector<std::vector<std::int32_t>>> batches;
    for (const json& prompts : *value) batches.push_back(batch(prompts, key));
    return batches;
  }
  /// Of one request.
  [[nodiscard]] std::int32_t tokens(const char* key, std::int64_t otherwise,
                                    std::int64_t least) const {
    constexpr std::int64_t kMost = 1 << 24;
    const std::int64_t tokens = integer(key, otherwise, least);
    if (tokens > kMost) reject(key, "a smaller number");
    return static_cast<std::int32_t>(tokens);
  }
  [[nodiscard]] std::size_t buffer_bytes(const char* key) const {
    constexpr std::int64_t kMost = std::int64_t{1} << 36;
    const std::int64_t bytes = integer(key, 0, 1);
    if (bytes > kMost) reject(key, "64 GiB at most");
    return static_cast<std::size_t>(bytes);
  }
  [[nodiscard]] protocol::Logits logits(const char* key) const {
    const std::string word = text(key, protocol::kLogitsNames[0]);
    for (std::size_t i = 0; i < std::size(protocol::kLogitsNames); ++i)
      if (word == protocol::kLogitsNames[i]) return static_cast<protocol::Logits>(i);
    reject(key, "none, last or all");
  }
  [[nodiscard]] Options options(const char* key) const {
    Options options;
    const json* value = find(key);
    if (value == nullptr) return options;
    if (!value->is_object()) reject(key, "an object of strings");
    for (const auto& [name, setting] : value->items()) {
      if (!setting.is_string()) reject(key, "an object of strings");
      options[name] = setting.get<std::string>();
    }
    return options;
  }
  [[nodiscard]] std::map<std::string, std::vector<std::int64_t>> shapes(const char* key) const {
    std::map<std::string, std::vector<std::int64_t>> shapes;
    const json* value = find(key);
    if (value == nullptr) return shapes;
    if (!value->is_object()) reject(key, "an object of lists");
    for (const auto& [name, dims] : value->items()) {
      if (!dims.is_array()) reject(key, "an object of lists");
      auto& shape = shapes[name];
      for (const json& dim : dims) shape.push_back(to_integer(dim, key));
    }
    return shapes;
  }

 private:
  /// Null counts as absent.
  [[nodiscard]] const json* find(const char* key) const {
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  static std::vector<std::vector<std::int32_t>> batch(const json& list, const char* key) {
    if (!list.is_array() || list.empty()) reject(key, "a list of prompts");
    std::vector<std::vector<std::int32_t>> prompts;
    for (const json& prompt : list) {
      prompts.push_back(numbers(prompt, key, "lists of ids"));
      if (prompts.back().empty()) reject(key, "lists of at least one id");
    }
    return prompts;
  }
  /// Not negative, 32 bits.
  static std::vector<std::int32_t> numbers(const json& list, const char* key, const char* wanted) {
    if (!list.is_array()) reject(key, wanted);
    std::vector<std::int32_t> numbers;
    for (const json& value : list) {
      const std::int64_t number = to_integer(value, key);
      if (number < 0 || number > std::numeric_limits<std::int32_t>::max()) reject(key, wanted);
      numbers.push_back(static_cast<std::int32_t>(number));
    }
    return numbers;
  }
  const json& object_;
};

OpenRequest read_open(const Keys& keys) {
  return {.plugin = keys.text("plugin"),
          .library_dir = keys.text("library_dir", ""),
          .provider = keys.text("provider", "cpu"),
          .threads = static_cast<std::int32_t>(
              std::min<std::int64_t>(keys.integer("threads", 1, 1), 1 << 20)),
          .affinity = keys.cpus("affinity"),
          .options = keys.options("options")};
}

WarmupRequest read_warmup(const Keys& keys) {
  return {.min_ns = keys.integer("min_ns", 0, 0),
          .max_ns = keys.integer("max_ns", std::numeric_limits<Nanoseconds>::max(), 0),
          .min_iterations = keys.integer("min_iterations", 1, 0)};
}

GenerateRequest read_generate(const Keys& keys) {
  return {.prompts = keys.prompts("prompts"),
          .max_new_tokens = keys.tokens("max_new_tokens", 1, 1),
          .stop_ids = keys.ids("stop_ids"),
          .logits = keys.logits("logits")};
}

PromptsRequest read_prompts(const Keys& keys) {
  return {.requests = keys.batches("requests"),
          .new_tokens = keys.tokens("new_tokens", 1, 1),
          .stop_ids = keys.ids("stop_ids")};
}

Arrivals read_arrivals(const Keys& keys) {
  return {.rate = keys.rate("rate"), .kind = keys.arrivals("arrivals"), .seed = keys.seed("seed")};
}

Request read_request(const json& object) {
  const Keys keys(object);
  const std::string type = keys.text("type");
  if (type == "hello") return HelloRequest{keys.integer("protocol", 0, 0)};
  if (type == "open") return read_open(keys);
  if (type == "operators") return OperatorsRequest{};
  if (type == "export")
    return ExportRequest{keys.text("model"), keys.text("format"), keys.text("path")};
  if (type == "load") {
    return LoadRequest{keys.text("model"), keys.text("precision", "f32"), keys.options("options")};
  }
  if (type == "build") return BuildRequest{};
  if (type == "inputs") {
    return InputsRequest{
        {keys.text("source", model::kGeneratedInputs), keys.seed("seed"), keys.shapes("shapes")},
        keys.integer("batch", 1, 0)};
  }
  if (type == "answer") {
    return AnswerRequest{keys.path("directory"), keys.path("reference"),
                         keys.integer("requests", 0, 0)};
  }
  if (type == "warmup") return read_warmup(keys);
  if (type == "go") {
    return GoRequest{keys.integer("min_ns", 0, 0), keys.integer("min_iterations", 1, 0),
                     keys.tokens("new_tokens", 0, 0), read_arrivals(keys)};
  }
  if (type == "durations") return DurationsRequest{};
  if (type == "check") {
    return CheckRequest{keys.text("case"), keys.tolerance("rtol"), keys.tolerance("atol")};
  }
  if (type == "generate") return read_generate(keys);
  if (type == "prompts") return read_prompts(keys);
  if (type == "ceilings") return CeilingsRequest{keys.buffer_bytes("buffer_bytes")};
  if (type == "quit") return QuitRequest{};
  throw BadRequest{fmt::format("type '{}' is unknown", type)};
}

}  // namespace

Outcome<Request> parse_request(std::string_view line) {
  bool too_deep = false;
  const auto shallow = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return depth <= kMaxDepth;
  };
  const json object = json::parse(line, shallow, false);
  if (object.is_discarded() || too_deep || !object.is_object()) {
    return fail(JM_INVALID_ARGUMENT, "a request must be one JSON object on one line");
  }
  try {
    return read_request(object);
  } catch (const BadRequest& e) {
    return fail(JM_INVALID_ARGUMENT, "request not understood: " + e.why);
  }
}

}  // namespace joulemark::worker
