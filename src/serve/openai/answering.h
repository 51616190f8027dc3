// SPDX-License-Identifier: Apache-2.0
// The answer to one request of OpenAI's API, while jobs of the engine make it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/openai/answer.h"
#include "http/exchange.h"
#include "serve/api_context.h"
#include "serve/openai/form.h"

namespace joulemark::serve {

/// What is known of an answer before its first token.
struct AnswerPlan {
  std::string id;     ///< "cmpl-…"
  std::string route;  ///< "/v1/completions"
  std::int32_t choices = 1;
  std::int64_t prompt_tokens = 0;  ///< of all prompts
  Nanoseconds arrived = 0;
  bool energy = false;  ///< whether joules are wanted
};

/// Used by the thread that submits the jobs and by those that jobs and sensors end in, which keep
/// it alive. `context` outlives it.
class OpenAiAnswering : public std::enable_shared_from_this<OpenAiAnswering> {
 public:
  OpenAiAnswering(const ApiContext& context, std::shared_ptr<http::Exchange> exchange,
                  const api::openai::TextRequest& request, AnswerPlan plan);

  /// All jobs were taken.
  void admit();
  /// One was not: those that were end without an answer.
  void refuse(Admission admission);
  [[nodiscard]] bool is_gone() const;

  /// What a choice has more now; `token_at` is when its token was there.
  void add(api::openai::Choice part, Nanoseconds token_at);
  /// Comes once for every choice, last.
  void end(api::openai::Choice rest, const Outcome& outcome);

 private:
  using Lock = std::unique_lock<std::mutex>;
  [[nodiscard]] api::openai::Usage usage() const { return {plan_.prompt_tokens, fact_.new_tokens}; }
  void note_token(std::int32_t index, Nanoseconds at);
  void note_served(const Served& served);
  /// Once all jobs were taken and all choices ended.
  void go_on(Lock lock);
  void ask_energy(Lock lock);
  void add_share(const EnergyShare& share);
  void finish();
  void fail(const api::openai::ApiError& error);
  void note_request(int status);

  const ApiContext context_;
  const std::shared_ptr<http::Exchange> exchange_;
  const AnswerPlan plan_;
  std::atomic<bool> is_refused_ = false;

  std::mutex mutex_;  // of all below
  const std::unique_ptr<AnswerForm> form_;
  bool is_admitted_ = false;
  std::int32_t open_;                    // choices that have not ended
  std::optional<Outcome> failure_;       // the first one
  std::vector<Served> served_;           // of the choices that have ended
  std::vector<Nanoseconds> last_token_;  // of each choice; 0: none yet
  std::vector<EnergyShare> shares_;
  RequestFact fact_;
};

}  // namespace joulemark::serve
