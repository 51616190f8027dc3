// SPDX-License-Identifier: Apache-2.0
#include "load/text_workload.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/random.h"
#include "load/text_answer.h"

namespace joulemark::load {
namespace {

using nlohmann::json;

namespace openai = api::openai;
using openai::Endpoint;
using openai::Prompt;
using Ids = std::vector<std::int32_t>;

/// Special tokens of most tokenizers lie below it.
constexpr std::int32_t kFirstOrdinaryId = 100;

Ids generated_ids(const TextOptions& options, std::int64_t index, std::int32_t count) {
  Random random(options.seed, static_cast<std::uint64_t>(index));
  const std::int32_t first = std::min(kFirstOrdinaryId, options.vocabulary / 2);
  Ids ids(static_cast<std::size_t>(count));
  for (std::int32_t& id : ids)
    id = first + static_cast<std::int32_t>(
                     random.below(static_cast<std::uint64_t>(options.vocabulary - first)));
  return ids;
}

/// So many words of four letters.
std::string generated_words(const TextOptions& options, std::int64_t index, std::int32_t count) {
  Random random(options.seed, static_cast<std::uint64_t>(index));
  std::string words;
  for (std::int32_t i = 0; i < count; ++i) {
    if (i > 0) words += ' ';
    for (int k = 0; k < 4; ++k) words += static_cast<char>('a' + random.below(26));
  }
  return words;
}

std::string message_of(const std::string& text) {
  const json messages = json::array({{{"role", "user"}, {"content", text}}});
  return messages.dump(-1, ' ', false, json::error_handler_t::replace);
}

class TextWorkload final : public Workload {
 public:
  explicit TextWorkload(TextOptions options) : options_(std::move(options)) {
    options_.call.method = "POST";
    options_.call.headers.push_back({"Content-Type", "application/json"});
  }

  [[nodiscard]] Question question(std::int64_t index, const Wish& wish) const override {
    openai::TextRequest request = options_.request;
    Prompt prompt = prompt_of(index, wish.prompt_tokens.value_or(options_.prompt_tokens));
    AskedTokens asked;
    if (const auto* ids = std::get_if<Ids>(&prompt))
      asked.prompt = static_cast<std::int64_t>(ids->size());
    if (request.endpoint == Endpoint::kChat)
      request.messages_json = message_of(std::get<std::string>(prompt));
    else
      request.prompts = {std::move(prompt)};
    request.max_tokens = wish.new_tokens.value_or(options_.new_tokens);
    if (request.ignore_eos) asked.fresh = request.max_tokens;
    http::Call call = options_.call;
    call.body = std::make_shared<const std::string>(openai::write_request(request));
    return {std::move(call), request.stream ? read_streamed_text(request.endpoint, asked)
                                            : read_whole_text(request.endpoint, asked)};
  }

 private:
  [[nodiscard]] Prompt prompt_of(std::int64_t index, std::int32_t count) const {
    if (!options_.prompts.empty())
      return options_.prompts[static_cast<std::size_t>(index) % options_.prompts.size()];
    if (options_.request.endpoint == Endpoint::kChat)
      return generated_words(options_, index, count);
    return generated_ids(options_, index, count);
  }

  TextOptions options_;
};

}  // namespace

std::unique_ptr<Workload> make_text_workload(TextOptions options) {
  return std::make_unique<TextWorkload>(std::move(options));
}

}  // namespace joulemark::load
