// SPDX-License-Identifier: Apache-2.0
// The process's environment, signals and standard error around hub::fetch.
#include "cli/hub_model.h"

#include <cstdlib>
#include <optional>

#include "cli/hub_progress.h"
#include "cli/interrupt.h"

namespace joulemark::cli {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

Result<hub::HubSnapshot> fetch_from_hub(const std::string& source, run::ProgressStyle style) {
  const auto request = hub::parse_request(source);
  if (!request) return fail(request.error());
  const auto environment = hub::read_environment(variable);
  if (!environment) return fail(environment.error());
  HubProgress progress(style);
  return hub::fetch(*request, *environment,
                    {.callbacks = progress.callbacks(), .interrupted = &interrupt_flag()});
}

Result<std::optional<std::filesystem::path>> fetched_from_hub(const std::string& source) {
  const auto request = hub::parse_request(source);
  if (!request) return fail(request.error());
  auto environment = hub::read_environment(variable);
  if (!environment) return fail(environment.error());
  environment->offline = true;
  const auto snapshot = hub::fetch(*request, *environment, {});
  if (!snapshot) return std::nullopt;
  return snapshot->directory;
}

}  // namespace joulemark::cli
