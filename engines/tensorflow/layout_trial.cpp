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

/// A session while it is tried.
struct Candidate {
  std::unique_ptr<RunningSession> session;
  std::optional<double> best_s;
};

/// Seconds of one run; nothing when it fails.
std::optional<double> timed(const Api& api, RunningSession& session, Call& call) {
  const Outcome outcome(api);
  const auto begin = Clock::now();
  session.run(call, outcome);
  const std::chrono::duration<double> took = Clock::now() - begin;
  drop_outputs(api, call);
  if (!outcome.ok()) return std::nullopt;
  return took.count();
}

/// What compiles the graph, and shows whether it runs.
bool starts(const Api& api, Candidate& candidate, Call& call) {
  if (!timed(api, *candidate.session, call)) return false;
  candidate.best_s = timed(api, *candidate.session, call);
  return candidate.best_s.has_value();
}

void take_turns(const Api& api, std::array<Candidate, 2>& candidates, Call& call) {
  const auto end = Clock::now() + kLongest;
  for (int round = 0; round < kRounds && Clock::now() < end; ++round)
    for (Candidate& candidate : candidates)
      if (const auto took = timed(api, *candidate.session, call))
        candidate.best_s = std::min(*took, candidate.best_s.value_or(*took));
}

}  // namespace

Layout LayoutTrial::faster() const {
  if (!channels_first_s) return Layout::kChannelsLast;
  return channels_last_s && *channels_last_s <= *channels_first_s ? Layout::kChannelsLast
                                                                 : Layout::kChannelsFirst;
}

LayoutTrial try_layouts(const Api& api,
                        const std::function<std::unique_ptr<RunningSession>(Layout)>& open,
                        Call call, std::unique_ptr<RunningSession>& session) {
  call.outputs.assign(call.fetches.size(), nullptr);
  std::array<Candidate, 2> candidates = {Candidate{open(Layout::kChannelsFirst), {}},
                                         Candidate{open(Layout::kChannelsLast), {}}};
  const bool first_runs = starts(api, candidates[0], call);
  const bool last_runs = starts(api, candidates[1], call);
  if (first_runs && last_runs) take_turns(api, candidates, call);
  const LayoutTrial trial{candidates[0].best_s, candidates[1].best_s};
  session = std::move(candidates[trial.faster() == Layout::kChannelsFirst ? 0 : 1].session);
  return trial;
}

}  // namespace joulemark::tf
