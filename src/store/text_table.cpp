// SPDX-License-Identifier: Apache-2.0
#include "store/text_table.h"

#include <optional>
#include <utility>
#include <vector>

#include "store/codec.h"
#include "store/preparation.h"

namespace joulemark::store {
namespace {

/// The first schema with this table.
constexpr std::int64_t kFirstSchema = 3;

/// Columns of the counts, in the order of the members below.
constexpr const char* kCounts[] = {
    "prompts",         "prompt_tokens",         "new_tokens",
    "prefill_prompts", "prefill_prompt_tokens", "prefill_new_tokens"};

/// Of one list for both directions.
template <class Text>
auto counts_of(Text& text) {
  return std::vector{&text.window.prompts,  &text.window.prompt_tokens,  &text.window.new_tokens,
                     &text.prefill.prompts, &text.prefill.prompt_tokens, &text.prefill.new_tokens};
}

Value real(const std::optional<double>& value) {
  return value ? Value(*value) : Value();
}

std::optional<double> optional_real(const Value& value) {
  const auto* number = std::get_if<double>(&value);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

bool take_times(const Value& value, std::vector<std::int64_t>& times) {
  const auto* blob = std::get_if<Blob>(&value);
  if (blob == nullptr) return false;
  auto decoded = decode_durations(blob->bytes);
  if (!decoded) return false;
  times = *std::move(decoded);
  return true;
}

constexpr std::size_t kRealsAt = 2 + std::size(kCounts);

/// Trial, digest, counts, reals, and blobs where they are asked for.
bool take(Database::Row& row, TextResult& text) {
  auto* digest = std::get_if<std::string>(&row[1]);
  if (digest == nullptr) return false;
  text.tokens = std::move(*digest);
  std::size_t at = 2;
  for (std::int64_t* count : counts_of(text)) {
    const auto* number = std::get_if<std::int64_t>(&row[at++]);
    if (number == nullptr) return false;
    *count = *number;
  }
  text.prefill_joules = optional_real(row[kRealsAt]);
  text.prefill_uncertainty_j = optional_real(row[kRealsAt + 1]);
  if (row.size() == kRealsAt + 2) return true;
  return take_times(row[kRealsAt + 2], text.first_token_ns) &&
         take_times(row[kRealsAt + 3], text.inter_token_ns);
}

std::vector<Column> columns_of(Detail detail) {
  std::vector<Column> columns = {{"trial", ColumnType::kInteger}, {"digest", ColumnType::kText}};
  for (const char* count : kCounts) columns.push_back({count, ColumnType::kInteger});
  columns.push_back({"prefill_joules", ColumnType::kReal});
  columns.push_back({"prefill_uncertainty_j", ColumnType::kReal});
  if (detail == Detail::kSummary) return columns;
  columns.push_back({"first_token_ns", ColumnType::kBlob});
  columns.push_back({"inter_token_ns", ColumnType::kBlob});
  return columns;
}

/// "x.a, x.b" of the columns' names a and b.
std::string names_of(const std::vector<Column>& columns) {
  std::string names;
  for (const Column& column : columns) names += (names.empty() ? "x." : ", x.") + column.name;
  return names;
}

}  // namespace

tl::expected<PackedText, std::string> pack(const TextResult& text) {
  auto first = encode_durations(text.first_token_ns);
  if (!first) return tl::unexpected<std::string>("its first tokens take " + first.error());
  auto inter = encode_durations(text.inter_token_ns);
  if (!inter) return tl::unexpected<std::string>("its tokens' times take " + inter.error());
  return PackedText{{*std::move(first)}, {*std::move(inter)}};
}

SqlStatus insert_text(Database& database, std::int64_t trial, const TextResult& text,
                      const PackedText& packed) {
  if (text.window.prompts == 0) return {};
  std::vector<Value> values = {trial, text.tokens};
  std::string names = "trial, digest";
  std::string places = ":trial, :digest";
  const auto counts = counts_of(text);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    values.emplace_back(*counts[i]);
    names += std::string(", ") + kCounts[i];
    places += std::string(", :") + kCounts[i];
  }
  values.push_back(real(text.prefill_joules));
  values.push_back(real(text.prefill_uncertainty_j));
  values.emplace_back(packed.first_token);
  values.emplace_back(packed.inter_token);
  return database.execute("insert into trial_text (" + names +
                              ", prefill_joules, prefill_uncertainty_j, first_token_ns, "
                              "inter_token_ns) values (" +
                              places + ", :joules, :u, cast(:first as blob), cast(:inter as blob))",
                          values);
}

SqlStatus load_texts(Database& database, const TrialRange& range, Detail detail,
                     const TextPlace& place) {
  const auto version = schema_version(database);
  if (!version) return tl::unexpected<SqlError>(version.error());
  if (*version < kFirstSchema) return {};
  const auto columns = columns_of(detail);
  bool sound = true;
  const SqlStatus asked = database.query(
      "select " + names_of(columns) + " from trial_text x join trial t on t.id = x.trial where " +
          condition("x.trial", "t.experiment"),
      range.values(), columns, [&](Database::Row& row) {
        TextResult* text = place(row[0]);
        sound = text != nullptr && take(row, *text);
        return sound;
      });
  if (!asked || sound) return asked;
  return tl::unexpected<SqlError>({Failure::kDamaged, "what a language model did holds nonsense"});
}

}  // namespace joulemark::store
