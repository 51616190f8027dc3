// SPDX-License-Identifier: Apache-2.0
// One answer to one prompt: tokens as they come → text, until it ends.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/openai/answer.h"
#include "serve/engine/text_job.h"
#include "serve/openai/answering.h"
#include "serve/openai/stop_texts.h"
#include "serve/openai/text_tools.h"
#include "tokenizer/text_stream.h"

namespace joulemark::serve {

/// What all answers of a request have in common. It outlives none of them.
struct ChoiceRule {
  api::openai::TextRequest request;
  TextTools tools;
  std::vector<std::int32_t> stop_ids;  ///< that end a text
};

/// What stands in front of an answer.
struct ChoiceBegin {
  std::int32_t index = 0;
  std::string echo = {};                                     ///< the prompt, where it is wanted
  std::optional<std::vector<std::int32_t>> prompt_ids = {};  ///< likewise
};

class OpenAiChoice final : public TextSink {
 public:
  OpenAiChoice(std::shared_ptr<OpenAiAnswering> answering, std::shared_ptr<const ChoiceRule> rule,
               ChoiceBegin begin);

  Verdict take(const NewToken& token) override;
  [[nodiscard]] bool is_gone() const override { return answering_->is_gone(); }
  void finish(const Outcome& outcome) override;

 private:
  [[nodiscard]] api::openai::Choice next_part();
  /// Puts text behind what there is; whether a stop text ends it.
  bool put(std::string_view text, api::openai::Choice& part);
  void end_at(std::int32_t id, api::openai::Choice& part);
  [[nodiscard]] api::openai::TokenLogprob logprob_of(const NewToken& token) const;
  [[nodiscard]] std::string name_of(std::int32_t id) const;

  const std::shared_ptr<OpenAiAnswering> answering_;
  const std::shared_ptr<const ChoiceRule> rule_;
  const std::int32_t index_;
  std::optional<ChoiceBegin> begin_;
  std::optional<tokenizer::TextStream> stream_;
  StopTexts stops_;
  std::int64_t offset_ = 0;   // characters of all tokens so far
  api::openai::Choice rest_;  // why it ended, where that is known before finish()
  bool is_over_ = false;
};

}  // namespace joulemark::serve
