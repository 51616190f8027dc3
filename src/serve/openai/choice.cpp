// SPDX-License-Identifier: Apache-2.0
#include "serve/openai/choice.h"

#include <algorithm>
#include <utility>

namespace joulemark::serve {
namespace {

using api::openai::Choice;
using api::openai::TokenLogprob;

bool has(const std::vector<std::int32_t>& ids, std::int32_t id) {
  return std::ranges::find(ids, id) != ids.end();
}

std::int64_t characters_of(const std::string& text) {
  return std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; });
}

}  // namespace

OpenAiChoice::OpenAiChoice(std::shared_ptr<OpenAiAnswering> answering,
                           std::shared_ptr<const ChoiceRule> rule, ChoiceBegin begin)
    : answering_(std::move(answering)),
      rule_(std::move(rule)),
      index_(begin.index),
      begin_(std::move(begin)),
      stops_(rule_->request.stop) {
  rest_.index = index_;
  if (rule_->tools.tokenizer) stream_.emplace(*rule_->tools.tokenizer);
}

Choice OpenAiChoice::next_part() {
  Choice part{.index = index_};
  if (rule_->request.return_token_ids) part.token_ids.emplace();
  if (!begin_) return part;
  part.text = std::move(begin_->echo);
  part.prompt_ids = std::move(begin_->prompt_ids);
  begin_.reset();
  return part;
}

bool OpenAiChoice::put(std::string_view text, Choice& part) {
  StopTexts::Piece piece = stops_.put(text);
  part.text += piece.text;
  if (!piece.found) return false;
  is_over_ = true;
  rest_.finish_reason = "stop";
  rest_.stop_text = std::move(piece.found);
  return true;
}

void OpenAiChoice::end_at(std::int32_t id, Choice& part) {
  if (stream_ && put(stream_->finish(), part)) return;
  part.text += stops_.finish();
  is_over_ = true;
  rest_.finish_reason = "stop";
  if (has(rule_->request.stop_token_ids, id)) rest_.stop_id = id;
}

std::string OpenAiChoice::name_of(std::int32_t id) const {
  const std::int32_t ids[] = {id};
  const auto text = rule_->tools.tokenizer->decode(ids, tokenizer::SpecialTokens::kWith);
  return text.value_or(std::string());
}

TokenLogprob OpenAiChoice::logprob_of(const NewToken& token) const {
  TokenLogprob made{name_of(token.id), token.log_probability};
  for (const TokenProbability& likely : token.likeliest)
    made.top.push_back({name_of(likely.id), likely.log_probability});
  return made;
}

Verdict OpenAiChoice::take(const NewToken& token) {
  if (is_over_) return Verdict::kEnough;
  Choice part = next_part();
  if (part.token_ids) part.token_ids->push_back(token.id);
  if (rule_->request.logprobs) {
    part.logprobs = {logprob_of(token)};
    part.text_offset = offset_;
    offset_ += characters_of(part.logprobs->front().token);
  }
  if (has(rule_->stop_ids, token.id))
    end_at(token.id, part);
  else if (stream_)
    put(stream_->put(token.id), part);
  answering_->add(std::move(part), token.at);
  return is_over_ ? Verdict::kEnough : Verdict::kGoOn;
}

void OpenAiChoice::finish(const Outcome& outcome) {
  Choice rest = next_part();
  rest.token_ids.reset();
  if (!is_over_) {
    rest_.finish_reason = "length";
    if (!stream_ || !put(stream_->finish(), rest)) rest.text += stops_.finish();
  }
  rest.finish_reason = rest_.finish_reason;
  rest.stop_id = rest_.stop_id;
  rest.stop_text = rest_.stop_text;
  answering_->end(std::move(rest), outcome);
}

}  // namespace joulemark::serve
