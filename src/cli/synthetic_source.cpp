// SPDX-License-Identifier: Apache-2.0
#include "cli/synthetic_source.h"

#include <fmt/format.h>

#include "checkpoint/synthetic.h"
#include "cli/model_source.h"
#include "cli/output.h"

namespace joulemark::cli {

namespace fs = std::filesystem;

Result<fs::path> synthetic_directory(const std::string& source) {
  const auto model = checkpoint::parse_synthetic(source);
  if (!model) return fail(model.error());
  const auto cache = cache_folder();
  if (!cache) return fail(cache.error());
  const fs::path folder = checkpoint::synthetic_folder(*model, *cache);
  std::error_code error;
  if (!fs::exists(folder, error)) {
    const auto bytes = checkpoint::synthetic_bytes(*model);
    if (!bytes) return fail(bytes.error());
    print_note(fmt::format("making {} MB of weights for '{}' in '{}', once", *bytes / 1'000'000,
                           source, folder.string()));
  }
  return checkpoint::make_synthetic(*model, *cache);
}

Result<std::optional<fs::path>> made_synthetic(const std::string& source) {
  const auto model = checkpoint::parse_synthetic(source);
  if (!model) return fail(model.error());
  const auto cache = cache_folder();
  if (!cache) return fail(cache.error());
  fs::path folder = checkpoint::synthetic_folder(*model, *cache);
  std::error_code error;
  if (!fs::exists(folder, error)) return std::nullopt;
  return folder;
}

void note_synthetic(const std::string& source) {
  if (checkpoint::is_synthetic(source))
    print_note(
        fmt::format("the weights of '{}' are synthetic: it does the work of the model it is "
                    "named after, and what it says means nothing",
                    source));
}

}  // namespace joulemark::cli
