// SPDX-License-Identifier: Apache-2.0
#include "worker/text_workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/fnv.h"
#include "model/compare_outputs.h"

namespace joulemark::worker {
namespace {

void add_id(Fnv1a& digest, std::int32_t id) {
  const auto bits = static_cast<std::uint32_t>(id);
  for (int shift = 0; shift < 32; shift += 8)
    digest.add_byte(static_cast<unsigned char>(bits >> shift));
}

std::string digest_of(const std::vector<TextRequest>& requests, const TextMeasurement::Pass& pass) {
  Fnv1a digest;
  for (std::size_t i = 0; i < pass.size(); ++i) {
    for (const auto& row : rows_of(requests[i], pass[i])) {
      for (const std::int32_t id : row) add_id(digest, id);
      add_id(digest, -1);
    }
  }
  return digest.text();
}

std::int64_t prompt_tokens(const std::vector<TextRequest>& requests) {
  std::int64_t tokens = 0;
  for (const TextRequest& request : requests)
    tokens += std::count_if(request.prompt.begin(), request.prompt.end(),
                            [](std::int32_t id) { return id != JM_NO_TOKEN; });
  return tokens;
}

std::int64_t new_tokens(const std::vector<TextRequest>& requests,
                        const TextMeasurement::Pass& pass) {
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < pass.size(); ++i)
    for (const auto& row : rows_of(requests[i], pass[i]))
      tokens += static_cast<std::int64_t>(row.size());
  return tokens;
}

TextTotals totals_of(const TextMeasurement& measurement) {
  const auto& requests = measurement.requests();
  const auto kept = measurement.kept();
  TextTotals totals;
  for (const auto* pass : kept) totals.new_tokens += new_tokens(requests, *pass);
  // A pass whose tokens are not kept any more gave as many as the last one.
  const std::int64_t lost = measurement.passes() - static_cast<std::int64_t>(kept.size());
  totals.new_tokens += lost * new_tokens(requests, *kept.back());
  totals.iterations = measurement.passes() * static_cast<std::int64_t>(requests.size());
  totals.prompt_tokens = measurement.passes() * prompt_tokens(requests);
  totals.digest = digest_of(requests, *kept.back());
  return totals;
}

/// What TextRecords say, as lists of nanoseconds.
struct Times {
  std::vector<Nanoseconds> request, first, inter;

  /// `from_ns`: its begin, or its arrival.
  void add(const TextRecord& record, Nanoseconds from_ns) {
    const auto steps = static_cast<std::size_t>(record.steps);
    const auto& at = record.token_at_ns;
    request.push_back(at[steps - 1] - from_ns);
    first.push_back(at[0] - from_ns);
    for (std::size_t step = 1; step < steps; ++step) inter.push_back(at[step] - at[step - 1]);
  }
};

}  // namespace

Outcome<TextWorkload> TextWorkload::make(EngineModel& model, const PromptsRequest& request) {
  const auto vocabulary = model.vocabulary();
  if (!vocabulary) return fail(vocabulary.error());
  std::vector<TextRequest> requests;
  for (const auto& prompts : request.requests) {
    for (const auto& prompt : prompts)
      if (const auto most = *std::max_element(prompt.begin(), prompt.end()); most >= *vocabulary)
        return fail(JM_INVALID_ARGUMENT,
                    fmt::format("token {} is none of the model's {}", most, *vocabulary));
    auto text = make_text_request(prompts, {request.new_tokens, request.stop_ids});
    if (!text) return fail(text.error());
    requests.push_back(*std::move(text));
  }
  return TextWorkload(std::move(requests));
}

Outcome<TokenDifference> TextWorkload::answer(EngineModel& model, const AnswerRequest& request,
                                              const std::string& precision) const {
  const auto wanted = static_cast<std::size_t>(request.requests);
  const std::size_t count = wanted == 0 ? requests_.size() : std::min(wanted, requests_.size());
  Tokens tokens;
  for (std::size_t i = 0; i < count; ++i) {
    TextRecord record;
    record.prepare(requests_[i]);
    if (const jm_status status = run_text_request(model.text_subject(), requests_[i], record);
        status != JM_OK)
      return model.run_failure(status);
    tokens.push_back(rows_of(requests_[i], record));
  }
  if (request.directory)
    if (auto written = write_tokens(*request.directory, tokens); !written)
      return fail(written.error());
  if (!request.reference) return TokenDifference{};
  const auto reference = read_tokens(*request.reference);
  if (!reference) return fail(reference.error());
  return compare_tokens(model, {requests_, tokens, *reference, model::near_tie(precision)});
}

Outcome<WarmupResult> TextWorkload::warm_up(EngineModel& model, const WarmupRequest& request) {
  WarmupResult result;
  if (const jm_status status = warm_up_text(model.text_subject(), requests_, request, result);
      status != JM_OK)
    return model.run_failure(status);
  request_ns_ = result.iteration_ns;
  measurement_.prepare(requests_, request_ns_ * static_cast<double>(requests_.size()),
                       kLikelyWindow);
  return result;
}

Outcome<TextTotals> TextWorkload::go(EngineModel& model, const GoRequest& request,
                                     const OpenWindow& open) {
  if (request_ns_ <= 0) return fail(JM_INVALID_ARGUMENT, "'warmup' must come before 'go'");
  auto requests = requests_;
  double pass_ns = request_ns_ * static_cast<double>(requests.size());
  if (request.new_tokens > 0) {
    pass_ns /= requests.front().new_tokens;
    for (TextRequest& text : requests)
      text.new_tokens = std::min(text.new_tokens, request.new_tokens);
  }
  const bool is_open = request.arrivals.rate > 0;
  WindowLimits limits{.min_ns = request.min_ns, .min_iterations = request.min_iterations};
  if (is_open) limits = {.min_iterations = static_cast<std::int64_t>(open.loop.count())};
  measurement_.prepare(std::move(requests), pass_ns, limits);
  const jm_status status = is_open ? measurement_.run(model.text_subject(), open.loop, open.clock)
                                   : measurement_.run(model.text_subject(), limits);
  if (status != JM_OK) return model.run_failure(status);
  return totals_of(measurement_);
}

std::string TextWorkload::durations_line(const OpenLoop* loop) const {
  Times times;
  const auto kept = measurement_.kept();
  // Only the last passes are kept.
  std::size_t next = loop == nullptr ? 0 : loop->count() - kept.size() * requests_.size();
  for (const auto* pass : kept)
    for (const TextRecord& record : *pass)
      times.add(record, loop == nullptr ? record.t0_ns : loop->arrived_ns(next++));
  // Written by hand: a JSON tree of a million numbers takes twenty times their size.
  fmt::memory_buffer line;
  fmt::format_to(
      std::back_inserter(line),
      R"({{"type":"durations","calls_per_record":1,"ns":[{}],"first_token_ns":[{}],"inter_token_ns":[{}]}})",
      fmt::join(times.request, ","), fmt::join(times.first, ","), fmt::join(times.inter, ","));
  return fmt::to_string(line);
}

}  // namespace joulemark::worker
