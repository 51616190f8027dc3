// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/board_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace joulemark::sensors {
namespace {

constexpr std::string_view kWord = "utilisation ";
constexpr std::string_view kTo = " to ";

std::optional<BoardLoad> load_in(const Series& series, std::int64_t t0_ns, std::int64_t t1_ns) {
  std::optional<BoardLoad> load;
  for (const Sample& sample : series.samples) {
    if (sample.t_ns < t0_ns || sample.t_ns > t1_ns) continue;
    if (!load) load = BoardLoad{sample.value, sample.value};
    load->least = std::min(load->least, sample.value);
    load->most = std::max(load->most, sample.value);
  }
  return load;
}

/// The number at the begin of `text`, which goes on behind it.
std::optional<double> take_number(std::string_view& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

}  // namespace

void note_load(std::vector<Energy>& energies, const std::vector<Series>& series, std::int64_t t0_ns,
               std::int64_t t1_ns) {
  for (Energy& energy : energies) {
    if (!energy.joules) continue;
    const auto line = std::find_if(series.begin(), series.end(), [&](const Series& each) {
      return each.name == energy.scope + " utilisation";
    });
    const auto load =
        line == series.end() ? std::optional<BoardLoad>() : load_in(*line, t0_ns, t1_ns);
    if (!load) continue;
    energy.detail += fmt::format("{}{}{:.0f}{}{:.0f} %", energy.detail.empty() ? "" : "; ", kWord,
                                 load->least, kTo, load->most);
  }
}

std::optional<BoardLoad> noted_load(const Energy& energy) {
  const auto at = energy.detail.rfind(kWord);
  if (at == std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view(energy.detail).substr(at + kWord.size());
  const auto least = take_number(rest);
  if (!least || !rest.starts_with(kTo)) return std::nullopt;
  rest.remove_prefix(kTo.size());
  const auto most = take_number(rest);
  if (!most) return std::nullopt;
  return BoardLoad{*least, *most};
}

}  // namespace joulemark::sensors
