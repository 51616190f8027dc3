// SPDX-License-Identifier: Apache-2.0
// Files of simulated machines, and the waveforms in them: the first byte chooses.
#include "sim/machine_file.h"

#include <cmath>
#include <cstdlib>
#include <string_view>

#include "sim/kinds.h"
#include "target.h"

namespace {

using namespace joulemark;       // NOLINT(google-build-using-namespace)
using namespace joulemark::sim;  // NOLINT(google-build-using-namespace)

void expect(bool holds) {
  if (!holds) std::abort();
}

/// A power is finite and no less than 0, and energy only grows.
void expect_sound(const Waveform& wave) {
  double last_j = 0;
  for (const double at_s : {0.0, 1e-9, 0.1, 1.0, 60.0, 86'400.0}) {
    const double joules = wave.integral(0, at_s);
    expect(std::isfinite(wave.watts(at_s)) && wave.watts(at_s) >= 0);
    expect(std::isfinite(joules) && joules >= last_j * (1 - 1e-9) - 1e-9);
    last_j = joules;
  }
}

void read_machine(std::string_view text) {
  const auto machine = parse_machine(text, "fuzz.toml");
  if (!machine) return expect(!machine.error().message.empty());
  expect_sound(machine->load);
  for (const std::string& scope : machine->total) expect(machine->scopes.contains(scope));
  for (const Part& part : machine->parts) {
    expect(!part.kind.empty() && !part.at.empty());
    expect(part.shows.empty() || machine->scopes.contains(part.shows));
    expect(part.at.front() != '/' && part.at.find("../") == std::string::npos);
    expect(std::isfinite(part.unit) && part.unit >= 0 && part.period_s >= 0);
    expect(part.latency_s >= 0 && part.latency_s <= 60 && part.instances <= 1);
    // Both become lines of a driver's scenario.
    if (find_kind(part.kind)->driver != nullptr)
      expect((part.name + part.lacks).find('\n') == std::string::npos);
    if (part.kind == "file" || part.kind == "link") expect(!part.at.starts_with("sim/"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'w') {
    const auto wave = Waveform::parse(text);
    if (wave)
      expect_sound(*wave);
    else
      expect(!wave.error().message.empty());
  } else {
    read_machine(text);
  }
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {"wconstant 65 start=1 idle=3",
          "wsquare watts=90 period=0.5 duty=0.3 phase=0.1 start=1 idle=2",
          "wpoisson watts=65 rate=10 busy=0.04 seed=1 start=0 idle=5",
          "wburst watts=10 start=1 duration=2 idle=1",
          "wramp from=1 to=90 start=1 duration=2",
          R"(mname = "m"
what = "w"
load = "constant 5"
total = ["package-0"]
[processors]
count = 4
sockets = 2
model = "x"
[scope.package-0]
idle_w = 6.5
share = 1.0
[[part]]
kind = "powercap"
at = "intel-rapl:0"
name = "package-0"
shows = "package-0"
unit = 6.103515625e-05
period_s = 0.000976
first_raw = 7
[[part]]
kind = "link"
at = "sys/class/powercap/intel-rapl:1"
text = "../../devices/x"
)",
          R"(mname = "r"
scope.a = {idle_w = 1}
[[part]]
kind = "ina3221"
at = "hwmon3/in1"
label = "VDD_IN"
shows = "a"
unit = 0.152
volts = 19.0
mode = 0o400
[[part]]
kind = "perf"
at = "energy-pkg-cpu0"
shows = "a"
unit = 6e-5
)",
          R"(mname = "g"
scope.a = {idle_w = 1}
[[part]]
kind = "nvml"
at = "0"
name = "H100"
shows = "a"
period_s = 0.1
visible_s = 0.025
lost_s = 9
lacks = "field_185 field_186"
[[part]]
kind = "nvml"
at = "1"
name = "H100"
shows = "a"
period_s = 0.1
instances = 1
process = 77
[[part]]
kind = "shelly"
at = "plug"
shows = "a"
unit = 0.1
period_s = 1
average_s = 1
login = "a:b"
latency_s = 0.1
)"};
}
