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

struct Asked {
  hub::HubRequest request;
  hub::HubEnvironment environment;
};

Result<Asked> read_asked(const std::string& source) {
  auto request = hub::parse_request(source);
  if (!request) return fail(request.error());
  auto environment = hub::read_environment(variable);
  if (!environment) return fail(environment.error());
  return Asked{*std::move(request), *std::move(environment)};
}

}  // namespace

Result<hub::HubSnapshot> fetch_from_hub(const std::string& source, run::ProgressStyle style) {
  const auto asked = read_asked(source);
  if (!asked) return fail(asked.error());
  HubProgress progress(style);
  return hub::fetch(asked->request, asked->environment,
                    {.callbacks = progress.callbacks(), .interrupted = &interrupt_flag()});
}

Result<std::optional<std::filesystem::path>> fetched_from_hub(const std::string& source) {
  auto asked = read_asked(source);
  if (!asked) return fail(asked.error());
  asked->environment.offline = true;
  const auto snapshot = hub::fetch(asked->request, asked->environment, {});
  if (!snapshot) return std::nullopt;
  return snapshot->directory;
}

}  // namespace joulemark::cli
