// SPDX-License-Identifier: Apache-2.0
#include "cli/self_check.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/interrupt.h"
#include "cli/output.h"
#include "report/json_values.h"
#include "run/self_check.h"
#include "sensors/catalog.h"

namespace joulemark::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kLongestS = 3600;

std::string percent(double share) {
  return fmt::format("{:+.2f} %", 100 * share);
}

std::string change_text(const stats::Interval& change) {
  if (!change.bounded()) return percent(change.estimate) + " (too few blocks for an interval)";
  return fmt::format("{} [{:+.2f}, {:+.2f}]", percent(change.estimate), 100 * change.lo,
                     100 * change.hi);
}

/// What the interval shows.
const char* conclusion(const stats::Interval& change) {
  if (!change.bounded()) return "which shows nothing yet";
  if (change.lo > 0) return "it slows work down";
  if (change.hi < 0) return "work was faster with it: something else changed in between";
  return "no change is shown";
}

std::string verdict_of(const run::SelfCheck& check) {
  return fmt::format("sampling at {:g} Hz changes latency by {}: {}", check.hz,
                     change_text(check.change), conclusion(check.change));
}

std::string to_text(const run::SelfCheck& check) {
  std::string text = verdict_of(check) + '\n';
  text += fmt::format("  work       {:.4g} ms without, {:.4g} ms with the sampler\n",
                      1e3 * check.latency_off_s, 1e3 * check.latency_on_s);
  text +=
      fmt::format("  blocks     {} pairs of {:g} s, in random order\n", check.pairs, check.block_s);
  text += fmt::format("  sampler    {:.3f} % of a core, {} ticks, {} missed\n",
                      100 * check.sampler_cores, check.ticks, check.missed);
  return text;
}

std::string to_json(const run::SelfCheck& check) {
  Json json = {{"hz", check.hz},
               {"pairs", check.pairs},
               {"block_s", check.block_s},
               {"latency_off_s", check.latency_off_s},
               {"latency_on_s", check.latency_on_s}};
  json["change"] = report::interval_json(check.change, to_string(check.change.outcome));
  json["sampler_cores"] = check.sampler_cores;
  json["ticks"] = check.ticks;
  json["missed_ticks"] = check.missed;
  json["verdict"] = verdict_of(check);
  return Json{{"self_check", std::move(json)}}.dump() + '\n';
}

}  // namespace

void declare_self_check(Arguments& arguments, SelfCheckCommand& command) {
  arguments.flag("--self-check", command.wanted,
                 "Measure instead what sampling costs: latency of a piece of work with it and "
                 "without");
  arguments.option("--seconds S", command.seconds, "How long --self-check takes (default 14)");
}

Result<int> self_check(const SelfCheckCommand& command, const std::filesystem::path& root,
                       Arguments::Switch as_json) {
  run::SelfCheckOptions options{.root = root};
  options.seconds = command.seconds.value_or(options.seconds);
  if (!(options.seconds >= 0 && options.seconds <= kLongestS))
    return fail(ErrorKind::kUsage, fmt::format("--seconds must be from 0 to {:g}", kLongestS));
  const auto found = sensors::discover({.root = root});
  const auto check = run::check_sampling(found.sensors, options, interrupt_flag());
  if (!check) return fail(check.error());
  if (!*check) return kExitInterrupted;
  return print(as_json == Arguments::Switch::kOn ? to_json(**check) : to_text(**check));
}

}  // namespace joulemark::cli
