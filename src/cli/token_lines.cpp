// SPDX-License-Identifier: Apache-2.0
#include "cli/token_lines.h"

#include <fmt/format.h>

#include <exception>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text_table.h"

namespace joulemark::cli {
namespace {

using nlohmann::json;

tl::unexpected<Error> bad_line(const std::string& why) {
  return fail(ErrorKind::kUsage, why);
}

struct TooDeep : std::exception {};

/// The value at `key` of the object in `line`; null when there is none.
Result<json> member_of(const std::string& line, const char* key) {
  constexpr int kMostDepth = 100;
  const auto check_depth = [](int depth, json::parse_event_t /*event*/, const json& /*value*/) {
    if (depth > kMostDepth) throw TooDeep();
    return true;
  };
  try {
    json value = json::parse(line, check_depth);
    return value.is_object() && value.contains(key) ? std::move(value[key]) : json();
  } catch (const TooDeep&) {
    return bad_line(fmt::format("nested deeper than {} levels", kMostDepth));
  } catch (const json::exception&) {
    return bad_line("not valid JSON in UTF-8");
  }
}

}  // namespace

Result<std::string> text_in(const std::string& line) {
  const auto value = member_of(line, "text");
  if (!value) return fail(value.error());
  if (!value->is_string())
    return bad_line(R"(no text; a line is an object like {"text": "Hello"})");
  return value->get<std::string>();
}

Result<std::vector<std::int32_t>> ids_in(const std::string& line) {
  const auto value = member_of(line, "ids");
  if (!value) return fail(value.error());
  if (!value->is_array()) return bad_line(R"(no ids; a line is an object like {"ids": [1, 2]})");
  std::vector<std::int32_t> ids;
  ids.reserve(value->size());
  for (const json& id : *value) {
    constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() > kMost)
      return bad_line(fmt::format("an id is an integer from 0 to {}, not {}", kMost,
                                  printable(id.dump(-1, ' ', true).substr(0, 40))));
    ids.push_back(id.get<std::int32_t>());
  }
  return ids;
}

}  // namespace joulemark::cli
