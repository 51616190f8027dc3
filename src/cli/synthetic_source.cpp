// SPDX-License-Identifier: Apache-2.0
#include "cli/synthetic_source.h"

#include <fmt/format.h>

#include "checkpoint/synthetic.h"
#include "cli/model_source.h"
#include "cli/output.h"

namespace joulemark::cli {

namespace fs = std::filesystem;

namespace {

/// What a source names, and where it is made.
struct Place {
  checkpoint::SyntheticModel model;
  fs::path cache;
  fs::path folder;

  [[nodiscard]] bool is_made() const {
    std::error_code error;
    return fs::exists(folder, error);
  }
};

Result<Place> place_of(const std::string& source) {
  auto model = checkpoint::parse_synthetic(source);
  if (!model) return fail(model.error());
  auto cache = cache_folder();
  if (!cache) return fail(cache.error());
  fs::path folder = checkpoint::synthetic_folder(*model, *cache);
  return Place{*std::move(model), *std::move(cache), std::move(folder)};
}

}  // namespace

Result<fs::path> synthetic_directory(const std::string& source) {
  const auto place = place_of(source);
  if (!place) return fail(place.error());
  if (!place->is_made()) {
    const std::uint64_t bytes = checkpoint::synthetic_bytes(place->model);
    print_note(fmt::format("making {} MB of weights for '{}' in '{}', once", bytes / 1'000'000,
                           source, place->folder.string()));
  }
  return checkpoint::make_synthetic(place->model, place->cache);
}

Result<std::optional<fs::path>> made_synthetic(const std::string& source) {
  const auto place = place_of(source);
  if (!place) return fail(place.error());
  if (!place->is_made()) return std::nullopt;
  return place->folder;
}

Status check_generates(const std::string& source) {
  if (!checkpoint::names_synthetic(source)) return {};
  const auto model = checkpoint::parse_synthetic(source);
  if (!model) return fail(model.error());
  if (model->network.empty()) return {};
  return fail(ErrorKind::kUnsupported,
              fmt::format("'{}' generates no text; 'joulemark compare' measures it", source));
}

void note_synthetic(const std::string& source) {
  if (checkpoint::is_synthetic(source))
    print_note(
        fmt::format("the weights of '{}' are synthetic: it does the work of the model it is "
                    "named after, and what it answers means nothing",
                    source));
}

}  // namespace joulemark::cli
