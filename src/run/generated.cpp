// SPDX-License-Identifier: Apache-2.0
#include "run/generated.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace joulemark::run {
namespace {

using nlohmann::json;

struct Wrong {
  std::string what;
};

const json& list(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array())
    throw Wrong{"'" + std::string(key) + "' is no list"};
  return *found;
}

Nanoseconds time_in(const json& value, const Exchange& exchange) {
  if (!value.is_number_integer()) throw Wrong{"a time is no number"};
  const auto time = value.get<std::int64_t>();
  if (time < exchange.sent_ns || time > exchange.received_ns)
    throw Wrong{"a time lies outside of the request"};
  return time;
}

/// Null stands for what is no number.
std::vector<std::vector<float>> table(const json& rows) {
  std::vector<std::vector<float>> out;
  for (const json& row : rows) {
    if (!row.is_array()) throw Wrong{"logits are no lists of numbers"};
    std::vector<float>& to = out.emplace_back();
    for (const json& value : row) {
      if (!value.is_number() && !value.is_null()) throw Wrong{"a logit is no number"};
      to.push_back(value.is_null() ? std::numeric_limits<float>::quiet_NaN() : value.get<float>());
    }
  }
  return out;
}

GeneratedRow row_of(const json& object, const protocol::GenerateRequest& request,
                    std::size_t steps) {
  if (!object.is_object()) throw Wrong{"a row is no object"};
  GeneratedRow row;
  for (const json& id : list(object, "new_ids")) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() > INT32_MAX)
      throw Wrong{"a new id is no token id"};
    row.new_ids.push_back(id.get<std::int32_t>());
  }
  if (row.new_ids.empty() || row.new_ids.size() > steps)
    throw Wrong{"a row has more or fewer ids than there were steps"};
  if (request.logits == protocol::Logits::kNone) return row;
  row.prefill_logits = table(list(object, "prefill_logits"));
  row.step_logits = table(list(object, "step_logits"));
  if (row.prefill_logits.empty() || row.step_logits.size() != row.new_ids.size())
    throw Wrong{"a row lacks logits"};
  return row;
}

Generated read(const json& object, const protocol::GenerateRequest& request,
               const Exchange& exchange) {
  Generated out;
  out.t0_ns = time_in(object.value("t0_ns", json()), exchange);
  Nanoseconds last = out.t0_ns;
  for (const json& value : list(object, "token_at_ns")) {
    out.token_at_ns.push_back(time_in(value, exchange));
    if (out.token_at_ns.back() < last) throw Wrong{"times of tokens go backwards"};
    last = out.token_at_ns.back();
  }
  if (out.token_at_ns.empty() ||
      out.token_at_ns.size() > static_cast<std::size_t>(request.max_new_tokens))
    throw Wrong{"there are more or fewer steps than were asked for"};
  const json& rows = list(object, "rows");
  if (rows.size() != request.prompts.size()) throw Wrong{"there is not one row for each prompt"};
  for (const json& row : rows) out.rows.push_back(row_of(row, request, out.token_at_ns.size()));
  return out;
}

}  // namespace

Reply<Generated> parse_generated(std::string_view line, const protocol::GenerateRequest& request,
                                 const Exchange& exchange) {
  if (auto typed = parse_type(line, "generate", "generated"); !typed)
    return tl::unexpected<Failure>(typed.error());
  try {
    return read(json::parse(line), request, exchange);
  } catch (const Wrong& wrong) {
    return tl::unexpected<Failure>(nonsense("generate", wrong.what));
  }
}

}  // namespace joulemark::run
