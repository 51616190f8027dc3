// SPDX-License-Identifier: Apache-2.0
// Requests of OpenAI's API for text as jobs of the engine.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "api/openai/request.h"
#include "http/exchange.h"
#include "serve/api_context.h"
#include "serve/openai/prompts.h"
#include "serve/openai/text_tools.h"
#include "serve/side_thread.h"

namespace joulemark::serve {

/// `context` and what it names outlive it and every request that it has taken. Prompts of many
/// bytes are read in `side`, beside the server's thread.
class OpenAiTexts : public std::enable_shared_from_this<OpenAiTexts> {
 public:
  OpenAiTexts(const ApiContext& context, SideThread& side, TextTools tools)
      : context_(context), side_(side), tools_(std::move(tools)) {}

  /// From the server's thread.
  void answer(api::openai::Endpoint endpoint, const std::shared_ptr<http::Exchange>& exchange);

 private:
  struct Call {
    api::openai::Endpoint endpoint;
    std::shared_ptr<http::Exchange> exchange;
    Nanoseconds arrived = 0;
  };
  void read(const Call& call);
  void submit(const Call& call, api::openai::TextRequest request,
              const std::vector<ModelPrompt>& prompts);
  void refuse(const Call& call, const api::openai::ApiError& error);

  const ApiContext context_;
  SideThread& side_;
  const TextTools tools_;
  std::atomic<std::uint64_t> number_ = 0;  // counts requests: of ids and of seeds
};

}  // namespace joulemark::serve
