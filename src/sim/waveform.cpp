// SPDX-License-Identifier: Apache-2.0
// One table of kinds, with the numbers that each takes and their bounds.
#include "sim/waveform.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "base/split.h"
#include "base/suggest.h"
#include "host/kernel_file.h"
#include "sim/waveform_shapes.h"

namespace joulemark::sim {
namespace {

constexpr double kMostWatts = 1e6;
constexpr double kMostSeconds = 1e7;
constexpr double kLeastSeconds = 1e-4;
/// More would take more memory in a day of simulation than it is worth.
constexpr double kMostRate = 1000;
constexpr double kMostSeed = 9007199254740992;  ///< 2^53, to which doubles count in ones

struct Number {
  const char* key;
  double min;
  double max;
  std::optional<double> otherwise;  ///< empty: it has to be given
};

using Numbers = std::map<std::string, double, std::less<>>;

struct Kind {
  const char* name;
  std::vector<Number> numbers;
  std::shared_ptr<const Waveform::Shape> (*make)(const Numbers& numbers);
};

Levels levels_of(const Numbers& n) {
  return {.watts = n.at("watts"), .idle = n.at("idle")};
}

std::shared_ptr<const Waveform::Shape> begun(const Numbers& n,
                                             std::shared_ptr<const Waveform::Shape> shape) {
  if (n.at("start") == 0) return shape;
  return std::make_shared<Begun>(std::move(shape), n.at("idle"), n.at("start"));
}

constexpr Number kWatts{"watts", 0, kMostWatts, std::nullopt};
constexpr Number kIdle{"idle", 0, kMostWatts, 0};
constexpr Number kStart{"start", 0, kMostSeconds, std::nullopt};
constexpr Number kBegin{"start", 0, kMostSeconds, 0};
constexpr Number kDuration{"duration", kLeastSeconds, kMostSeconds, std::nullopt};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> table = {
      {"constant",
       {kWatts, kBegin, kIdle},
       [](const Numbers& n) -> std::shared_ptr<const Waveform::Shape> {
         return begun(n, std::make_shared<Constant>(n.at("watts")));
       }},
      {"square",
       {kWatts,
        {"period", kLeastSeconds, kMostSeconds, std::nullopt},
        {"duty", 0, 1, 0.5},
        {"phase", 0, kMostSeconds, 0},
        kBegin,
        kIdle},
       [](const Numbers& n) -> std::shared_ptr<const Waveform::Shape> {
         return begun(
             n, std::make_shared<Square>(
                    levels_of(n), Square::Timing{n.at("period"), n.at("duty"), n.at("phase")}));
       }},
      {"poisson",
       {kWatts,
        {"rate", 1e-6, kMostRate, std::nullopt},
        {"busy", kLeastSeconds, kMostSeconds, std::nullopt},
        {"seed", 0, kMostSeed, 1},
        kBegin,
        kIdle},
       [](const Numbers& n) -> std::shared_ptr<const Waveform::Shape> {
         const auto seed = static_cast<std::uint64_t>(n.at("seed"));
         return begun(n, std::make_shared<Poisson>(
                             levels_of(n), Poisson::Requests{n.at("rate"), n.at("busy"), seed}));
       }},
      {"burst",
       {kWatts, kStart, kDuration, kIdle},
       [](const Numbers& n) -> std::shared_ptr<const Waveform::Shape> {
         return std::make_shared<Burst>(levels_of(n), n.at("start"), n.at("duration"));
       }},
      {"ramp",
       {{"from", 0, kMostWatts, std::nullopt},
        {"to", 0, kMostWatts, std::nullopt},
        kStart,
        kDuration},
       [](const Numbers& n) -> std::shared_ptr<const Waveform::Shape> {
         return std::make_shared<Ramp>(n.at("from"), n.at("to"),
                                       Ramp::Span{n.at("start"), n.at("duration")});
       }},
  };
  return table;
}

template <class Row>
const Row* find_row(const std::vector<Row>& rows, const char* Row::*name, std::string_view word) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.*name == word; });
  return found == rows.end() ? nullptr : &*found;
}

template <class Row>
std::vector<std::string> names_of(const std::vector<Row>& rows, const char* Row::*name) {
  std::vector<std::string> names;
  for (const Row& row : rows) names.emplace_back(row.*name);
  return names;
}

tl::unexpected<Error> refuse(std::string_view text, std::string why) {
  return fail(ErrorKind::kUsage, fmt::format("waveform '{}': {}", text, std::move(why)));
}

Result<void> read_number(const Kind& kind, std::string_view word, Numbers& numbers) {
  const auto equals = word.find('=');
  // The first number's key may be left out: "constant 100".
  const std::string_view key =
      equals == word.npos ? kind.numbers.front().key : word.substr(0, equals);
  const Number* row = find_row(kind.numbers, &Number::key, key);
  if (row == nullptr)
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' has no '{}'{}", kind.name, key,
                            did_you_mean(key, names_of(kind.numbers, &Number::key))));
  const auto value =
      host::parse_number<double>(equals == word.npos ? word : word.substr(equals + 1));
  if (!value || !(*value >= row->min && *value <= row->max))
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' must be a number from {} to {}", key, row->min, row->max));
  if (!numbers.emplace(key, *value).second)
    return fail(ErrorKind::kUsage, fmt::format("'{}' is given twice", key));
  return {};
}

}  // namespace

Waveform::Waveform() : Waveform(std::make_shared<Constant>(0), "constant watts=0") {}

Result<Waveform> Waveform::parse(std::string_view text) {
  std::vector<std::string> words = split(host::trimmed(text), ' ');
  std::erase(words, "");
  const std::string name = words.empty() ? "" : words.front();
  const Kind* kind = find_row(kinds(), &Kind::name, name);
  if (kind == nullptr) {
    const auto names = names_of(kinds(), &Kind::name);
    return refuse(text, fmt::format("it must begin with one of {}{}", fmt::join(names, ", "),
                                    did_you_mean(name, names)));
  }
  Numbers numbers;
  for (std::size_t i = 1; i < words.size(); ++i)
    if (auto read = read_number(*kind, words[i], numbers); !read)
      return refuse(text, read.error().message);
  for (const Number& number : kind->numbers) {
    if (numbers.contains(number.key)) continue;
    if (!number.otherwise) return refuse(text, fmt::format("'{}=' is missing", number.key));
    numbers.emplace(number.key, *number.otherwise);
  }
  std::string canonical = kind->name;
  for (const auto& [key, value] : numbers) canonical += fmt::format(" {}={}", key, value);
  return Waveform(kind->make(numbers), std::move(canonical));
}

}  // namespace joulemark::sim
