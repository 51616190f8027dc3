// SPDX-License-Identifier: Apache-2.0
// One table of facts; a row that finds nothing is left out.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "host/host.h"
#include "host/kernel_file.h"
#include "host/machine.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;
using Fact = std::optional<std::string>;

Fact file_text(const fs::path& path) {
  const auto text = read_small(path);
  if (!text || text->empty()) return std::nullopt;
  return *text;
}

Fact of_cpuinfo(const fs::path& root, std::string_view key) {
  const auto text = read_small(root / "proc/cpuinfo");
  return text ? colon_value(*text, key) : std::nullopt;
}

Fact positive(int number) {
  if (number <= 0) return std::nullopt;
  return std::to_string(number);
}

Fact gibibytes(std::optional<std::int64_t> bytes) {
  if (!bytes) return std::nullopt;
  return fmt::format("{:.1f} GiB", static_cast<double>(*bytes) / (1 << 30));
}

fs::path cpu_folder(const fs::path& root) {
  return root / "sys/devices/system/cpu";
}

Fact caches(const fs::path& root) {
  std::vector<std::string> levels;
  for (const fs::path& cache : entries_of(cpu_folder(root) / "cpu0/cache", "index")) {
    const auto level = file_text(cache / "level");
    const auto size = file_text(cache / "size");
    const std::string type = file_text(cache / "type").value_or("");
    if (!level || !size) continue;
    levels.push_back(fmt::format("L{}{} {}", *level,
                                 type == "Data"          ? "d"
                                 : type == "Instruction" ? "i"
                                                         : "",
                                 *size));
  }
  if (levels.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(levels, ", "));
}

/// Those of the processor's instruction sets that decide how fast inference is.
Fact instruction_sets(const fs::path& root) {
  const auto flags = of_cpuinfo(root, "flags");
  if (!flags) return std::nullopt;
  std::vector<std::string> found;
  for (const char* name : {"avx2", "fma", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16",
                           "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16"})
    if ((" " + *flags + " ").find(fmt::format(" {} ", name)) != std::string::npos)
      found.emplace_back(name);
  if (found.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(found, " "));
}

Fact memory(const fs::path& root) {
  const auto text = read_small(root / "proc/meminfo");
  const auto bytes = text ? kibibyte_line(*text, "MemTotal:") : std::nullopt;
  return bytes ? gibibytes(*bytes) : std::nullopt;
}

Fact distribution(const fs::path& root) {
  const auto text = read_small(root / "etc/os-release");
  const auto name = text ? line_value(*text, "PRETTY_NAME=") : std::nullopt;
  if (!name) return std::nullopt;
  std::string_view value = *name;
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  return std::string(value);
}

Fact boost(const fs::path& root) {
  if (const auto on = file_text(cpu_folder(root) / "cpufreq/boost"))
    return *on == "1" ? "on" : "off";
  if (const auto off = file_text(cpu_folder(root) / "intel_pstate/no_turbo"))
    return *off == "0" ? "on" : "off";
  return std::nullopt;
}

Fact virtualisation(const fs::path& root) {
  if (!is_virtual_machine(root)) return "none";
  const auto product = file_text(root / "sys/class/dmi/id/product_name");
  return product ? "virtual machine (" + *product + ")" : "virtual machine";
}

Fact cpu_limit(const fs::path& root) {
  const auto cpus = read_cgroup_limits(root).cpus;
  if (!cpus) return std::nullopt;
  return fmt::format("{:.2f} CPUs", *cpus);
}

/// How many there are: the file `online` beside them lists their numbers, and says "0" of one node
/// as well as of none.
Fact numa_nodes(const fs::path& root) {
  constexpr std::string_view kPrefix = "node";
  const auto nodes = entries_of(root / "sys/devices/system/node", kPrefix);
  return positive(
      static_cast<int>(std::count_if(nodes.begin(), nodes.end(), [&](const fs::path& node) {
        return parse_number<int>(node.filename().string().substr(kPrefix.size())).has_value();
      })));
}

/// The largest limit that holds for a second or longer; empty where none is in force.
std::optional<double> power_limit(const fs::path& zone) {
  constexpr double kMicrowatt = 1e-6;
  std::optional<double> watts;
  if (file_text(zone / "enabled") == "0") return watts;
  for (const fs::path& name : entries_of(zone, "constraint_")) {
    const std::string file = name.filename().string();
    if (!file.ends_with("_name")) continue;
    const auto kind = file_text(name);
    if (kind != "long_term" && kind != "short_term") continue;
    const std::string number = file.substr(0, file.size() - std::string_view("name").size());
    const auto limit = read_number<double>(zone / (number + "power_limit_uw"));
    if (limit && *limit > 0) watts = std::max(watts.value_or(0), *limit * kMicrowatt);
  }
  return watts;
}

