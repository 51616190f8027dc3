// SPDX-License-Identifier: Apache-2.0
#include "serve/engine/sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace joulemark::serve {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

bool are_sound(std::span<const float> logits) {
  bool any = false;
  for (const float logit : logits) {
    if (std::isnan(logit) || logit == std::numeric_limits<float>::infinity()) return false;
    any = any || std::isfinite(logit);
  }
  return any;
}

/// log Σ exp, without overflow.
double log_sum(std::span<const float> logits) {
  const double most = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - most);
  return most + std::log(sum);
}

std::vector<TokenProbability> likeliest_of(std::span<const float> logits, std::int32_t count,
                                           double log_total) {
  std::vector<std::int32_t> ids(logits.size());
  std::iota(ids.begin(), ids.end(), 0);
  const auto wanted = std::min(static_cast<std::size_t>(count), ids.size());
  const auto middle = ids.begin() + static_cast<std::ptrdiff_t>(wanted);
  const auto logit = [&](std::int32_t id) { return logits[static_cast<std::size_t>(id)]; };
  // By id where two are equal, so that the order is the same every time.
  std::partial_sort(ids.begin(), middle, ids.end(), [&](std::int32_t a, std::int32_t b) {
    return logit(a) != logit(b) ? logit(a) > logit(b) : a < b;
  });
  std::vector<TokenProbability> out;
  for (auto id = ids.begin(); id != middle; ++id) out.push_back({*id, logit(*id) - log_total});
  return out;
}

/// A token that may come, with what is in proportion to its probability.
struct Candidate {
  std::int32_t id = 0;
  double weight = 0;
};
using Candidates = std::vector<Candidate>;

/// By id where two are equal, so that the order is the same every time.
bool is_less(const Candidate& a, const Candidate& b) {
  return a.weight != b.weight ? a.weight < b.weight : a.id > b.id;
}
bool is_more(const Candidate& a, const Candidate& b) {
  return is_less(b, a);
}

double sum_of(const Candidates& candidates) {
  return std::accumulate(candidates.begin(), candidates.end(), 0.0,
                         [](double sum, const Candidate& next) { return sum + next.weight; });
}

/// top_k: the likeliest, in order. 0: all, as they are.
void keep_likeliest(Candidates& all, std::int32_t count) {
  if (count <= 0 || static_cast<std::size_t>(count) >= all.size()) return;
  const auto end = all.begin() + count;
  std::partial_sort(all.begin(), end, all.end(), is_more);
  all.erase(end, all.end());
}

/// top_p and min_p.
Candidates nucleus(Candidates all, double top_p, double min_p) {
  if (top_p >= 1 && min_p <= 0) return all;
  const double enough = top_p * sum_of(all);
  // A heap gives the likeliest in order, and only as many as are wanted: few of a large vocabulary.
  std::ranges::make_heap(all, is_less);
  const double least = min_p * all.front().weight;
  Candidates kept;
  for (double sum = 0; !all.empty() && (kept.empty() || (sum < enough || top_p >= 1));) {
    if (!kept.empty() && all.front().weight < least) break;
    std::ranges::pop_heap(all, is_less);
    kept.push_back(all.back());
    all.pop_back();
    sum += kept.back().weight;
  }
  return kept;
}

std::int32_t draw_from(const Candidates& candidates, double uniform) {
  double left = uniform * sum_of(candidates);
  for (const Candidate& candidate : candidates) {
    left -= candidate.weight;
    if (left < 0) return candidate.id;
  }
  // Rounding has left a crumb; the last one that can come takes it.
  return std::find_if(candidates.rbegin(), candidates.rend(),
                      [](const Candidate& candidate) { return candidate.weight > 0; })
      ->id;
}

}  // namespace

Sampler::Sampler(const Sampling& how, std::span<const std::int32_t> prompt, std::int32_t likeliest)
    : how_(how), likeliest_(likeliest), random_(how.seed) {
  if (how.repetition_penalty != 1) prompt_.insert(prompt.begin(), prompt.end());
}

bool Sampler::has_penalties() const {
  return how_.presence_penalty != 0 || how_.frequency_penalty != 0 || how_.repetition_penalty != 1;
}

bool Sampler::takes_likeliest() const {
  return how_.temperature == 0 && likeliest_ < 0 && !has_penalties();
}

Result<Choice> Sampler::choose(std::span<const float> logits) {
  if (!are_sound(logits))
    return fail(ErrorKind::kFailed,
                "the model gave logits that are no numbers, so that no token can be chosen");
  std::vector<double> scores(logits.begin(), logits.end());
  if (has_penalties()) penalise(scores);
  Choice choice;
  choice.id = how_.temperature == 0
                  ? static_cast<std::int32_t>(std::ranges::max_element(scores) - scores.begin())
                  : draw(scores);
  ++said_[choice.id];
  if (likeliest_ < 0) return choice;
  const double total = log_sum(logits);
  choice.log_probability = logits[static_cast<std::size_t>(choice.id)] - total;
  choice.likeliest = likeliest_of(logits, likeliest_, total);
  return choice;
}

void Sampler::penalise(std::vector<double>& scores) const {
  const auto repeat = [&](std::int32_t id) {
    if (static_cast<std::size_t>(id) >= scores.size()) return;
    double& score = scores[static_cast<std::size_t>(id)];
    score = score > 0 ? score / how_.repetition_penalty : score * how_.repetition_penalty;
  };
  if (how_.repetition_penalty != 1) {
    std::ranges::for_each(prompt_, repeat);
    for (const auto& [id, times] : said_)
      if (!prompt_.contains(id)) repeat(id);
  }
  for (const auto& [id, times] : said_)
    scores[static_cast<std::size_t>(id)] -=
        how_.frequency_penalty * static_cast<double>(times) + how_.presence_penalty;
}

std::int32_t Sampler::draw(const std::vector<double>& scores) {
  const double most = *std::ranges::max_element(scores);
  Candidates all;
  all.reserve(scores.size());
  for (std::size_t id = 0; id < scores.size(); ++id)
    if (scores[id] != kNever)
      all.push_back(
          {static_cast<std::int32_t>(id), std::exp((scores[id] - most) / how_.temperature)});
  keep_likeliest(all, how_.top_k);
  return draw_from(nucleus(std::move(all), how_.top_p, how_.min_p), random_.uniform());
}

}  // namespace joulemark::serve
