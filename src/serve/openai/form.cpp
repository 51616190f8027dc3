// SPDX-License-Identifier: Apache-2.0
#include "serve/openai/form.h"

#include <utility>
#include <vector>

#include "api/sse.h"
#include "serve/openai/failure.h"

namespace joulemark::serve {
namespace {

using namespace api::openai;  // NOLINT(google-build-using-namespace)

/// Puts `more` behind `list`, where there is any.
template <class T>
void append(std::optional<std::vector<T>>& list, std::optional<std::vector<T>> more) {
  if (!more) return;
  if (!list) list.emplace();
  list->insert(list->end(), std::make_move_iterator(more->begin()),
               std::make_move_iterator(more->end()));
}

class WholeForm final : public AnswerForm {
 public:
  WholeForm(std::shared_ptr<http::Exchange> exchange, AnswerHead head)
      : exchange_(std::move(exchange)), answer_(std::move(head.head)) {
    for (std::int32_t i = 0; i < head.choices; ++i) answer_.choices.push_back({.index = i});
  }

  void open() override {}

  void add(Choice part, const Usage& /*so_far*/) override {
    Choice& choice = answer_.choices[static_cast<std::size_t>(part.index)];
    choice.text += part.text;
    append(choice.logprobs, std::move(part.logprobs));
    append(choice.token_ids, std::move(part.token_ids));
    if (part.prompt_ids) choice.prompt_ids = std::move(part.prompt_ids);
    if (part.finish_reason.empty()) return;
    choice.finish_reason = part.finish_reason;
    choice.stop_id = part.stop_id;
    choice.stop_text = std::move(part.stop_text);
  }

  void finish(const Usage& usage, std::optional<RequestEnergy> energy) override {
    answer_.usage = usage;
    answer_.energy = std::move(energy);
    exchange_->send({{}, write_answer(answer_)});
  }

  void fail(const ApiError& error) override { exchange_->send(openai_failure(error)); }

 private:
  const std::shared_ptr<http::Exchange> exchange_;
  Answer answer_;
};

class StreamForm final : public AnswerForm {
 public:
  StreamForm(std::shared_ptr<http::Exchange> exchange, const TextRequest& request, AnswerHead head)
      : exchange_(std::move(exchange)),
        head_(std::move(head.head)),
        includes_usage_(request.include_usage),
        repeats_usage_(request.include_usage && request.continuous_usage),
        has_role_(static_cast<std::size_t>(head.choices), head_.endpoint != Endpoint::kChat) {
    head_.part = Part::kChunk;
  }

  void open() override {
    is_open_ = true;
    if (!early_.empty()) send(std::exchange(early_, {}));
  }

  void add(Choice part, const Usage& so_far) override {
    const auto at = static_cast<std::size_t>(part.index);
    if (!has_role_[at]) chunk({{.index = part.index, .names_role = true}}, so_far);
    has_role_[at] = true;
    chunk({std::move(part)}, so_far);
  }

  void finish(const Usage& usage, std::optional<RequestEnergy> energy) override {
    if (includes_usage_ || energy) {
      Answer last = head_;
      if (includes_usage_) last.usage = usage;
      last.energy = std::move(energy);
      send(api::write_event(write_answer(last)));
    }
    end();
  }

  void fail(const ApiError& error) override {
    if (!has_begun_) return exchange_->send(openai_failure(error));
    send(api::write_event(write_error(error)));
    end();
  }

 private:
  void chunk(std::vector<Choice> choices, const Usage& so_far) {
    Answer chunk = head_;
    chunk.choices = std::move(choices);
    if (repeats_usage_) chunk.usage = so_far;
    send(api::write_event(write_answer(chunk)));
  }

  void send(std::string events) {
    if (!is_open_) {
      early_ += events;
      return;
    }
    if (!std::exchange(has_begun_, true))
      exchange_->begin({.content_type = "text/event-stream; charset=utf-8",
                        .headers = {{"Cache-Control", "no-cache"}}});
    exchange_->write(std::move(events));
  }

  void end() {
    send(api::write_event(kStreamEnd));
    exchange_->end();
  }

  const std::shared_ptr<http::Exchange> exchange_;
  Answer head_;
  const bool includes_usage_;
  const bool repeats_usage_;
  std::vector<bool> has_role_;  // of each choice: the chunk that names it was sent
  bool is_open_ = false;
  bool has_begun_ = false;
  std::string early_;  // from before open()
};

}  // namespace

std::unique_ptr<AnswerForm> make_answer_form(std::shared_ptr<http::Exchange> exchange,
                                             const TextRequest& request, AnswerHead head) {
  if (request.stream)
    return std::make_unique<StreamForm>(std::move(exchange), request, std::move(head));
  return std::make_unique<WholeForm>(std::move(exchange), std::move(head));
}

}  // namespace joulemark::serve
