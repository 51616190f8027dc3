// SPDX-License-Identifier: Apache-2.0
// Chips: the kernel's Documentation/hwmon (acpi_power_meter, amd_energy, ina3221, sysfs-interface)
// and the i915 and xe drivers. Rails of Jetson modules: NVIDIA's module documentation.
#include "sensors/kernel/hwmon_chips.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "host/kernel_file.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

/// One chip: its folder, its name, and its number among those of its name.
struct Chip {
  fs::path folder;
  std::string name;
  int number = 0;
};

/// A label and the domain it stands for.
struct Label {
  const char* text;
  const char* scope;
  Domain domain;
};

/// Of acpi_power_meter on Grace: "Grace Power Socket 1".
constexpr Label kOemLabels[] = {{"Module Power Socket ", "module", Domain::kModule},
                                {"Grace Power Socket ", "package", Domain::kPackage},
                                {"CPU Power Socket ", "core", Domain::kCore},
                                {"SysIO Power Socket ", "uncore", Domain::kUncore}};

/// Of ina3221 on Jetson modules. The first feeds the whole module where it is there; the others
/// make it up where it is not.
constexpr Label kRails[] = {{"VDD_IN", "module", Domain::kModule},
                            {"POM_5V_IN", "module", Domain::kModule},
                            {"VDD_GPU_SOC", "", Domain::kRail},
                            {"VDD_CPU_CV", "", Domain::kRail},
                            {"VIN_SYS_5V0", "", Domain::kRail},
                            {"GPU", "", Domain::kRail},
                            {"CPU", "", Domain::kRail},
                            {"SOC", "", Domain::kRail},
                            {"CV", "", Domain::kRail},
                            {"VDDRQ", "", Domain::kRail},
                            {"SYS5V", "", Domain::kRail}};

/// acpi_power_meter's own default where the chip does not tell.
constexpr double kUsualAverageS = 0.05;

/// Labels and names are longer in no driver.
constexpr std::size_t kLongestText = 40;
/// Chips average over a minute at most.
constexpr double kLongestIntervalMs = 60'000;

std::string text_of(const fs::path& file) {
  return host::read_small(file).value_or("").substr(0, kLongestText);
}

