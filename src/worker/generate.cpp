// SPDX-License-Identifier: Apache-2.0
#include "worker/generate.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <utility>

#include "worker/text_request.h"

namespace joulemark::worker {
namespace {

using protocol::Logits;

/// Of an element of a row-major table.
std::size_t place(std::int32_t row, std::int32_t columns, std::int32_t column) {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
         static_cast<std::size_t>(column);
}

/// The times of the steps, and each row's new ids.
Generated collect(const TextRequest& text, const TextRecord& record) {
  Generated out;
  out.t0_ns = record.t0_ns;
  out.token_at_ns.assign(record.token_at_ns.begin(), record.token_at_ns.begin() + record.steps);
  for (auto& ids : rows_of(text, record)) out.rows.push_back({std::move(ids), {}, {}});
  return out;
}

/// The same request again, in calls that give logits.
class LogitsRun {
 public:
  LogitsRun(EngineModel& model, const TextRequest& text, std::int32_t vocabulary)
      : model_(model), text_(text), vocabulary_(static_cast<std::size_t>(vocabulary)) {}

  Outcome<void> run(Logits wanted, const TextRecord& record, Generated& out) {
    if (auto reset = model_.reset_text(text_.batch, text_.prompt_tokens + text_.new_tokens); !reset)
      return reset;
    const auto prompt = feed(text_.prompt, wanted);
    if (!prompt) return fail(prompt.error());
    for (std::int32_t row = 0; row < text_.batch; ++row)
      out.rows[static_cast<std::size_t>(row)].prefill_logits =
          wanted == Logits::kAll ? lines_of_prompt(*prompt, row)
                                 : Table{line(*prompt, static_cast<std::size_t>(row))};
    for (std::int32_t step = 0; step < record.steps; ++step) {
      const std::size_t begin = place(step, text_.batch, 0);
      const auto tokens =
          std::span(record.tokens).subspan(begin, static_cast<std::size_t>(text_.batch));
      const auto logits = feed(tokens, Logits::kLast);
      if (!logits) return fail(logits.error());
      for (std::size_t row = 0; row < out.rows.size(); ++row)
        if (static_cast<std::size_t>(step) < out.rows[row].new_ids.size())
          out.rows[row].step_logits.push_back(line(*logits, row));
    }
    return {};
  }

 private:
  using Table = std::vector<std::vector<float>>;

  Outcome<std::vector<float>> feed(std::span<const std::int32_t> tokens, Logits wanted) {
    return model_.logits({tokens, text_.batch, vocabulary_}, wanted);
  }

  [[nodiscard]] std::vector<float> line(const std::vector<float>& table, std::size_t i) const {
    const auto begin = table.begin() + static_cast<std::ptrdiff_t>(i * vocabulary_);
    return {begin, begin + static_cast<std::ptrdiff_t>(vocabulary_)};
  }

  [[nodiscard]] Table lines_of_prompt(const std::vector<float>& table, std::int32_t row) const {
    Table lines;
    for (std::int32_t i = 0; i < text_.prompt_tokens; ++i) {
      const std::size_t at = place(row, text_.prompt_tokens, i);
      if (text_.prompt[at] != kPadding) lines.push_back(line(table, at));
    }
    return lines;
  }

  EngineModel& model_;
  const TextRequest& text_;
  std::size_t vocabulary_;
};

void append(fmt::memory_buffer& to, const std::vector<std::vector<float>>& table) {
  to.push_back('[');
  for (std::size_t i = 0; i < table.size(); ++i) {
    fmt::format_to(std::back_inserter(to), "{}[", i == 0 ? "" : ",");
    for (std::size_t j = 0; j < table[i].size(); ++j) {
      if (j > 0) to.push_back(',');
      // JSON has no word for what is no number.
      if (std::isfinite(table[i][j]))
        fmt::format_to(std::back_inserter(to), "{}", table[i][j]);
      else
        fmt::format_to(std::back_inserter(to), "null");
    }
    to.push_back(']');
  }
  to.push_back(']');
}

}  // namespace

Outcome<Generated> generate(EngineModel& model, const GenerateRequest& request) {
  const auto vocabulary = model.vocabulary();
  if (!vocabulary) return fail(vocabulary.error());
  const auto text = make_text_request(request.prompts, {request.max_new_tokens, request.stop_ids});
  if (!text) return fail(text.error());
  TextRecord record;
  record.prepare(*text);
  if (const jm_status status = run_text_request(model.text_subject(), *text, record);
      status != JM_OK)
    return model.run_failure(status);
  Generated out = collect(*text, record);
  if (request.logits == Logits::kNone) return out;
  LogitsRun logits(model, *text, *vocabulary);
  if (auto done = logits.run(request.logits, record, out); !done) return fail(done.error());
  return out;
}

std::string generated_line(const Generated& generated) {
  // Written by hand: a JSON tree of millions of numbers takes twenty times their size.
  fmt::memory_buffer line;
  fmt::format_to(std::back_inserter(line),
                 R"({{"type":"generated","t0_ns":{},"token_at_ns":[{}],"rows":[)", generated.t0_ns,
                 fmt::join(generated.token_at_ns, ","));
  for (std::size_t i = 0; i < generated.rows.size(); ++i) {
    const GeneratedRow& row = generated.rows[i];
    fmt::format_to(std::back_inserter(line), R"({}{{"new_ids":[{}],"prefill_logits":)",
                   i == 0 ? "" : ",", fmt::join(row.new_ids, ","));
    append(line, row.prefill_logits);
    fmt::format_to(std::back_inserter(line), R"(,"step_logits":)");
    append(line, row.step_logits);
    line.push_back('}');
  }
  fmt::format_to(std::back_inserter(line), "]}}");
  return fmt::to_string(line);
}

}  // namespace joulemark::worker
