// SPDX-License-Identifier: Apache-2.0
// `joulemark fetch`: a checkpoint from the hub into the cache.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/hub_model.h"
#include "cli/json_values.h"
#include "cli/output.h"

namespace joulemark::cli {
namespace {

using nlohmann::json;
using Switch = Arguments::Switch;

struct FetchCommand {
  std::string checkpoint;
  Switch as_json = Switch::kOff;
  Switch quiet = Switch::kOff;
};

std::string to_json(const hub::HubSnapshot& snapshot, const std::string& revision) {
  json files = json::array();
  for (const auto& file : snapshot.files)
    files.push_back({{"name", file.name}, {"bytes", file.bytes}});
  return json_line({{"directory", snapshot.directory.string()},
                    {"revision", revision},
                    {"commit", snapshot.commit},
                    {"files", std::move(files)}});
}

Result<int> fetch(const FetchCommand& command) {
  const auto request = hub::parse_request(command.checkpoint);
  if (!request) return fail(request.error());
  const auto style =
      command.quiet == Switch::kOn ? run::ProgressStyle::kQuiet : run::progress_style_for(stderr);
  const auto snapshot = fetch_from_hub(command.checkpoint, style);
  if (!snapshot) return fail(snapshot.error());
  if (command.as_json == Switch::kOn) return print(to_json(*snapshot, request->revision));
  return print(snapshot->directory.string() + "\n");
}

}  // namespace

Action declare_fetch(Arguments& arguments) {
  const auto command = std::make_shared<FetchCommand>();
  arguments.positional("CHECKPOINT", command->checkpoint,
                       "hub:OWNER/NAME or hub:OWNER/NAME@REVISION", Arguments::Need::kRequired);
  arguments.flag("--json", command->as_json, "Print folder, commit and files as JSON");
  arguments.flag("--quiet", command->quiet, "No progress, only warnings");
  return [command] { return fetch(*command); };
}

}  // namespace joulemark::cli
