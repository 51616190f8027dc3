// SPDX-License-Identifier: Apache-2.0
// TOML → Machine with the first complaint at its place, then what only the whole can tell.
#include "sim/machine_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <set>
#include <variant>

#include "base/file.h"
#include "base/suggest.h"
#include "sim/boards.h"
#include "sim/kinds.h"

namespace joulemark::sim {
namespace {

constexpr std::uintmax_t kMostBytes = 1 << 20;
constexpr std::size_t kMostParts = 500;
constexpr std::size_t kMostText = 1 << 16;
constexpr double kMostProcessors = 1024;

struct Key {
  const char* name;
  std::variant<std::string Part::*, double Part::*, std::uint64_t Part::*> target;
  double min = 0;
  double max = 0;
};

const std::vector<Key>& part_keys() {
  static const std::vector<Key> table = {
      {"at", &Part::at},
      {"shows", &Part::shows},
      {"name", &Part::name},
      {"label", &Part::label},
      {"text", &Part::text},
      {"mode", &Part::mode, 0, 0777},
      {"unit", &Part::unit, 1e-9, 1e6},
      {"driver_unit_j", &Part::driver_unit_j, 1e-9, 1e6},
      {"period_s", &Part::period_s, 1e-4, 3600},
      {"phase_s", &Part::phase_s, 0, 3600},
      {"average_s", &Part::average_s, 0, 3600},
      {"volts", &Part::volts, 0.1, 1000},
      {"capacity_wh", &Part::capacity_wh, 0.1, 1e6},
      {"first_raw", &Part::first_raw, 0, 4294967295.0},
      {"visible_s", &Part::visible_s, 1e-4, 3600},
      {"usage_s", &Part::usage_s, 1e-4, 3600},
      {"latency_s", &Part::latency_s, 0, 60},
      {"lost_s", &Part::lost_s, 0, 1e7},
      {"reset_s", &Part::reset_s, 0, 1e7},
      {"lacks", &Part::lacks},
      {"instances", &Part::instances, 0, 1},
      {"process", &Part::process, 0, 4194304},
      {"login", &Part::login},
  };
  return table;
}

/// Reads tables key by key and keeps the first complaint.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  void complain(const toml::source_region& where, const std::string& what) {
    if (complaint_.empty())
      complaint_ = fmt::format("{}:{}:{}: {}", file_, where.begin.line, where.begin.column, what);
  }

  void read(const toml::key& key, const toml::node& node, std::string& value) {
    const auto text = node.value_exact<std::string>();
    if (!text || text->size() > kMostText)
      return complain(node.source(), fmt::format("'{}' must be a text", key.str()));
    value = *text;
  }

  /// A number from `min` to `max`.
  template <class T>
  void read(const toml::key& key, const toml::node& node, T& value,
            std::pair<double, double> bounds) {
    const auto number =
        std::is_integral_v<T> && !node.is_integer() ? std::nullopt : node.value<double>();
    if (!number || !(*number >= bounds.first && *number <= bounds.second))
      return complain(node.source(), fmt::format("'{}' must be {} from {} to {}", key.str(),
                                                 std::is_integral_v<T> ? "an integer" : "a number",
                                                 bounds.first, bounds.second));
    value = static_cast<T>(*number);
  }

  void read(const toml::key& key, const toml::node& node, std::vector<std::string>& values) {
    const toml::array* array = node.as_array();
    if (array == nullptr || array->size() > kMostParts)
      return complain(node.source(), fmt::format("'{}' must be a list of texts", key.str()));
    for (const toml::node& each : *array) read(key, each, values.emplace_back());
  }

  void unknown(const toml::key& key, const std::vector<std::string>& known) {
    complain(key.source(),
             fmt::format("unknown key '{}'{}", key.str(), did_you_mean(key.str(), known)));
  }

  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  std::string file_;
  std::string complaint_;
};

void read_power(Reader& reader, const toml::node& node, Power& power) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return reader.complain(node.source(), "a scope must be a table");
  for (const auto& [key, value] : *table) {
    if (key == "idle_w")
      reader.read(key, value, power.idle_w, {0, 1e6});
    else if (key == "share")
      reader.read(key, value, power.share, {0, 1000});
    else
      reader.unknown(key, {"idle_w", "share"});
  }
}

void read_scopes(Reader& reader, const toml::node& node, Machine& machine) {
  const toml::table* table = node.as_table();
  if (table == nullptr || table->size() > kMostParts)
    return reader.complain(node.source(), "'scope' must be a table of scopes: [scope.package-0]");
  for (const auto& [key, value] : *table)
    read_power(reader, value, machine.scopes[std::string(key.str())]);
}

void read_processors(Reader& reader, const toml::node& node, Processors& processors) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return reader.complain(node.source(), "'processors' must be a table");
  for (const auto& [key, value] : *table) {
    if (key == "count")
      reader.read(key, value, processors.count, {1, kMostProcessors});
    else if (key == "sockets")
      reader.read(key, value, processors.sockets, {1, kMostProcessors});
    else if (key == "dies")
      reader.read(key, value, processors.dies, {1, kMostProcessors});
    else if (key == "model")
      reader.read(key, value, processors.model);
    else if (key == "flags")
      reader.read(key, value, processors.flags);
    else
      reader.unknown(key, {"count", "sockets", "dies", "model", "flags"});
  }
  const std::uint64_t dies = processors.sockets * processors.dies;
  if (processors.count % dies != 0)
    reader.complain(node.source(), "'count' must be a multiple of sockets × dies");
}

