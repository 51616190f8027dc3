// SPDX-License-Identifier: Apache-2.0
#include "store/finding_rows.h"

#include <utility>

#include "store/checked_query.h"
#include "store/preparation.h"

namespace joulemark::store {
namespace {

/// The first schema with this table.
constexpr std::int64_t kFirstSchema = 7;

std::optional<Finding> finding_from(Database::Row& row) {
  std::string* texts[5];
  for (std::size_t i = 0; i < std::size(texts); ++i) {
    texts[i] = std::get_if<std::string>(&row[i]);
    if (texts[i] == nullptr) return std::nullopt;
  }
  const auto severity = severity_from(*texts[1]);
  if (!severity) return std::nullopt;
  return Finding{std::move(*texts[0]), *severity, std::move(*texts[2]), std::move(*texts[3]),
                 std::move(*texts[4])};
}

}  // namespace

SqlStatus insert_findings(Database& database, std::int64_t experiment,
                          const std::vector<Finding>& findings) {
  std::int64_t ordinal = 0;
  for (const Finding& finding : findings) {
    const SqlStatus inserted = database.execute(
        "insert into experiment_finding (experiment, ordinal, code, severity, message, why, "
        "remedy) "
        "values (:experiment, :ordinal, :code, :severity, :message, :why, :remedy)",
        {experiment, ordinal++, finding.code, std::string(to_string(finding.severity)),
         finding.message, finding.why, finding.remedy});
    if (!inserted) return inserted;
  }
  return {};
}

SqlResult<std::vector<Finding>> select_findings(Database& database, std::int64_t experiment) {
  std::vector<Finding> findings;
  const auto version = schema_version(database);
  if (!version) return tl::unexpected<SqlError>(version.error());
  if (*version < kFirstSchema) return findings;
  const SqlStatus asked = query_checked(
      database,
      "select code, severity, message, why, remedy from experiment_finding where experiment = "
      ":experiment order by ordinal",
      {experiment},
      {{"code", ColumnType::kText},
       {"severity", ColumnType::kText},
       {"message", ColumnType::kText},
       {"why", ColumnType::kText},
       {"remedy", ColumnType::kText}},
      [&](Database::Row& row) -> std::string {
        auto finding = finding_from(row);
        if (!finding) return "a finding holds nonsense";
        findings.push_back(*std::move(finding));
        return "";
      });
  if (!asked) return tl::unexpected<SqlError>(asked.error());
  return findings;
}

}  // namespace joulemark::store
