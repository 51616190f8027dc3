// SPDX-License-Identifier: Apache-2.0
// `joulemark help settings` and `help fields`: two tables. Help on a command is its own --help.
#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/output.h"
#include "config/settings.h"
#include "exchange/trial_fields.h"

namespace joulemark::cli {

Action declare_help(Arguments& arguments) {
  const auto topic = std::make_shared<std::string>();
  arguments.positional("TOPIC", *topic,
                       "A command, 'settings' for the table of all settings, or 'fields' for what "
                       "import and export know of a trial",
                       Arguments::Need::kRequired);
  return [topic]() -> Result<int> {
    if (*topic == "settings") return print(config::settings_markdown());
    if (*topic == "fields") return print(exchange::fields_text());
    return fail(ErrorKind::kUsage,
                fmt::format("no help on '{}'; run 'joulemark --help' for all commands", *topic));
  };
}

}  // namespace joulemark::cli