void read_value(Reader& reader, const toml::key& key, const toml::node& node, Part& part) {
  const auto& keys = part_keys();
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const Key& each) { return key.str() == each.name; });
  std::visit(
      [&](auto member) {
        if constexpr (std::is_same_v<decltype(member), std::string Part::*>)
          reader.read(key, node, part.*member);
        else
          reader.read(key, node, part.*member, {found->min, found->max});
      },
      found->target);
}

void read_part(Reader& reader, const toml::node& node, Part& part) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return reader.complain(node.source(), "'part' must be a list of tables");
  part.kind = table->get_as<std::string>("kind") ? **table->get_as<std::string>("kind") : "";
  const Kind* kind = find_kind(part.kind);
  std::vector<std::string> names;
  for (const Kind& each : kinds()) names.emplace_back(each.name);
  if (kind == nullptr)
    return reader.complain(node.source(),
                           fmt::format("'kind' must be one of {}{}", fmt::join(names, ", "),
                                       did_you_mean(part.kind, names)));
  std::vector<std::string> known = kind->required;
  known.insert(known.end(), kind->optional.begin(), kind->optional.end());
  for (const auto& [key, value] : *table) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end())
      read_value(reader, key, value, part);
    else if (key != "kind")
      reader.unknown(key, known);
  }
  for (const std::string& key : kind->required)
    if (!table->contains(key))
      reader.complain(node.source(), fmt::format("a {} needs '{}'", part.kind, key));
  if (!reader.complaint().empty()) return;
  if (const std::string why = kind->objection(part); !why.empty())
    reader.complain(node.source(), why);
}

void read_parts(Reader& reader, const toml::node& node, Machine& machine) {
  const toml::array* array = node.as_array();
  if (array == nullptr || array->size() > kMostParts)
    return reader.complain(
        node.source(),
        fmt::format("'part' must be a list of {} tables at most: [[part]]", kMostParts));
  std::set<std::pair<std::string, std::string>> seen;
  for (const toml::node& each : *array) {
    Part& part = machine.parts.emplace_back();
    read_part(reader, each, part);
    if (!seen.emplace(part.kind, part.at).second)
      reader.complain(each.source(), fmt::format("there are two at '{}'", part.at));
    if (!part.shows.empty() && !machine.scopes.contains(part.shows))
      reader.complain(each.source(), fmt::format("no [scope.{}] tells what it shows", part.shows));
  }
}

void read_load(Reader& reader, const toml::key& key, const toml::node& node, Machine& machine) {
  std::string text;
  reader.read(key, node, text);
  if (!reader.complaint().empty()) return;
  if (auto load = Waveform::parse(text))
    machine.load = *std::move(load);
  else
    reader.complain(node.source(), load.error().message);
}

void read_machine(Reader& reader, const toml::table& document, Machine& machine) {
  // Parts name scopes, so those come first wherever they stand.
  if (const toml::node* scopes = document.get("scope")) read_scopes(reader, *scopes, machine);
  for (const auto& [key, node] : document) {
    if (key == "name")
      reader.read(key, node, machine.name);
    else if (key == "what")
      reader.read(key, node, machine.what);
    else if (key == "load")
      read_load(reader, key, node, machine);
    else if (key == "processors")
      read_processors(reader, node, machine.processors);
    else if (key == "total")
      reader.read(key, node, machine.total);
    else if (key == "part")
      read_parts(reader, node, machine);
    else if (key != "scope")
      reader.unknown(key, {"name", "what", "load", "processors", "scope", "total", "part"});
  }
  if (const std::string why = board_objection(machine); !why.empty())
    reader.complain(document.source(), why);
  for (const std::string& scope : machine.total)
    if (!machine.scopes.contains(scope))
      reader.complain(document.source(), fmt::format("'total' has '{}', which is no scope", scope));
  if (machine.name.empty()) reader.complain(document.source(), "'name' is missing");
}

}  // namespace

Result<Machine> parse_machine(std::string_view toml, const std::string& file) {
  Reader reader(file);
  Machine machine;
  try {
    read_machine(reader, toml::parse(toml), machine);
  } catch (const toml::parse_error& error) {
    reader.complain(error.source(), std::string(error.description()));
  } catch (const std::exception& error) {
    reader.complain({}, fmt::format("cannot be read: {}", error.what()));
  }
  if (!reader.complaint().empty()) return fail(ErrorKind::kUsage, reader.complaint());
  return machine;
}

std::vector<std::string> machine_names() {
  std::vector<std::string> names;
  for (const EmbeddedMachine& machine : embedded_machines()) names.emplace_back(machine.name);
  return names;
}

Result<Machine> load_machine(const std::string& name) {
  if (name.ends_with(".toml")) {
    const auto text = read_file(name, kMostBytes);
    if (!text) return fail(text.error());
    return parse_machine(*text, name);
  }
  for (const EmbeddedMachine& machine : embedded_machines())
    if (name == machine.name) return parse_machine(machine.toml, name + ".toml");
  const auto names = machine_names();
  return fail(ErrorKind::kUsage,
              fmt::format("there is no simulated machine '{}'{}; there are {}, and files that end "
                          "in '.toml'",
                          name, did_you_mean(name, names), fmt::join(names, ", ")));
}

}  // namespace joulemark::sim
