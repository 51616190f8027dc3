// SPDX-License-Identifier: Apache-2.0
#include "layout_trial.h"

#include <algorithm>
#include <chrono>

namespace joulemark::tf {
namespace {

using Clock = std::chrono::steady_clock;

/// A difference that matters shows in so many runs; slow models get fewer.
constexpr int kRounds = 10;
constexpr std::chrono::milliseconds kLongest{200};

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

/// The shortest of some runs behind a first one, which compiles the graph; nothing where it does
/// not run.
std::optional<double> shortest(const Api& api, Loaded& loaded) {
  if (!timed(api, loaded)) return std::nullopt;
  std::optional<double> best = timed(api, loaded);
  const auto end = Clock::now() + kLongest;
  for (int round = 1; best && round < kRounds && Clock::now() < end; ++round)
    if (const auto took = timed(api, loaded)) best = std::min(*took, *best);
  return best;
}

}  // namespace

Layout LayoutTrial::faster() const {
  if (!channels_first_s) return Layout::kChannelsLast;
  return channels_last_s && *channels_last_s <= *channels_first_s ? Layout::kChannelsLast
                                                                  : Layout::kChannelsFirst;
}

LayoutTrial try_layouts(const Api& api, const std::function<Loaded(Layout)>& load,
                        const std::vector<Tensor*>& inputs, Loaded& chosen) {
  const auto open = [&](Layout layout) {
    chosen.session.reset();
    chosen = {};  // its memory is free before the next one takes some
    chosen = load(layout);
    chosen.call.inputs = inputs;
  };
  LayoutTrial trial;
  open(Layout::kChannelsFirst);
  trial.channels_first_s = shortest(api, chosen);
  open(Layout::kChannelsLast);
  trial.channels_last_s = shortest(api, chosen);
  if (trial.faster() == Layout::kChannelsFirst) open(Layout::kChannelsFirst);
  return trial;
}

}  // namespace joulemark::tf
