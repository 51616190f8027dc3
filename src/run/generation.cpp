// SPDX-License-Identifier: Apache-2.0
#include "run/generation.h"

#include <utility>

namespace joulemark::run {

Result<Generation> generate(const ConverseOptions& options, const GenerationTask& task,
                            WorkerRunner& workers) {
  Generation out;
  const std::string with = "' with engine '" + options.open.install.engine + "'";
  const auto asked = converse(options, workers, [&](WorkerClient& client, const Opened&) -> Status {
    const auto loaded = client.load(task.model, task.precision);
    if (!loaded) return fail(to_error("load '" + task.model + with, loaded.error()));
    out.loaded = *loaded;
    if (loaded->builds) {
      const auto built = client.build();
      if (!built) return fail(to_error("build '" + task.model + with, built.error()));
      out.built = *built;
    }
    auto generated = client.generate(task.request);
    if (!generated) return fail(to_error("generate from '" + task.model + with, generated.error()));
    out.generated = *std::move(generated);
    return {};
  });
  if (!asked) return fail(asked.error());
  return out;
}

}  // namespace joulemark::run
