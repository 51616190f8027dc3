// SPDX-License-Identifier: Apache-2.0
#include "cli/preflight.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/suggest.h"
#include "base/text_table.h"
#include "cli/output.h"
#include "host/preflight/finding_table.h"
#include "run/space_needed.h"
#include "sensors/boards/nvml_condition.h"
#include "sensors/permissions.h"

namespace joulemark::cli {
namespace {

namespace fs = std::filesystem;

/// More lines than this would bury what follows; doctor shows them all.
constexpr std::size_t kMostLines = 4;

bool disturbs(const Finding& finding) {
  return finding.severity != Severity::kInfo;
}

void print_finding(const Finding& finding) {
  print_note(
      printable(fmt::format("{} ({}): {}{}{}", to_string(finding.severity), finding.code,
                            finding.message, finding.remedy.empty() ? "" : "; ", finding.remedy)));
}

/// Errors, then warnings.
std::vector<Finding> disturbing(const std::vector<Finding>& findings) {
  std::vector<Finding> worst;
  std::copy_if(findings.begin(), findings.end(), std::back_inserter(worst), disturbs);
  std::stable_partition(worst.begin(), worst.end(), [](const Finding& finding) {
    return finding.severity == Severity::kError;
  });
  return worst;
}

std::vector<std::string> all_codes() {
  std::vector<std::string> codes;
  for (const auto& kind : host::finding_kinds()) codes.emplace_back(kind.code);
  return codes;
}

}  // namespace

void PreflightFlags::declare(Arguments& arguments) {
  arguments.flag("--strict", strict,
                 "Measure nothing where the machine disturbs: refuse every warning of preflight");
  arguments.repeated("--allow CODE", allowed,
                     "With --strict: let this finding pass; 'joulemark doctor' shows the codes");
}

Status PreflightFlags::check() const {
  for (const std::string& code : allowed)
    if (host::find_kind(code) == nullptr)
      return fail(ErrorKind::kUsage,
                  fmt::format("--allow must be the code of a finding, not '{}'{}", code,
                              did_you_mean(code, all_codes())));
  if (!allowed.empty() && strict == Arguments::Switch::kOff)
    return fail(ErrorKind::kUsage, "--allow goes with --strict: without it nothing is refused");
  return {};
}

std::vector<host::Place> places_of(const std::string& store, std::uintmax_t store_bytes) {
  constexpr std::string_view kSqlite = "sqlite:";
  std::string_view file = store;
  if (file.starts_with(kSqlite)) file.remove_prefix(kSqlite.size());
  std::error_code error;
  const fs::path temporary = fs::temp_directory_path(error);
  return {{"the store", fs::absolute(fs::path(file), error).parent_path(), store_bytes},
          {"the temporary folder", temporary.empty() ? fs::path("/tmp") : temporary,
           run::temporary_bytes()}};
}

std::vector<Finding> find_all(host::Preflight& preflight,
                              const sensors::SensorEnvironment& environment,
                              const std::vector<SensorStatus>& statuses) {
  std::vector<Finding> all = preflight.look_again();
  for (auto found : {sensors::permission_findings(statuses), sensors::nvml_findings(environment)})
    std::move(found.begin(), found.end(), std::back_inserter(all));
  host::sort_findings(all);
  return all;
}

void print_findings(const std::vector<Finding>& findings) {
  const auto worst = disturbing(findings);
  const std::size_t shown = std::min(worst.size(), kMostLines);
  std::for_each_n(worst.begin(), shown, print_finding);
  if (worst.size() > shown)
    print_note(fmt::format("{} more: run 'joulemark doctor'", worst.size() - shown));
}

Status refuse_disturbed(const PreflightFlags& flags, const std::vector<Finding>& findings) {
  if (flags.strict == Arguments::Switch::kOff) return {};
  std::vector<std::string> codes;
  for (const Finding& finding : disturbing(findings)) {
    const auto& allowed = flags.allowed;
    if (std::find(allowed.begin(), allowed.end(), finding.code) != allowed.end()) continue;
    print_finding(finding);
    if (std::find(codes.begin(), codes.end(), finding.code) == codes.end())
      codes.push_back(finding.code);
  }
  if (codes.empty()) return {};
  return fail(ErrorKind::kMachine,
              fmt::format("nothing was measured, because of --strict: this machine disturbs ({}); "
                          "mend that, or let it pass with --allow CODE",
                          fmt::join(codes, ", ")));
}

}  // namespace joulemark::cli
