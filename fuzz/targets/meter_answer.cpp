// SPDX-License-Identifier: Apache-2.0
// What meters and management controllers answer, and how meters are named: the first byte chooses.
#include "sensors/meters/meter_answer.h"

#include <cmath>
#include <cstdlib>
#include <string_view>

#include "base/meter_address.h"
#include "sensors/meters/ipmi.h"
#include "sensors/meters/ptdaemon_meter.h"
#include "target.h"

namespace {

using namespace joulemark;           // NOLINT(google-build-using-namespace)
using namespace joulemark::sensors;  // NOLINT(google-build-using-namespace)

void expect(bool holds) {
  if (!holds) std::abort();
}

/// A power is one, or there is a reason.
void expect_sound(const MeterWatts& watts) {
  if (watts)
    expect(std::isfinite(*watts) && *watts >= 0 && *watts <= kMostMeterWatts);
  else
    expect(!watts.error().reason.empty() && !watts.error().detail.empty());
}

/// What is accepted is read back, and its host cannot lead elsewhere.
void read_address(std::string_view text) {
  const auto address = parse_meter_address(text);
  if (!address) return;
  expect(parse_meter_address(to_string(*address)) == *address);
  expect(address->host.find_first_of("@/?#\\ \r\n") == std::string::npos);
}

MeterAddress of(MeterKind kind, std::optional<int> outlet) {
  return {.kind = kind,
          .transport = MeterAddress::Transport::kPlain,
          .host = "h",
          .port = 80,
          .outlet = outlet};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'a':
      read_address(text);
      break;
    case 'n':
      expect_sound(watts_in_answer(of(MeterKind::kNetio, 1), text));
      break;
    case 's':
      expect_sound(watts_in_answer(of(MeterKind::kShelly, 0), text));
      expect_sound(watts_in_answer(of(MeterKind::kShellyGen1, 0), text));
      break;
    case 't':
      expect_sound(watts_in_answer(of(MeterKind::kTasmota, std::nullopt), text));
      expect_sound(watts_in_answer(of(MeterKind::kTasmota, 2), text));
      break;
    case 'p':
      expect_sound(watts_in_sample(of(MeterKind::kPtdaemon, std::nullopt), text));
      break;
    case 'i':
      if (const auto power = parse_power_reading({data + 1, size - 1})) expect(power->watts >= 0);
      break;
    default:
      break;
  }
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const char reading[] =
      "i\x00\xdc\x2c\x01\x04\x00\xf4\x01\xfa\x00\x11\x22\x33\x44\xe8\x03\x00\x00";
  return {"anetio+https://[fe80::1]:81/4",
          "aptd://analyser:8888",
          R"(n{"Outputs": [{"ID": 1, "Load": 212, "Energy": 17}, {"ID": 2}]})",
          R"(s{"id":0,"apower":68.4,"power":3,"is_valid":true})",
          R"(t{"StatusSNS":{"ENERGY":{"Total":3.185,"Power":[99, 20.5]}}})",
          "pTime,12-28-2020 15:21:14.682,Watts,22.950000,Volts,228.5,Mark,x",
          std::string(reading, sizeof reading - 1) + "\x40"};
}
