// SPDX-License-Identifier: Apache-2.0
#include "run/near_ties.h"

#include <fmt/format.h>

#include <cmath>

#include "model/compare_outputs.h"
#include "run/answering.h"
#include "run/worker_client.h"
#include "run/worker_command.h"

namespace joulemark::run {
namespace {

using Logits = std::vector<float>;

Reply<void> prepare(WorkerClient& client, const TrialRequest& request) {
  const Configuration& configuration = request.planned.configuration;
  if (auto hello = client.hello(); !hello) return hello;
  const auto opened = client.open({.install = request.install,
                                   .provider = configuration.provider,
                                   .threads = configuration.threads,
                                   .affinity = configuration.affinity,
                                   .options = configuration.options});
  if (!opened) return tl::unexpected<Failure>(opened.error());
  const auto loaded = client.load(request.model_path, configuration.precision);
  if (!loaded) return tl::unexpected<Failure>(loaded.error());
  return {};
}

/// Of the token behind what both texts have; empty where the worker does not tell.
Logits logits_at(WorkerClient& client, const TrialRequest& request, const Parting& parting) {
  if (parting.prompt >= request.prompts->prompts.size()) return {};
  std::vector<std::int32_t> ids = request.prompts->prompts[parting.prompt];
  ids.insert(ids.end(), parting.before.begin(), parting.before.end());
  const auto said = client.generate(
      {.prompts = {std::move(ids)}, .max_new_tokens = 1, .logits = protocol::Logits::kLast});
  if (!said || said->rows.empty() || said->rows.front().prefill_logits.empty()) return {};
  return said->rows.front().prefill_logits.back();
}

double logit_of(const Logits& logits, std::int32_t token) {
  const auto place = static_cast<std::size_t>(token);
  return place < logits.size() ? double{logits[place]} : -HUGE_VAL;
}

}  // namespace

void NearTies::check(const TrialRequest& reference, TrialEnd& end) {
  TrialRecord& record = end.record;
  if (end.near_ties.empty() || reference.prompts == nullptr || record.status != TrialStatus::kOk)
    return;
  const auto& why = refuted(reference, end.near_ties);
  if (!why) return;
  disagree(record, configuration_label(reference.planned.configuration), *why);
  record.status = TrialStatus::kDifferent;
  record.reason = difference_in_words(record);
}

const std::optional<std::string>& NearTies::refuted(const TrialRequest& reference,
                                                    const std::vector<Parting>& claimed) {
  std::string key = fmt::format("{} {}", reference.planned.model,
                                configuration_label(reference.planned.configuration));
  for (const Parting& parting : claimed) key += "; " + in_words(parting);
  const auto known = known_.find(key);
  return known != known_.end() ? known->second : known_[key] = ask(reference, claimed);
}

std::optional<std::string> NearTies::ask(const TrialRequest& reference,
                                         const std::vector<Parting>& claimed) const {
  const Configuration& configuration = reference.planned.configuration;
  auto process = world_.workers.start(worker_command(reference.install, configuration.affinity));
  if (!process) return std::nullopt;
  const Nanoseconds limit = to_nanoseconds(reference.experiment.protocol.time_limit_s);
  WorkerClient client(
      *std::move(process),
      {.clock = world_.clock, .stop = world_.stop, .deadline = world_.clock.now() + limit});
  if (!prepare(client, reference)) return std::nullopt;
  // Each of the two engines may be off by so much.
  const double most = 2 * model::near_tie(configuration.precision);
  std::optional<std::string> why;
  for (const Parting& parting : claimed) {
    const Logits logits = logits_at(client, reference, parting);
    if (logits.empty()) break;
    const double margin = logit_of(logits, parting.reference) - logit_of(logits, parting.own);
    if (std::abs(margin) <= most) continue;
    why = fmt::format("it tells of near ties, and {} is none: {} has a margin of {:.3g}",
                      in_words(parting), configuration_label(configuration), margin);
    break;
  }
  client.quit();
  return why;
}

}  // namespace joulemark::run
