// SPDX-License-Identifier: Apache-2.0
#include "serve/openai/answering.h"

#include <algorithm>
#include <utility>

#include "serve/openai/failure.h"

namespace joulemark::serve {
namespace {

using namespace api::openai;  // NOLINT(google-build-using-namespace)

AnswerHead head_of(const ServedModel& model, const TextRequest& request, const AnswerPlan& plan) {
  return {{.endpoint = request.endpoint,
           .id = plan.id,
           .created_s = static_cast<std::int64_t>(wall_clock_now()),
           .model = model.name},
          plan.choices};
}

/// The joules of all jobs of a request, of the longest of their windows; none where one has none.
RequestEnergy sum_of(const std::vector<EnergyShare>& shares) {
  RequestEnergy sum{.joules = 0};
  for (const EnergyShare& share : shares) {
    if (!share.measured) return {.reason = share.reason};
    *sum.joules += share.joules;
    if (share.window_s < sum.window_s) continue;
    sum.window_s = share.window_s;
    sum.window_joules = share.window_joules;
    sum.method = share.method;
  }
  if (sum.window_joules > 0) sum.share = std::min(1.0, *sum.joules / sum.window_joules);
  return sum;
}

}  // namespace

OpenAiAnswering::OpenAiAnswering(const ApiContext& context,
                                 std::shared_ptr<http::Exchange> exchange,
                                 const TextRequest& request, AnswerPlan plan)
    : context_(context),
      exchange_(std::move(exchange)),
      plan_(std::move(plan)),
      form_(make_answer_form(exchange_, request, head_of(context.service.model(), request, plan_))),
      open_(plan_.choices),
      last_token_(static_cast<std::size_t>(plan_.choices), 0) {
  fact_.route = plan_.route;
  fact_.prompt_tokens = plan_.prompt_tokens;
  fact_.served.arrived = plan_.arrived;
}

void OpenAiAnswering::admit() {
  Lock lock(mutex_);
  is_admitted_ = true;
  form_->open();
  go_on(std::move(lock));
}

void OpenAiAnswering::refuse(Admission admission) {
  is_refused_ = true;
  const Lock lock(mutex_);
  fail(refusal_of(admission));
}

bool OpenAiAnswering::is_gone() const {
  return is_refused_ || exchange_->is_gone();
}

void OpenAiAnswering::note_token(std::int32_t index, Nanoseconds at) {
  ++fact_.new_tokens;
  if (!fact_.first_token) fact_.first_token = at;
  const auto before = std::exchange(last_token_[static_cast<std::size_t>(index)], at);
  if (before != 0) fact_.between_tokens.push_back(at - before);
}

void OpenAiAnswering::add(Choice part, Nanoseconds token_at) {
  const Lock lock(mutex_);
  note_token(part.index, token_at);
  form_->add(std::move(part), usage());
}

void OpenAiAnswering::note_served(const Served& served) {
  Served& all = fact_.served;
  const bool is_first = served_.empty();
  served_.push_back(served);
  if (is_first) {
    all = served;
    return;
  }
  if (served.begin != 0)
    all.begin = all.begin == 0 ? served.begin : std::min(all.begin, served.begin);
  all.end = std::max(all.end, served.end);
  all.engine_time += served.engine_time;
  all.units += served.units;
}

void OpenAiAnswering::end(Choice rest, const Outcome& outcome) {
  Lock lock(mutex_);
  --open_;
  note_served(outcome.served);
  if (outcome.ending == Ending::kDone)
    form_->add(std::move(rest), usage());
  else if (!failure_)
    failure_ = outcome;
  go_on(std::move(lock));
}

void OpenAiAnswering::go_on(Lock lock) {
  if (!is_admitted_ || open_ > 0) return;
  if (failure_) return fail(failure_of(*failure_));
  if (plan_.energy) return ask_energy(std::move(lock));
  finish();
}

void OpenAiAnswering::ask_energy(Lock lock) {
  const std::vector<Served> served = served_;
  lock.unlock();  // a meter may answer at once, in this thread
  for (const Served& job : served)
    context_.energy.share_of(
        job, [self = shared_from_this()](const EnergyShare& share) { self->add_share(share); });
}

void OpenAiAnswering::add_share(const EnergyShare& share) {
  const Lock lock(mutex_);
  shares_.push_back(share);
  if (shares_.size() == served_.size()) finish();
}

void OpenAiAnswering::finish() {
  note_request(200);
  form_->finish(usage(), plan_.energy ? std::optional(sum_of(shares_)) : std::nullopt);
}

void OpenAiAnswering::fail(const ApiError& error) {
  note_request(error.status);
  form_->fail(error);
}

void OpenAiAnswering::note_request(int status) {
  fact_.status = status;
  fact_.answered = monotonic_now();
  context_.metrics.request(fact_);
}

}  // namespace joulemark::serve