/// The milliseconds that a file tells, as seconds; empty where they can be no interval.
std::optional<double> interval_s(const fs::path& file) {
  const auto told_ms = host::read_number<double>(file);
  if (!told_ms || !(*told_ms > 0 && *told_ms <= kLongestIntervalMs)) return std::nullopt;
  return *told_ms * 1e-3;
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

HwmonChannel unknown(const Chip& chip, const std::string& channel, ChannelKind kind) {
  const std::string label = text_of(chip.folder / (channel + "_label"));
  return {.file = chip.folder / (channel + "_input"),
          .second = {},
          .kind = kind,
          .scope = {.scope = fmt::format("{}{} {}", chip.name, chip.number,
                                         label.empty() ? channel : label),
                    .domain = Domain::kOther,
                    .device = ""}};
}

/// The power of a Grace socket or part of one, averaged by firmware. The driver's files lie at the
/// chip's device.
void add_power_meter(const Chip& chip, std::vector<HwmonChannel>& channels) {
  const fs::path device = chip.folder / "device";
  const fs::path folder = is_there(device / "power1_average") ? device : chip.folder;
  HwmonChannel channel = unknown(chip, "power1", ChannelKind::kPower);
  channel.file = folder / "power1_average";
  channel.average_s = interval_s(folder / "power1_average_interval").value_or(kUsualAverageS);
  channel.update_s = channel.average_s;
  const std::string label = text_of(device / "power1_oem_info");
  const std::string oem = label.empty() ? text_of(chip.folder / "power1_oem_info") : label;
  for (const Label& known : kOemLabels) {
    if (!oem.starts_with(known.text)) continue;
    const std::string socket = oem.substr(std::string(known.text).size());
    if (!host::parse_number<unsigned>(socket)) continue;
    channel.scope = {fmt::format("{}-{}", known.scope, socket), known.domain, socket};
  }
  channels.push_back(std::move(channel));
}

/// Sockets are "Esocket0"; cores are shown once for each of their threads, and lie in them.
void add_amd_energy(const Chip& chip, std::vector<HwmonChannel>& channels) {
  constexpr std::string_view kSocket = "Esocket";
  constexpr std::string_view kLabel = "_label";
  for (const fs::path& file : host::entries_of(chip.folder, "energy")) {
    std::string channel = file.filename().string();
    const std::string label = channel.ends_with(kLabel) ? text_of(file) : "";
    if (!label.starts_with(kSocket)) continue;
    channel.resize(channel.size() - kLabel.size());
    HwmonChannel found = unknown(chip, channel, ChannelKind::kEnergy);
    const std::string socket = label.substr(kSocket.size());
    if (!host::parse_number<unsigned>(socket)) continue;
    found.scope = {"package-" + socket, Domain::kPackage, socket};
    channels.push_back(std::move(found));
  }
}

/// The PCI address of what the chip sits on; "" where it is no PCI device.
std::string pci_address(const Chip& chip) {
  std::error_code error;
  const std::string name = fs::canonical(chip.folder / "device", error).filename().string();
  const bool is_address = name.size() >= 12 && name[4] == ':' && name[7] == ':';
  return error || !is_address ? "" : name;
}

void add_intel_gpu(const Chip& chip, std::vector<HwmonChannel>& channels) {
  HwmonChannel channel = unknown(chip, "energy1", ChannelKind::kEnergy);
  const std::string number = std::to_string(chip.number);
  const std::string address = pci_address(chip);
  channel.scope = {fmt::format("{}-gpu-{}", chip.name, number), Domain::kGpu,
                   address.empty() ? fmt::format("{}-{}", chip.name, number) : address};
  if (is_there(channel.file)) channels.push_back(std::move(channel));
}

/// There is one module; each of its rails is a device of its own on it.
ScopeInfo scope_of_rail(const Label& rail) {
  if (rail.domain == Domain::kModule) return {rail.scope, rail.domain, "0"};
  return {rail.text, rail.domain, fmt::format("0-{}", rail.text)};
}

ScopeInfo scope_of_label(const std::string& label, ScopeInfo otherwise) {
  for (const Label& known : kRails)
    if (label == known.text) return scope_of_rail(known);
  return otherwise;
}

/// The converter's steps (data sheet SBOS576): 8 mV of the bus, 40 µV of the shunt.
constexpr double kBusStepMv = 8;
constexpr double kShuntStepUv = 40;
/// Of a shunt whose driver does not tell, micro-ohms.
constexpr double kUsualShunt = 5000;

double shunt_step_ma(const Chip& chip, int channel) {
  const auto told =
      host::read_number<double>(chip.folder / fmt::format("shunt{}_resistor", channel));
  return kShuntStepUv * 1e3 / (told && *told > 0 ? *told : kUsualShunt);
}

/// Channels 4 to 6 are the same shunts again, 7 their sum.
void add_ina3221(const Chip& chip, std::vector<HwmonChannel>& channels) {
  const double update_s = interval_s(chip.folder / "update_interval").value_or(0);
  for (int i = 1; i <= 3; ++i) {
    const std::string label = text_of(chip.folder / fmt::format("in{}_label", i));
    if (label.empty()) continue;
    HwmonChannel channel = unknown(chip, fmt::format("in{}", i), ChannelKind::kProduct);
    channel.second = chip.folder / fmt::format("curr{}_input", i);
    channel.step = kBusStepMv;
    channel.second_step = shunt_step_ma(chip, i);
    channel.average_s = channel.update_s = update_s;
    channel.scope = scope_of_label(label, channel.scope);
    channels.push_back(std::move(channel));
  }
}

/// Before L4T 34 the same chips are devices of the industrial I/O subsystem.
void add_industrial_io(const fs::path& root, std::vector<HwmonChannel>& channels) {
  for (const fs::path& bus : host::entries_of(root / "sys/bus/i2c/drivers/ina3221x", ""))
    for (const fs::path& device : host::entries_of(bus, "iio:device"))
      for (int i = 0; i < 3; ++i) {
        const std::string label = text_of(device / fmt::format("rail_name_{}", i));
        if (label.empty()) continue;
        channels.push_back(
            {.file = device / fmt::format("in_power{}_input", i),
             .second = {},
             .kind = ChannelKind::kMilliwatts,
             .scope = scope_of_label(label, {"ina3221x " + label, Domain::kOther, ""}),
             .update_s = 0});
      }
}

struct ChipRow {
  const char* name;
  void (*add)(const Chip& chip, std::vector<HwmonChannel>& channels);
};

constexpr ChipRow kChips[] = {{"power_meter", add_power_meter},
                              {"amd_energy", add_amd_energy},
                              {"i915", add_intel_gpu},
                              {"xe", add_intel_gpu},
                              {"ina3221", add_ina3221}};

/// Channels of a chip that nobody has described.
void add_unknown(const Chip& chip, std::vector<HwmonChannel>& channels) {
  for (int i = 1; i <= 3; ++i) {
    if (is_there(chip.folder / fmt::format("energy{}_input", i)))
      channels.push_back(unknown(chip, fmt::format("energy{}", i), ChannelKind::kEnergy));
    if (is_there(chip.folder / fmt::format("power{}_input", i)))
      channels.push_back(unknown(chip, fmt::format("power{}", i), ChannelKind::kPower));
  }
}

void add_channels(const Chip& chip, std::vector<HwmonChannel>& channels) {
  for (const ChipRow& row : kChips)
    if (chip.name == row.name) return row.add(chip, channels);
  add_unknown(chip, channels);
}

}  // namespace

std::vector<HwmonChannel> list_channels(const fs::path& root) {
  std::vector<HwmonChannel> channels;
  std::vector<Chip> chips;
  for (const fs::path& folder : host::entries_of(root / "sys/class/hwmon", "hwmon")) {
    Chip chip{.folder = folder, .name = text_of(folder / "name")};
    // Drivers of the older kind, acpi_power_meter among them, say it at their device.
    if (chip.name.empty()) chip.name = text_of(folder / "device/name");
    chip.number = static_cast<int>(std::count_if(
        chips.begin(), chips.end(), [&](const Chip& other) { return other.name == chip.name; }));
    add_channels(chip, channels);
    chips.push_back(std::move(chip));
  }
  add_industrial_io(root, channels);
  return channels;
}

}  // namespace joulemark::sensors
