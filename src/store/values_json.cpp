// SPDX-License-Identifier: Apache-2.0
// One list of members serves both directions, so that neither can forget one.
#include "store/values_json.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace joulemark::store {
namespace {

using nlohmann::json;

/// Takes each member into an object.
struct Writer {
  json object = json::object();
  template <class T>
  void member(const char* name, const T& value) {
    object[name] = value;
  }
};

/// Takes each member out of an object; one that is missing keeps its value.
struct Reader {
  const json& object;
  template <class T>
  void member(const char* name, T& value) const {
    if (const auto found = object.find(name); found != object.end()) found->get_to(value);
  }
  /// JSON has no infinity and no NaN; the library writes both as null.
  void member(const char* name, double& value) const {
    const auto found = object.find(name);
    if (found == object.end()) return;
    value = found->is_null() ? std::numeric_limits<double>::quiet_NaN() : found->get<double>();
  }
};

template <class Visitor, class Value>
void visit_protocol(Visitor& visitor, Value& p) {
  visitor.member("repetitions", p.repetitions);
  visitor.member("duration_s", p.duration_s);
  visitor.member("min_iterations", p.min_iterations);
  visitor.member("warmup_min_s", p.warmup_min_s);
  visitor.member("warmup_max_s", p.warmup_max_s);
  visitor.member("warmup_min_iterations", p.warmup_min_iterations);
  visitor.member("bracket_s", p.bracket_s);
  visitor.member("cooldown_max_s", p.cooldown_max_s);
  visitor.member("idle_s", p.idle_s);
  visitor.member("ready_s", p.ready_s);
  visitor.member("time_limit_s", p.time_limit_s);
  visitor.member("retries", p.retries);
  visitor.member("rate", p.rate);
  visitor.member("arrivals", p.arrivals);
  visitor.member("ratio_precision", p.ratio_precision);
  visitor.member("min_repetitions", p.min_repetitions);
  visitor.member("race", p.race);
  visitor.member("different", p.different);
  visitor.member("sample_hz", p.sample_hz);
  visitor.member("energy_precision", p.energy_precision);
}

template <class Visitor, class Value>
void visit_factors(Visitor& visitor, Value& f) {
  visitor.member("engine", f.engine);
  visitor.member("provider", f.provider);
  visitor.member("precision", f.precision);
  visitor.member("threads", f.threads);
  visitor.member("batch", f.batch);
}

template <class Visitor, class Value>
void visit_generation(Visitor& visitor, Value& g) {
  visitor.member("prompt_tokens", g.prompt_tokens);
  visitor.member("new_tokens", g.new_tokens);
  visitor.member("stop", g.stop);
}

template <class Visitor, class Value>
void visit_model(Visitor& visitor, Value& m) {
  visitor.member("name", m.name);
  visitor.member("source", m.source);
  visitor.member("shapes", m.shapes);
  visitor.member("inputs", m.inputs);
}

template <class Visitor, class Value>
void visit_experiment(Visitor& visitor, Value& e) {
  visitor.member("name", e.name);
  visitor.member("seed", e.seed);
  visitor.member("models", e.models);
  visitor.member("factors", e.factors);
  visitor.member("exclusions", e.exclusions);
  visitor.member("engine_options", e.engine_options);
  visitor.member("engine_roots", e.engine_roots);
  visitor.member("affinity", e.affinity);
  visitor.member("meters", e.meters);
  visitor.member("calibration", e.calibration);
  visitor.member("workload", e.workload);
  visitor.member("generation", e.generation);
  visitor.member("protocol", e.protocol);
  visitor.member("margin", e.margin);
  visitor.member("origin", e.origin);
}

template <class T>
std::string dump(const T& value) {
  return json(value).dump(-1, ' ', false, json::error_handler_t::replace);
}

template <class T>
FromJson<T> parse(const std::string& text) {
  try {
    return json::parse(text).get<T>();
  } catch (const json::exception&) {
    return tl::unexpected<std::string>("a value in it is not what joulemark writes");
  }
}

}  // namespace
}  // namespace joulemark::store

// The library finds these by the types' own namespace.
namespace joulemark {

using nlohmann::json;

#define JOULEMARK_JSON_OF(Type, visit)                 \
  static void to_json(json& out, const Type& value) {  \
    store::Writer writer;                              \
    store::visit(writer, value);                       \
    out = std::move(writer.object);                    \
  }                                                    \
  static void from_json(const json& in, Type& value) { \
    in.get_ref<const json::object_t&>();               \
    store::Reader reader{in};                          \
    store::visit(reader, value);                       \
  }
JOULEMARK_JSON_OF(Protocol, visit_protocol)
JOULEMARK_JSON_OF(Factors, visit_factors)
JOULEMARK_JSON_OF(Generation, visit_generation)
JOULEMARK_JSON_OF(ModelSpec, visit_model)
JOULEMARK_JSON_OF(Experiment, visit_experiment)
#undef JOULEMARK_JSON_OF

}  // namespace joulemark

namespace joulemark::store {

std::string to_json(const Experiment& experiment) {
  return dump(experiment);
}
std::string to_json(const std::vector<int>& numbers) {
  return dump(numbers);
}
std::string to_json(const std::vector<std::string>& texts) {
  return dump(texts);
}
std::string to_json(const TextMap& map) {
  return dump(map);
}
std::string to_json(const TextPairs& pairs) {
  return dump(pairs);
}

FromJson<Experiment> experiment_from_json(const std::string& text) {
  return parse<Experiment>(text);
}
FromJson<std::vector<int>> numbers_from_json(const std::string& text) {
  if (text == "[]") return std::vector<int>();
  return parse<std::vector<int>>(text);
}
FromJson<std::vector<std::string>> texts_from_json(const std::string& text) {
  return parse<std::vector<std::string>>(text);
}
FromJson<TextMap> map_from_json(const std::string& text) {
  if (text == "{}") return TextMap();
  return parse<TextMap>(text);
}
FromJson<TextPairs> pairs_from_json(const std::string& text) {
  return parse<TextPairs>(text);
}

}  // namespace joulemark::store
