// SPDX-License-Identifier: Apache-2.0
#include "layout_trial.h"

#include <algorithm>
#include <chrono>

namespace joulemark::tf {
namespace {

using Clock = std::chrono::steady_clock;

/// A difference that matters shows in so many runs; slow models get fewer.
constexpr int kRounds = 10;
constexpr std::chrono::milliseconds kLongest{400};

/// A layout while it is tried.
struct Candidate {
  Loaded loaded;
  std::optional<double> best_s;
};

/// Seconds of one run; nothing when it fails.
std::optional<double> timed(const Api& api, Loaded& loaded) {
  const Outcome outcome(api);
  const auto begin = Clock::now();
  loaded.session->run(loaded.call, outcome);
  const std::chrono::duration<double> took = Clock::now() - begin;
  drop_outputs(api, loaded.call);
  if (!outcome.ok()) return std::nullopt;
  return took.count();
}

/// The first run compiles the graph, and shows whether it runs.
bool starts(const Api& api, Candidate& candidate) {
  if (!timed(api, candidate.loaded)) return false;
  candidate.best_s = timed(api, candidate.loaded);
  return candidate.best_s.has_value();
}

void take_turns(const Api& api, std::array<Candidate, 2>& candidates) {
  const auto end = Clock::now() + kLongest;
  for (int round = 0; round < kRounds && Clock::now() < end; ++round)
    for (Candidate& candidate : candidates)
      if (const auto took = timed(api, candidate.loaded))
        candidate.best_s = std::min(*took, candidate.best_s.value_or(*took));
}

}  // namespace

Layout LayoutTrial::faster() const {
  if (!channels_first_s) return Layout::kChannelsLast;
  return channels_last_s && *channels_last_s <= *channels_first_s ? Layout::kChannelsLast
                                                                  : Layout::kChannelsFirst;
}

LayoutTrial try_layouts(const Api& api, const std::function<Loaded(Layout)>& load,
                        const std::vector<Tensor*>& inputs, Loaded& chosen) {
  std::array<Candidate, 2> candidates = {Candidate{load(Layout::kChannelsFirst), {}},
                                         Candidate{load(Layout::kChannelsLast), {}}};
  for (Candidate& candidate : candidates) candidate.loaded.call.inputs = inputs;
  const bool first_runs = starts(api, candidates[0]);
  const bool last_runs = starts(api, candidates[1]);
  if (first_runs && last_runs) take_turns(api, candidates);
  const LayoutTrial trial{candidates[0].best_s, candidates[1].best_s};
  Loaded& faster = candidates[trial.faster() == Layout::kChannelsFirst ? 0 : 1].loaded;
  chosen.session.reset();
  chosen = std::move(faster);
  return trial;
}

}  // namespace joulemark::tf
