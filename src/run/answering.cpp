// SPDX-License-Identifier: Apache-2.0
#include "run/answering.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "run/own_comparison.h"
#include "run/temporary_folder.h"
#include "run/texts.h"

namespace joulemark::run {
namespace {

class Answering {
 public:
  Answering(WorkerClient& client, const TrialRequest& request, std::int64_t requests, TrialEnd& end)
      : client_(client), request_(request), requests_(requests), end_(end) {}

  Reply<void> all();

 private:
  Reply<void> write(const std::filesystem::path& folder);
  Reply<void> apart();
  Reply<void> compare_with(const std::filesystem::path& reference, const std::string& label);
  void refute_claim(const std::filesystem::path& reference);
  void note_texts(const TwoAnswers& answers);

  WorkerClient& client_;
  const TrialRequest& request_;
  std::int64_t requests_;
  TrialEnd& end_;
  std::optional<TemporaryFolder> apart_;  ///< what a worker answered that knew of no reference
};

Reply<void> Answering::write(const std::filesystem::path& folder) {
  const auto written =
      client_.answer({.directory = folder, .reference = {}, .requests = requests_});
  if (!written) return tl::unexpected<Failure>(written.error());
  return {};
}

Reply<void> Answering::apart() {
  if (request_.install.worker.empty()) return {};
  auto folder = TemporaryFolder::create();
  if (!folder) return tl::unexpected<Failure>(Failure{.reason = folder.error().message});
  apart_.emplace(*std::move(folder));
  return write(apart_->path());
}

/// Runs once and compares with what `reference` holds, whose outputs `label` names.
Reply<void> Answering::compare_with(const std::filesystem::path& reference,
                                    const std::string& label) {
  const auto answered =
      client_.answer({.directory = {}, .reference = reference, .requests = requests_});
  if (!answered) return tl::unexpected<Failure>(answered.error());
  if (!answered->compared)
    return tl::unexpected<Failure>(Failure{
        .reason = "worker did not compare its outputs with the reference's", .reported = true});
  end_.record.effective_json = answered->effective_json;
  end_.record.agreement = {.compared = true,
                           .agrees = answered->agrees,
                           .max_abs = answered->max_abs,
                           .max_rel = answered->max_rel,
                           .reference = label,
                           .detail = answered->detail};
  refute_claim(reference);
  return {};
}

void Answering::refute_claim(const std::filesystem::path& reference) {
  Agreement& agreement = end_.record.agreement;
  if (!apart_ || agreement.agrees == false) return;
  const TwoAnswers answers{.own = apart_->path(),
                           .reference = reference,
                           .precision = request_.planned.configuration.precision};
  if (auto refuted = refute(answers, agreement)) agreement = *std::move(refuted);
  note_texts(answers);
}

/// What is looked at when the worker has ended, or has measured.
void Answering::note_texts(const TwoAnswers& answers) {
  const auto own = read_texts(answers.own);
  const auto reference = read_texts(answers.reference);
  if (!own || !reference || request_.prompts == nullptr || end_.record.agreement.agrees == false)
    return;
  end_.near_ties = partings(*own, *reference).value_or(std::vector<Parting>{});
  const auto pass = requests_of(*request_.prompts, request_.planned.configuration.batch);
  if (own->size() == pass.requests.size()) end_.own_texts = digest_of(*own);
}

Reply<void> Answering::all() {
  const AnswerPlan& plan = request_.answer;
  if (auto written = apart(); !written) return written;
  if (!plan.write_to.empty())
    if (auto written = write(plan.write_to); !written) return written;
  // First with its own: what differs there says nothing of another's.
  Agreement& agreement = end_.record.agreement;
  const std::string label = configuration_label(request_.planned.configuration);
  if (auto own = compare_with(plan.own, label); !own) return own;
  if (agreement.agrees == false) return {};
  end_.answered = true;
  if (plan.compare_with.empty()) {
    agreement = {};
    return {};
  }
  if (plan.compare_with != plan.own) return compare_with(plan.compare_with, plan.reference);
  return {};
}

}  // namespace

Reply<void> answer_check_input(WorkerClient& client, const TrialRequest& request,
                               std::int64_t requests, TrialEnd& end) {
  return Answering(client, request, requests, end).all();
}

void disagree(TrialRecord& record, const std::string& reference, const std::string& detail) {
  record.agreement = {.compared = true,
                      .agrees = false,
                      .max_abs = {},
                      .max_rel = {},
                      .reference = reference,
                      .detail = detail};
}

std::string difference_in_words(const TrialRecord& record) {
  const Agreement& agreement = record.agreement;
  if (agreement.reference == configuration_label(record.configuration))
    return "not deterministic: its outputs differ from one run to the next: " + agreement.detail;
  return fmt::format("outputs differ from those of '{}': {}", agreement.reference,
                     agreement.detail);
}

}  // namespace joulemark::run
