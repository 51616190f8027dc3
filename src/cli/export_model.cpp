// SPDX-License-Identifier: Apache-2.0
// `joulemark export MODEL --to FORMAT`: a model in the format of an engine.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "cli/experiment_flags.h"
#include "cli/export.h"
#include "cli/output.h"
#include "cli/output_target.h"
#include "engine/discovery.h"
#include "model/onnx_summary.h"
#include "run/describe.h"
#include "run/process_worker.h"

namespace joulemark::cli {
namespace {

namespace fs = std::filesystem;

/// The name of the engine that writes `format`.
Result<std::string> writer_of(const std::string& format, const engine::SearchPath& path) {
  std::vector<std::string> formats;
  for (const auto& listing : engine::list_engines(path))
    for (const auto& each : listing.manifest.export_formats) {
      if (each == format) return listing.manifest.name;
      formats.push_back(each);
    }
  return fail(ErrorKind::kUsage, fmt::format("no engine writes models as '{}'; there is: {}",
                                             format, fmt::join(formats, ", ")));
}

Status check_files(const Export& command) {
  const auto summary = model::read_onnx_summary(command.source);
  std::error_code error;
  if (!summary && !fs::exists(command.source, error))
    return fail(ErrorKind::kUsage,
                fmt::format("cannot read model '{}': no such file", command.source));
  if (!summary) return fail(summary.error());
  return check_output("-o", command.output, {{"the model", command.source}});
}

}  // namespace

Result<int> export_model(Export command) {
  if (command.output.empty())
    command.output = fs::path(command.source).filename().replace_extension(".pt").string();
  const auto roots = parse_engine_roots(command.roots);
  if (!roots) return fail(roots.error());
  const auto path = engine::default_search_path(*roots);
  const auto writer = writer_of(command.to, path);
  if (!writer) return fail(writer.error());
  if (auto files = check_files(command); !files) return fail(files.error());
  const auto install = engine::find_engine(*writer, path);
  if (!install) return fail(install.error());
  run::ProcessWorkerRunner workers(run::default_worker_program());
  const auto written = run::export_model(
      *install, {fs::absolute(command.source), command.to, fs::absolute(command.output)},
      {{"optimize", command.optimize}}, workers);
  if (!written) return fail(written.error());
  print_note(fmt::format("wrote '{}'", command.output));
  return 0;
}

}  // namespace joulemark::cli