/// "package-0 253 W, package-1 253 W".
Fact power_limits(const fs::path& root) {
  std::vector<std::string> limits;
  for (const fs::path& zone : entries_of(root / "sys/class/powercap", "intel-rapl:")) {
    const auto name = file_text(zone / "name");
    if (!name || !name->starts_with("package-")) continue;
    if (const auto watts = power_limit(zone)) limits.push_back(power_limit_text(*name, *watts));
  }
  if (limits.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(limits, ", "));
}

struct FactRow {
  const char* name;
  Fact (*find)(const fs::path& root);
};

/// The one table of facts, in the order in which they are shown.
constexpr FactRow kFacts[] = {
    {kSimulatedMachineFact, [](const fs::path& r) { return simulated_machine(r); }},
    {"cpu", [](const fs::path& r) { return of_cpuinfo(r, "model name"); }},
    {"cpu family, model, stepping",
     [](const fs::path& r) -> Fact {
       const auto family = of_cpuinfo(r, "cpu family");
       const auto model = of_cpuinfo(r, "model");
       const auto stepping = of_cpuinfo(r, "stepping");
       if (!family || !model || !stepping) return std::nullopt;
       return fmt::format("{}, {}, {}", *family, *model, *stepping);
     }},
    {"microcode", [](const fs::path& r) { return of_cpuinfo(r, "microcode"); }},
    {"sockets", [](const fs::path& r) { return positive(read_processors(r).sockets); }},
    {"cores", [](const fs::path& r) { return positive(read_processors(r).cores); }},
    {"logical cpus", [](const fs::path& r) { return positive(read_processors(r).logical); }},
    {"smt", [](const fs::path& r) { return file_text(cpu_folder(r) / "smt/control"); }},
    {"caches", caches},
    {"instruction sets", instruction_sets},
    {"memory", memory},
    {"numa nodes", numa_nodes},
    {"virtualisation", virtualisation},
    {"cpu limit", cpu_limit},
    {"memory limit",
     [](const fs::path& r) { return gibibytes(read_cgroup_limits(r).memory_bytes); }},
    {"frequency driver",
     [](const fs::path& r) { return file_text(cpu_folder(r) / "cpu0/cpufreq/scaling_driver"); }},
    {"governor",
     [](const fs::path& r) { return file_text(cpu_folder(r) / "cpu0/cpufreq/scaling_governor"); }},
    {"boost", boost},
    {kPowerLimitsFact, power_limits},
    {"transparent huge pages",
     [](const fs::path& r) { return file_text(r / "sys/kernel/mm/transparent_hugepage/enabled"); }},
    {"kernel", [](const fs::path& r) { return file_text(r / "proc/sys/kernel/osrelease"); }},
    {"distribution", distribution},
    {"boot id", [](const fs::path& r) { return file_text(r / "proc/sys/kernel/random/boot_id"); }},
    {"joulemark", [](const fs::path&) { return Fact(JOULEMARK_VERSION); }},
};

/// FNV-1a, 64 bits (Fowler, Noll, Vo): a name for a set of facts, no protection.
class Digest {
 public:
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
    add_byte(0);
  }
  [[nodiscard]] std::string hex() const { return fmt::format("{:016x}", state_); }

 private:
  void add_byte(unsigned char byte) { state_ = (state_ ^ byte) * 1099511628211ULL; }
  std::uint64_t state_ = 14695981039346656037ULL;
};

std::string key_of(const HostFingerprint& host) {
  Digest digest;
  for (const auto& [name, value] : host.facts) {
    digest.add(name);
    digest.add(value);
  }
  return digest.hex();
}

}  // namespace

HostFingerprint fingerprint(const fs::path& root) {
  HostFingerprint host;
  for (const FactRow& row : kFacts)
    if (const Fact value = row.find(root)) host.facts.emplace_back(row.name, *value);
  host.key = key_of(host);
  return host;
}

void add_facts(HostFingerprint& host, const Facts& facts) {
  for (const auto& added : facts) {
    const auto known = std::find_if(host.facts.begin(), host.facts.end(),
                                    [&](const auto& fact) { return fact.first == added.first; });
    if (known == host.facts.end())
      host.facts.push_back(added);
    else
      known->second += ", " + added.second;
  }
  host.key = key_of(host);
}

std::string power_limit_text(const std::string& scope, double watts) {
  return fmt::format("{} {:.4g} W", scope, watts);
}

}  // namespace joulemark::host
