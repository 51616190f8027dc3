// SPDX-License-Identifier: Apache-2.0
#include "cli/generate_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/text_table.h"
#include "cli/json_values.h"
#include "cli/output.h"

namespace joulemark::cli {
namespace {

using nlohmann::json;
using tokenizer::Ids;
using tokenizer::SpecialTokens;
using tokenizer::Tokenizer;

Result<json> text_of(const std::optional<Tokenizer>& tokenizer, const Ids& ids) {
  if (!tokenizer) return json();
  auto text = tokenizer->decode(ids, SpecialTokens::kWithout);
  if (!text) return fail(text.error());
  return json(*std::move(text));
}

/// Seconds from the request to the first token, and from each token to the next.
json timing_json(const run::Generated& generated) {
  json steps = json::array();
  Nanoseconds before = generated.t0_ns;
  for (const Nanoseconds at : generated.token_at_ns) {
    steps.push_back(to_seconds(at - before));
    before = at;
  }
  json timing = {{"first_token_s", steps.front()}};
  steps.erase(steps.begin());
  timing["inter_token_s"] = std::move(steps);
  return timing;
}

Result<json> row_json(const Ids& prompt, const run::GeneratedRow& row,
                      const std::optional<Tokenizer>& tokenizer) {
  auto text = text_of(tokenizer, row.new_ids);
  if (!text) return fail(text.error());
  json out = {{"prompt_ids", prompt}, {"new_ids", row.new_ids}, {"text", *std::move(text)}};
  if (row.prefill_logits.empty()) return out;
  out["prefill_logits"] = row.prefill_logits;
  out["step_logits"] = row.step_logits;
  return out;
}

/// Generated text keeps its lines and nothing else that steers a terminal.
std::string printable_lines(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += printable(std::string_view(text).substr(at, end - at));
    if (end < text.size()) out += '\n';
    at = end + 1;
  }
  return out;
}

}  // namespace

Result<std::string> generation_json(const GenerationOutput& from) {
  const run::Generated& generated = from.done.generated;
  json rows = json::array();
  for (std::size_t i = 0; i < generated.rows.size(); ++i) {
    auto row = row_json(from.task.request.prompts[i], generated.rows[i], from.tokenizer);
    if (!row) return fail(row.error());
    rows.push_back(*std::move(row));
  }
  json out = rows.size() == 1 ? std::move(rows.front()) : json{{"rows", std::move(rows)}};
  out["model_file"] = from.task.model;
  out["synthetic"] = from.is_synthetic;
  out["timing"] = timing_json(generated);
  out["timing"]["load_s"] = to_seconds(from.done.loaded.t1_ns - from.done.loaded.t0_ns);
  if (const auto& built = from.done.built)
    out["timing"]["build_s"] = to_seconds(built->t1_ns - built->t0_ns);
  return json_line(out);
}

Result<std::string> generation_text(const GenerationOutput& from) {
  std::string out;
  for (const run::GeneratedRow& row : from.done.generated.rows) {
    const auto text = text_of(from.tokenizer, row.new_ids);
    if (!text) return fail(text.error());
    out += text->is_string() ? printable_lines(text->get<std::string>())
                             : fmt::format("{}", fmt::join(row.new_ids, " "));
    out += '\n';
  }
  return out;
}

}  // namespace joulemark::cli
