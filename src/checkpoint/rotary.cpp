// SPDX-License-Identifier: Apache-2.0
// One function for each kind of scaling.
#include "checkpoint/rotary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace joulemark::checkpoint {
namespace {

constexpr double kDefaultBase = 10000;
constexpr std::int64_t kMostHeadNumbers = 1 << 16;

/// What all kinds read.
struct Parameters {
  const ConfigJson& config;  ///< of the whole model
  ConfigJson own;            ///< the object with the parameters
  std::int64_t max_positions;
  double base;
  std::int64_t dims;

  [[nodiscard]] double trained() const {
    if (const auto top = config.count({"original_max_position_embeddings"}))
      return static_cast<double>(*top);
    return static_cast<double>(own.count({"original_max_position_embeddings"}, max_positions));
  }
  /// By default the growth over what the model was trained with.
  [[nodiscard]] double factor() const {
    return own.has("factor") ? own.positive("factor")
                             : static_cast<double>(max_positions) / trained();
  }
};

float exponent(std::size_t i, std::int64_t dims) {
  return static_cast<float>(2 * i) / static_cast<float>(dims);
}

std::vector<float> plain(const Parameters& from) {
  std::vector<float> frequencies(static_cast<std::size_t>(from.dims + 1) / 2);
  for (std::size_t i = 0; i < frequencies.size(); ++i)
    frequencies[i] = 1.0F / std::pow(static_cast<float>(from.base), exponent(i, from.dims));
  return frequencies;
}

void linear(const Parameters& from, Rotary& rotary) {
  for (float& frequency : rotary.frequencies)
    frequency /= static_cast<float>(from.own.positive("factor"));
}

void dynamic(const Parameters& from, Rotary& rotary) {
  if (from.dims <= 2) from.own.refuse("factor", "which the dynamic kind cannot use with 2 numbers");
  rotary.scaling.kind = RotaryScaling::Kind::kDynamic;
  rotary.scaling.factor = from.own.positive("factor");
  rotary.scaling.trained = from.max_positions;
}

void llama3(const Parameters& from, Rotary& rotary) {
  const double low = from.own.positive("low_freq_factor");
  const double high = from.own.positive("high_freq_factor");
  if (high <= low) from.own.refuse("high_freq_factor", "which must exceed low_freq_factor");
  const double trained = from.trained();
  const double factor = from.own.positive("factor");
  for (float& frequency : rotary.frequencies) {
    const double wavelength = 2 * std::numbers::pi / frequency;
    if (wavelength < trained / high) continue;
    const double scaled = frequency / factor;
    const double smooth = (trained / wavelength - low) / (high - low);
    const double mixed = (1 - smooth) * scaled + smooth * frequency;
    frequency = static_cast<float>(wavelength > trained / low ? scaled : mixed);
  }
}

double yarn_amplitude(const Parameters& from, double factor) {
  const auto given = from.own.number({"attention_factor"});
  if (given) return *given;
  const auto scale = [factor](double strength) {
    return factor <= 1 ? 1.0 : 0.1 * strength * std::log(factor) + 1;
  };
  const double mscale = from.own.number({"mscale"}, 0);
  const double all = from.own.number({"mscale_all_dim"}, 0);
  return mscale != 0 && all != 0 ? scale(mscale) / scale(all) : scale(1);
}

void yarn(const Parameters& from, Rotary& rotary) {
  const double factor = from.factor();
  const auto dims = static_cast<double>(from.dims);
  const auto place = [&](double turns) {
    return dims * std::log(from.trained() / (turns * 2 * std::numbers::pi)) /
           (2 * std::log(from.base));
  };
  const auto or_else = [&](const char* key, double otherwise) {
    const double value = from.own.number({key}, 0);
    return value == 0 ? otherwise : value;
  };
  double low = place(or_else("beta_fast", 32));
  double high = place(or_else("beta_slow", 1));
  if (from.own.flag("truncate", true)) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, dims - 1);
  if (low == high) high += 0.001;
  for (std::size_t i = 0; i < rotary.frequencies.size(); ++i) {
    const double ramp = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
    const double whole = rotary.frequencies[i];
    rotary.frequencies[i] = static_cast<float>(whole / factor * ramp + whole * (1 - ramp));
  }
  rotary.amplitude = yarn_amplitude(from, factor);
}

