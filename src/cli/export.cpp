// SPDX-License-Identifier: Apache-2.0
// `joulemark export`: a model in the format of an engine, or stored trials as CSV.
#include "cli/export.h"

#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"

namespace joulemark::cli {
namespace {

using Switch = Arguments::Switch;

Result<int> wrong(const std::string& why) {
  return fail(ErrorKind::kUsage, why);
}

Result<int> run(const Export& command) {
  const bool csv = command.csv == Switch::kOn;
  if (csv && !command.to.empty())
    return wrong("--csv writes the trials of a store and --to a model; give one of them");
  if (!csv && command.to.empty())
    return wrong(
        fmt::format("nothing says what to write of '{}'; give --csv for the trials of a "
                    "store, or --to torchscript for a model",
                    command.source));
  if (!csv && (command.experiment || command.calls == Switch::kOn))
    return wrong("--experiment and --calls are for trials; give --csv too, or leave them out");
  if (csv && (!command.roots.empty() || command.optimize != Export{}.optimize))
    return wrong("--optimize and --engine-root are for models; leave them out of --csv");
  return csv ? export_trials(command) : export_model(command);
}

}  // namespace

Action declare_export(Arguments& arguments) {
  const auto command = std::make_shared<Export>();
  arguments.positional("SOURCE", command->source, "ONNX file with --to, store with --csv",
                       Arguments::Need::kRequired);
  arguments.option("-o,--output FILE", command->output,
                   "The new file (default the model's name with .pt in this folder; trials go to "
                   "standard output)");
  arguments.group("Of a model");
  arguments.option("--to FORMAT", command->to, "Format of the new file: torchscript");
  arguments.option("--optimize HOW", command->optimize,
                   "As the engine's option 'optimize': none (default) or freeze");
  arguments.repeated("--engine-root ENGINE=FOLDER", command->roots,
                     "Folder with the engine's own library");
  arguments.group("Of a store");
  arguments.flag("--csv", command->csv, "One row for each trial that was attempted");
  arguments.option("--experiment N", command->experiment,
                   "Number of the experiment (default all of them)");
  arguments.flag("--calls", command->calls, "Also the times of all calls, in one cell a trial");
  return [command] { return run(*command); };
}

}  // namespace joulemark::cli
