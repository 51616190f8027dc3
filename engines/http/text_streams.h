// SPDX-License-Identifier: Apache-2.0
// A language model on a server: a stream of tokens for each row of the batch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/sse.h"
#include "model_facts.h"
#include "prompt_texts.h"
#include "running_server.h"
#include "text_dialect.h"

namespace joulemark::http_engine {

struct TextServed {
  TextDialect dialect = TextDialect::kOpenAi;
  std::string model;  ///< on the server
  ModelFacts facts;
  bool ignores_eos = true;
  bool salts_cache = false;                   ///< the server takes cache_salt
  std::shared_ptr<PromptTexts> prompts = {};  ///< null: the server takes token ids
};

/// The rows of a batch are requests of their own, asked for at once. Throws plugin::Failure and
/// ConnectionLost.
class TextStreams {
 public:
  /// Asks for one token, to see whether the server says what a comparison needs.
  TextStreams(const RunningServer& server, TextServed served);

  [[nodiscard]] const TextServed& served() const { return served_; }
  /// Of all events so far, the most tokens in one.
  [[nodiscard]] std::size_t most_tokens_at_once() const { return most_at_once_; }

  /// As jm_engine_api::lm_reset.
  void reset(std::int32_t batch, std::int32_t max_tokens);
  /// As jm_engine_api::lm_forward: the first call after reset asks, each gives the next token of
  /// every row as soon as all are there. Only tokens that the server has given can be fed to it.
  void forward(const std::int32_t* tokens, std::int32_t n, std::int32_t* next_tokens);

 private:
  /// One row.
  struct Lane {
    explicit Lane(const Peer& server) : connection(server.url, server.trust) {}
    Connection connection;
    std::string request;
    std::size_t prompt_tokens = 0;
    api::EventReader events;
    std::size_t parsed = 0;         ///< of the body, which is handed to `events`
    std::vector<std::int32_t> ids;  ///< that have come
    std::size_t given = 0;          ///< of ids
    bool is_over = false;           ///< the last event has come
    bool is_limited = false;        ///< as TextEvent
    std::int64_t made = 0;          ///< as TextEvent
  };

  void ask(const std::int32_t* tokens, std::int32_t n);
  void prepare(Lane& lane, std::vector<std::int32_t> prompt);
  void check_prompt(const Lane& lane, const TextEvent& event) const;
  void check_fed(const std::int32_t* tokens, std::int32_t n) const;
  void check_head(Lane& lane) const;
  std::int32_t next_of(Lane& lane);
  void parse(Lane& lane);
  std::int32_t end_of(Lane& lane) const;
  [[nodiscard]] const char* why_short(const Lane& lane) const;
  void finish(Lane& lane);

  const RunningServer& server_;
  TextServed served_;
  std::vector<Lane> lanes_;
  std::int32_t max_tokens_ = 0;
  std::int32_t new_tokens_ = 0;
  bool has_asked_ = false;
  std::size_t most_at_once_ = 0;
  std::uint64_t asked_ = 0;
};

}  // namespace joulemark::http_engine
