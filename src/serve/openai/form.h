// SPDX-License-Identifier: Apache-2.0
// The two forms that an answer of OpenAI's API has on the wire: whole, and as a stream of chunks.
#pragma once

#include <memory>
#include <optional>

#include "api/openai/answer.h"
#include "http/exchange.h"

namespace joulemark::serve {

/// Used by one thread at a time.
class AnswerForm {
 public:
  virtual ~AnswerForm() = default;
  /// Nothing will keep the answer from beginning. Nothing is sent before.
  virtual void open() = 0;
  /// What a choice has more now, and what all have used with it.
  virtual void add(api::openai::Choice part, const api::openai::Usage& so_far) = 0;
  virtual void finish(const api::openai::Usage& usage,
                      std::optional<api::openai::RequestEnergy> energy) = 0;
  /// With a status of its own, or inside of the stream where that has begun.
  virtual void fail(const api::openai::ApiError& error) = 0;
};

struct AnswerHead {
  api::openai::Answer
      head;  ///< without choices: what the answer, or each of its chunks, begins with
  std::int32_t choices = 1;  ///< how many there will be
};

std::unique_ptr<AnswerForm> make_answer_form(std::shared_ptr<http::Exchange> exchange,
                                             const api::openai::TextRequest& request,
                                             AnswerHead head);

}  // namespace joulemark::serve