void longrope(const Parameters& from, Rotary& rotary) {
  const auto divided = [&](const char* key) {
    const std::vector<double> by = from.own.numbers(key);
    std::vector<float> frequencies = plain(from);
    if (by.size() != frequencies.size())
      from.own.refuse(key, fmt::format("which must hold {} numbers", frequencies.size()));
    for (std::size_t i = 0; i < std::min(by.size(), frequencies.size()); ++i)
      frequencies[i] = 1.0F / (static_cast<float>(by[i]) / frequencies[i]);
    return frequencies;
  };
  rotary.frequencies = divided("short_factor");
  rotary.scaling.kind = RotaryScaling::Kind::kSwitched;
  rotary.scaling.long_frequencies = divided("long_factor");
  rotary.scaling.trained = static_cast<std::int64_t>(from.trained());
  const double factor = from.factor();
  const auto given = from.own.number({"attention_factor"});
  rotary.amplitude =
      given ? *given
            : (factor <= 1 ? 1 : std::sqrt(1 + std::log(factor) / std::log(from.trained())));
}

struct Kind {
  const char* name;
  void (*apply)(const Parameters&, Rotary&);
};
constexpr Kind kKinds[] = {{"linear", linear},
                           {"dynamic", dynamic},
                           {"llama3", llama3},
                           {"yarn", yarn},
                           {"longrope", longrope}};

/// The object with the parameters, if there is one: `rope_scaling` replaces `rope_parameters`.
std::optional<ConfigJson> parameters_of(const ConfigJson& config) {
  if (auto old = config.object("rope_scaling"); old && !old->is_empty()) return old;
  return config.object("rope_parameters");
}

/// Numbers of a head that are rotated.
std::int64_t rotated(const ConfigJson& config, const std::optional<ConfigJson>& own,
                     const RotaryKeys& keys) {
  double fraction = keys.fraction_otherwise;
  if (keys.fraction != nullptr) fraction = config.number({keys.fraction}, fraction);
  if (own) fraction = own->number({"partial_rotary_factor"}, fraction);
  if (keys.fraction == nullptr && fraction != 1)
    own->refuse("partial_rotary_factor", "which this architecture does not have");
  const double wanted = static_cast<double>(keys.head_size) * fraction;
  const bool fits = wanted >= 1 && fraction <= 1 && keys.head_size <= kMostHeadNumbers;
  const auto dims = fits ? static_cast<std::int64_t>(wanted) : 0;
  const bool odd = dims % 2 != 0 && keys.odd == RotaryKeys::Odd::kRefused;
  if (fits && dims + dims % 2 <= keys.head_size && !odd) return dims;
  const bool inside = own && own->has("partial_rotary_factor");
  const char* key = keys.fraction != nullptr ? keys.fraction : "head_dim";
  (inside ? *own : config)
      .refuse(inside ? "partial_rotary_factor" : key,
              fmt::format("which would rotate {} of {} numbers of a head; an even number of at "
                          "least 2 is supported",
                          wanted, keys.head_size));
  return 2;
}

void check_finite(const ConfigJson& own, const Rotary& rotary) {
  const auto finite = [](float value) { return std::isfinite(value); };
  const std::vector<float>& later = rotary.scaling.long_frequencies;
  if (std::all_of(rotary.frequencies.begin(), rotary.frequencies.end(), finite) &&
      std::all_of(later.begin(), later.end(), finite) && std::isfinite(rotary.amplitude))
    return;
  own.refuse("rope_type", "with numbers that give no finite frequencies");
}

}  // namespace

Rotary read_rotary(const ConfigJson& config, const RotaryKeys& keys) {
  const auto object = parameters_of(config);
  double base = config.number({keys.base}, kDefaultBase);
  if (object) base = object->number({"rope_theta"}, base);
  if (base <= 0) config.refuse(keys.base, "which must be positive");
  Rotary rotary;
  const ConfigJson& own = object ? *object : config;
  const Parameters from{config, own, keys.max_positions, base, rotated(config, object, keys)};
  rotary.frequencies = plain(from);
  check_finite(own, rotary);
  if (!object) return rotary;
  if (own.has("full_attention") || own.has("sliding_attention"))
    config.refuse("rope_parameters", "with frequencies of its own for some layers");
  const std::string name = own.text({"rope_type", "type"}, "default");
  if (name == "default") return rotary;
  for (const Kind& kind : kKinds)
    if (name == kind.name) {
      kind.apply(from, rotary);
      check_finite(own, rotary);
      return rotary;
    }
  own.refuse(own.has("rope_type") ? "rope_type" : "type",
             "which is none of default, linear, dynamic, llama3, yarn, longrope");
  return rotary;
}

}  // namespace joulemark::checkpoint
