// SPDX-License-Identifier: Apache-2.0
#include "serve/engine/text_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace joulemark::serve {
namespace {

/// Of a prompt, and of an answer: not every model says how much room it has, and an engine takes
/// memory for what it is asked.
constexpr std::int32_t kMostTokens = 1 << 20;

/// A model that a request does not fit is no fault of the engine's.
Ending ending_of(const worker::Failure& failure) {
  return failure.status == JM_INVALID_ARGUMENT ? Ending::kUnfit : Ending::kFailed;
}

}  // namespace

TextBatch::TextBatch(std::vector<TextJob> jobs, std::size_t vocabulary) : vocabulary_(vocabulary) {
  rows_.reserve(jobs.size());
  for (TextJob& job : jobs) {
    Sampler sampler(job.sampling, job.prompt, job.likeliest);
    rows_.push_back({.job = std::move(job), .sampler = std::move(sampler)});
  }
  next_.assign(rows_.size(), 0);
}

void TextBatch::run(const BatchRun& run) {
  all_.begin = mark_ = run.clock.now();
  all_.batch = static_cast<std::int32_t>(rows_.size());
  all_.batch_number = ++run.batches;
  all_.arrived = rows_.front().job.timing.arrived;
  for (Row& row : rows_) {
    row.served = all_;
    row.served.arrived = row.job.timing.arrived;
    row.served.end = all_.begin;
  }
  try {
    const auto done = generate(run);
    if (!done && all_.units == 0 && rows_.size() > 1) return run_each_alone(run);
    if (!done) end_all(ending_of(done.error()), done.error().message);
  } catch (const std::exception& error) {
    end_all(Ending::kFailed, fmt::format("the server could not go on: {}", error.what()));
  }
  all_.end = mark_;
  all_.engine_time = all_.end - all_.begin;
  all_.batch_units = all_.units;
  run.ended(all_);
}

void TextBatch::run_each_alone(const BatchRun& run) {
  for (Row& row : rows_) {
    std::vector<TextJob> one;
    one.push_back(std::move(row.job));
    TextBatch(std::move(one), vocabulary_).run(run);
  }
}

worker::Outcome<void> TextBatch::generate(const BatchRun& run) {
  if (auto begun = prefill(run); !begun) return begun;
  while (live() > 0) {
    run.between();
    end_overdue(run, run.clock.now());
    if (live() == 0) break;
    const std::vector<std::int32_t> fed = next_;
    if (auto done = step(run, fed); !done) return done;
  }
  return {};
}

worker::Outcome<void> TextBatch::prefill(const BatchRun& run) {
  std::size_t width = 0;
  std::int32_t most = 0;
  for (const Row& row : rows_) {
    width = std::max(width, row.job.prompt.size());
    most = std::max(most, row.job.max_new_tokens);
  }
  if (width > kMostTokens || most > kMostTokens)
    return worker::fail(
        JM_INVALID_ARGUMENT,
        fmt::format("prompts and answers have at most {} tokens here", kMostTokens));
  std::vector<std::int32_t> ids;
  ids.reserve(width * rows_.size());
  for (const Row& row : rows_) {
    ids.insert(ids.end(), width - row.job.prompt.size(), JM_NO_TOKEN);
    ids.insert(ids.end(), row.job.prompt.begin(), row.job.prompt.end());
  }
  const auto batch = static_cast<std::int32_t>(rows_.size());
  const auto room = static_cast<std::int32_t>(width) + most;
  if (auto reset = run.model.reset_text(batch, room); !reset) return reset;
  return step(run, ids);
}

worker::Outcome<void> TextBatch::step(const BatchRun& run,
                                      const std::vector<std::int32_t>& tokens) {
  const bool with_logits = wants_logits();
  logits_.resize(with_logits ? rows_.size() * vocabulary_ : 0);
  const auto fed = run.model.forward(
      {.ids = tokens, .batch = static_cast<std::int32_t>(rows_.size()), .vocabulary = vocabulary_},
      {.next = next_, .logits = logits_});
  if (!fed) return fed;
  const Nanoseconds now = run.clock.now();
  share_time(now);
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (rows_[i].is_live) take(rows_[i], i, now);
  return {};
}

void TextBatch::take(Row& row, std::size_t place, Nanoseconds now) {
  Choice choice{.id = next_[place]};
  if (!row.sampler.takes_likeliest()) {
    auto chosen = row.sampler.choose(std::span(logits_).subspan(place * vocabulary_, vocabulary_));
    if (!chosen) return end(row, Ending::kFailed, chosen.error().message);
    choice = *std::move(chosen);
  }
  next_[place] = choice.id;
  ++row.new_tokens;
  const Verdict verdict = row.job.sink->take({.id = choice.id,
                                              .at = now,
                                              .log_probability = choice.log_probability,
                                              .likeliest = choice.likeliest});
  const auto& stops = row.job.stop_ids;
  const bool stops_here = std::find(stops.begin(), stops.end(), choice.id) != stops.end();
  if (verdict == Verdict::kEnough || stops_here || row.new_tokens >= row.job.max_new_tokens)
    end(row, Ending::kDone, "");
}

void TextBatch::end_overdue(const BatchRun& run, Nanoseconds now) {
  for (Row& row : rows_) {
    if (!row.is_live) continue;
    if (row.job.sink->is_gone())
      end(row, Ending::kGone, "the client has gone");
    else if (has_expired(row.job.timing, now))
      end(row, Ending::kExpired, "the time limit has passed");
    else if (run.must_end)
      end(row, Ending::kDraining, "the server ends");
  }
}

void TextBatch::end(Row& row, Ending ending, std::string message) {
  row.is_live = false;
  row.served.batch_units = all_.units;
  row.job.sink->finish({.ending = ending, .message = std::move(message), .served = row.served});
}

void TextBatch::end_all(Ending ending, const std::string& message) {
  for (Row& row : rows_)
    if (row.is_live) end(row, ending, message);
}

std::size_t TextBatch::live() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(rows_, [](const Row& row) { return row.is_live; }));
}

bool TextBatch::wants_logits() const {
  return std::ranges::any_of(
      rows_, [](const Row& row) { return row.is_live && !row.sampler.takes_likeliest(); });
}

/// By the tokens that were fed and made: a row's last token is made and not fed, its others are
/// made in one call and fed in the next, and count once.
void TextBatch::share_time(Nanoseconds now) {
  const bool is_first = all_.units == 0;
  const auto units_of = [&](const Row& row) {
    if (!row.is_live) return std::int64_t{0};
    return is_first ? static_cast<std::int64_t>(row.job.prompt.size()) + 1 : std::int64_t{1};
  };
  std::int64_t units = 0;
  for (const Row& row : rows_) units += units_of(row);
  for (Row& row : rows_) {
    if (!row.is_live) continue;
    row.served.units += units_of(row);
    row.served.engine_time +=
        static_cast<Nanoseconds>(static_cast<double>(now - mark_) *
                                 static_cast<double>(units_of(row)) / static_cast<double>(units));
    row.served.end = now;
  }
  all_.units += units;
  mark_ = now;
}

}  // namespace joulemark::serve
