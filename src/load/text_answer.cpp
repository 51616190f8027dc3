// SPDX-License-Identifier: Apache-2.0
// Servers are not trusted: every member may be missing or of another type.
#include "load/text_answer.h"

#include <fmt/format.h>

#include <string>

#include "api/openai/answer.h"
#include "api/sse.h"
#include "base/text_table.h"

namespace joulemark::load {
namespace {

namespace openai = api::openai;

constexpr std::size_t kMostBytes = std::size_t{16} << 20;

/// What all parts of an answer told together.
struct Told {
  std::optional<std::int64_t> prompt_tokens, new_tokens;  ///< of `usage`
  std::int64_t ids = 0;                                   ///< of "token_ids"
  std::int64_t parts = 0;                                 ///< that brought tokens
  bool has_ended = false;                                 ///< a choice gave its reason to end
  std::string problem;                                    ///< why it is no answer
  std::optional<ToldEnergy> energy;
};

ToldEnergy told_energy(const openai::RequestEnergy& energy) {
  if (!energy.joules) return {.text = energy.reason};
  return {.measured = true, .joules = *energy.joules, .text = energy.method};
}

/// Whether the text is an answer, or a part of one, that brings tokens.
bool take(openai::Endpoint endpoint, openai::Part part, std::string_view text, Told& told) {
  const auto answer = openai::read_answer(endpoint, part, text);
  if (!answer) {
    const auto error = openai::read_error(text);
    told.problem = error ? "the server says: " + printable(error->message) : answer.error().message;
    return false;
  }
  if (answer->usage) {
    told.prompt_tokens = answer->usage->prompt_tokens;
    told.new_tokens = answer->usage->completion_tokens;
  }
  if (answer->energy) told.energy = told_energy(*answer->energy);
  bool brings = false;
  for (const openai::Choice& choice : answer->choices) {
    const std::size_t ids = choice.token_ids ? choice.token_ids->size() : 0;
    told.ids += static_cast<std::int64_t>(ids);
    told.has_ended = told.has_ended || !choice.finish_reason.empty();
    brings = brings || ids > 0 || !choice.text.empty() || !choice.reasoning.empty();
  }
  told.parts += brings ? 1 : 0;
  return brings;
}

std::string difference(const AskedTokens& asked, const Told& told) {
  if (asked.fresh && told.new_tokens && *asked.fresh != *told.new_tokens)
    return fmt::format("{} new tokens were asked for, the server counts {}", *asked.fresh,
                       *told.new_tokens);
  if (told.new_tokens && told.ids > 0 && told.ids != *told.new_tokens)
    return fmt::format("the server counts {} new tokens and sends {} ids", *told.new_tokens,
                       told.ids);
  if (asked.prompt && told.prompt_tokens && *asked.prompt != *told.prompt_tokens)
    return fmt::format("a prompt of {} tokens was sent, the server counts {}", *asked.prompt,
                       *told.prompt_tokens);
  return "";
}

void compare(const AskedTokens& asked, const Told& told, Record& record) {
  record.message = difference(asked, told);
  if (!record.message.empty())
    record.work = Work::kUnequal;
  else if (asked.fresh && record.new_tokens == asked.fresh)
    record.work = Work::kAsAsked;
}

void tell(const AskedTokens& asked, const Told& told, Record& record) {
  record.prompt_tokens = told.prompt_tokens;
  if (!record.new_tokens) record.new_tokens = told.new_tokens;
  if (!record.new_tokens && told.ids > 0) record.new_tokens = told.ids;
  if (told.energy) record.energy = std::make_shared<const ToldEnergy>(*told.energy);
  if (told.problem.empty()) return compare(asked, told, record);
  record.outcome = Outcome::kBadAnswer;
  record.kind = "bad_answer";
  record.message = told.problem;
}

class WholeText final : public Reading {
 public:
  WholeText(openai::Endpoint endpoint, const AskedTokens& asked)
      : endpoint_(endpoint), asked_(asked) {}
  void part(std::string_view bytes, Nanoseconds) override {
    if (body_.size() + bytes.size() <= kMostBytes) body_ += bytes;
  }
  void finish(Record& record) override {
    Told told;
    take(endpoint_, openai::Part::kWhole, body_, told);
    tell(asked_, told, record);
  }

 private:
  openai::Endpoint endpoint_;
  AskedTokens asked_;
  std::string body_;
};

class StreamedText final : public Reading {
 public:
  StreamedText(openai::Endpoint endpoint, const AskedTokens& asked)
      : endpoint_(endpoint), asked_(asked) {}

  void part(std::string_view bytes, Nanoseconds at) override {
    if (!told_.problem.empty()) return;
    const auto events = events_.read(bytes);
    if (!events) {
      told_.problem = events.error().message;
      return;
    }
    for (const api::ServerEvent& event : *events)
      if (event.data == openai::kStreamEnd)
        is_done_ = true;
      else if (take(endpoint_, openai::Part::kChunk, event.data, told_))
        note_tokens(at);
  }

  void finish(Record& record) override {
    if (told_.problem.empty() && !is_done_ && !told_.has_ended)
      told_.problem = "the stream ended before the text did";
    if (first_ != 0) record.first = first_;
    record.last = last_;
    record.gaps = std::move(gaps_);
    // Each part is a token where the server does not count: the most that can be known.
    if (!told_.new_tokens && told_.ids == 0) record.new_tokens = told_.parts;
    tell(asked_, told_, record);
  }

 private:
  void note_tokens(Nanoseconds at) {
    if (first_ == 0)
      first_ = at;
    else
      gaps_.push_back(at - last_);
    last_ = at;
  }

  openai::Endpoint endpoint_;
  AskedTokens asked_;
  api::EventReader events_;
  Told told_;
  bool is_done_ = false;
  Nanoseconds first_ = 0, last_ = 0;
  std::vector<Nanoseconds> gaps_;
};

}  // namespace

std::unique_ptr<Reading> read_whole_text(openai::Endpoint endpoint, const AskedTokens& asked) {
  return std::make_unique<WholeText>(endpoint, asked);
}

std::unique_ptr<Reading> read_streamed_text(openai::Endpoint endpoint, const AskedTokens& asked) {
  return std::make_unique<StreamedText>(endpoint, asked);
}

}  // namespace joulemark::load
