// SPDX-License-Identifier: Apache-2.0
#include "text_streams.h"

#include <unistd.h>

#include "plugin_kit/status.h"

namespace joulemark::http_engine {
namespace {

using plugin::fail;

constexpr int kOk = 200;
/// For the end of a stream whose tokens have all come.
constexpr std::chrono::milliseconds kEndPatience{5'000};

/// Of a token that ends inside a character, llama.cpp sends nothing; its text comes with the next.
constexpr const char* kKeptIds =
    ": llama.cpp's stream leaves out tokens that end inside a character, so that its text cannot "
    "be compared; ask with prompts whose answers have none ('workload', docs/endpoints.md)";

std::vector<std::int32_t> row_of(const std::int32_t* tokens, std::int32_t n) {
  std::vector<std::int32_t> row;
  for (std::int32_t i = 0; i < n; ++i)
    if (tokens[i] != JM_NO_TOKEN) row.push_back(tokens[i]);
  if (row.empty()) fail(JM_INVALID_ARGUMENT, "a row of the batch has no token");
  return row;
}

}  // namespace

TextStreams::TextStreams(const RunningServer& server, TextServed served)
    : server_(server), served_(std::move(served)) {
  const std::vector<std::int32_t> prompt =
      served_.prompts ? served_.prompts->some_prompt() : std::vector<std::int32_t>{0};
  const auto n = static_cast<std::int32_t>(prompt.size());
  std::int32_t next = 0;
  reset(1, n + 1);
  forward(prompt.data(), n, &next);
  most_at_once_ = 0;
}

void TextStreams::reset(std::int32_t batch, std::int32_t max_tokens) {
  if (batch < 1 || max_tokens < 1) fail(JM_INVALID_ARGUMENT, "batch and tokens start at 1");
  for (Lane& lane : lanes_) finish(lane);
  const auto rows = static_cast<std::size_t>(batch);
  while (lanes_.size() > rows) lanes_.pop_back();
  while (lanes_.size() < rows) lanes_.emplace_back(server_.peer());
  max_tokens_ = max_tokens;
  has_asked_ = false;
}

/// What is left of a stream whose tokens were all taken is only its end; of any other it is work
/// that nobody wants, and the server sees that when the connection ends.
void TextStreams::finish(Lane& lane) {
  if (!lane.connection.is_busy()) return;
  if (lane.given < static_cast<std::size_t>(new_tokens_)) return lane.connection.close();
  lane.connection.set_patience(kEndPatience);
  while (lane.connection.read_more()) {
  }
  lane.connection.set_patience(std::chrono::milliseconds(0));
}

void TextStreams::forward(const std::int32_t* tokens, std::int32_t n, std::int32_t* next_tokens) {
  if (has_asked_)
    check_fed(tokens, n);
  else
    ask(tokens, n);
  for (std::size_t row = 0; row < lanes_.size(); ++row) next_tokens[row] = next_of(lanes_[row]);
}

void TextStreams::check_fed(const std::int32_t* tokens, std::int32_t n) const {
  if (n != 1) fail(JM_UNSUPPORTED, "a server's text goes on by its own tokens, one after another");
  for (std::size_t row = 0; row < lanes_.size(); ++row) {
    const Lane& lane = lanes_[row];
    const bool is_behind_end = lane.is_over && lane.given >= lane.ids.size();
    if (!is_behind_end && lane.ids[lane.given - 1] != tokens[row])
      fail(JM_UNSUPPORTED, "a server's text cannot be made to go on with another token");
  }
}

void TextStreams::ask(const std::int32_t* tokens, std::int32_t n) {
  new_tokens_ = max_tokens_ - n;
  if (new_tokens_ < 1) fail(JM_INVALID_ARGUMENT, "there is no room for a token behind the prompt");
  for (std::size_t row = 0; row < lanes_.size(); ++row)
    prepare(lanes_[row], row_of(tokens + static_cast<std::ptrdiff_t>(row) * n, n));
  for (Lane& lane : lanes_) lane.connection.send(lane.request);
  for (Lane& lane : lanes_) check_head(lane);
  has_asked_ = true;
}

void TextStreams::prepare(Lane& lane, std::vector<std::int32_t> prompt) {
  lane.prompt_tokens = prompt.size();
  TextAsk ask{.model = served_.model,
              .prompt = std::move(prompt),
              .new_tokens = new_tokens_,
              .ignores_eos = served_.ignores_eos,
              .text = "",
              .cache_salt = ""};
  if (served_.prompts) ask.text = served_.prompts->text_of(ask.prompt);
  if (served_.salts_cache)
    ask.cache_salt = std::to_string(::getpid()) + "." + std::to_string(++asked_);
  const std::string body = text_body(served_.dialect, ask);
  lane.request = post_text(server_.peer(), text_path(served_.dialect),
                           {.bytes = body, .headers = {{"Content-Type", "application/json"}}});
  lane.ids.clear();
  lane.parsed = lane.given = 0;
  lane.events = api::EventReader();
  lane.is_over = lane.is_limited = false;
  lane.made = 0;
}

void TextStreams::check_head(Lane& lane) const {
  lane.connection.read_head();
  const int status = lane.connection.status();
  if (status == kOk) return;
  while (lane.connection.read_more()) {
  }
  fail(JM_FAILED, "the server refused a text with " + refusal(status, lane.connection.body()) +
                      "; it was asked with " + demands_of(served_.dialect) +
                      " (docs/endpoints.md)");
}

std::int32_t TextStreams::next_of(Lane& lane) {
  while (lane.given == lane.ids.size()) {
    parse(lane);
    if (lane.given < lane.ids.size()) break;
    if (lane.is_over) return end_of(lane);
    if (!lane.connection.read_more()) lane.is_over = true;
  }
  return lane.ids[lane.given++];
}

void TextStreams::parse(Lane& lane) {
  const std::string& body = lane.connection.body();
  const auto events = lane.events.read(std::string_view(body).substr(lane.parsed));
  if (!events) fail(JM_FAILED, "the server's stream cannot be read: " + events.error().message);
  lane.parsed = body.size();
  for (const api::ServerEvent& told : *events) {
    const TextEvent event = read_text_event(served_.dialect, told.data);
    if (!event.failure.empty()) fail(JM_FAILED, "the server failed in a text: " + event.failure);
    if (event.ids.empty() && event.has_text)
      fail(JM_UNSUPPORTED,
           "the server does not say the ids of its tokens, so that nobody can tell whether its "
           "texts are those of the others (docs/endpoints.md)");
    check_prompt(lane, event);
    lane.ids.insert(lane.ids.end(), event.ids.begin(), event.ids.end());
    most_at_once_ = std::max(most_at_once_, event.ids.size());
    lane.is_over = lane.is_over || event.is_last;
    lane.is_limited = lane.is_limited || event.is_limited;
    lane.made = std::max(lane.made, event.made);
  }
}

/// A server that makes its own tokens of a text may add others than the tokenizer here does.
void TextStreams::check_prompt(const Lane& lane, const TextEvent& event) const {
  if (!event.prompt_tokens || static_cast<std::size_t>(*event.prompt_tokens) == lane.prompt_tokens)
    return;
  fail(JM_UNSUPPORTED, "the server made " + std::to_string(*event.prompt_tokens) +
                           " tokens of a prompt of " + std::to_string(lane.prompt_tokens) +
                           "; it has to have the tokenizer of the experiment's model");
}

/// A text that its model has ended goes on with the token that ends texts, as engines have it.
std::int32_t TextStreams::end_of(Lane& lane) const {
  if (!served_.ignores_eos && served_.facts.end_of_text) return *served_.facts.end_of_text;
  const std::string known = std::to_string(lane.ids.size());
  if (lane.made > static_cast<std::int64_t>(lane.ids.size()))
    fail(JM_UNSUPPORTED, "the server made " + std::to_string(lane.made) +
                             " tokens and said the ids of " + known + kKeptIds);
  fail(JM_FAILED, "the server ended a text behind " + known + " of " + std::to_string(new_tokens_) +
                      " tokens" + why_short(lane));
}

const char* TextStreams::why_short(const Lane& lane) const {
  if (lane.is_limited)
    return ": it has no room for more; give it a longer context ('--max-model-len' of vLLM, "
           "'--ctx-size' of llama.cpp), or ask for fewer tokens";
  if (!served_.ignores_eos) return ", and config.json does not say which token ends texts";
  return "; where it cannot go on behind the end of a text, ask for texts up to it: "
         "'stop = \"eos\"' in [generation], and the option 'ignore_eos = 0'";
}

}  // namespace joulemark::http_engine
