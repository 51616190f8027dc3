// SPDX-License-Identifier: Apache-2.0
// The layouts of the two published studies that examples/studies holds.
#pragma once

#include "exchange/layouts.h"

namespace joulemark::exchange {

/// Small language models for code (arXiv 2412.15441): long files with the columns ep, engine, model
/// and sometimes repetition. Of a folder those with complete repetitions and with medians.
bool is_gaissa(const Paths& paths);
Result<std::vector<ImportSource>> gaissa_sources(const Paths& paths, const CsvMap& map);

/// Runtime infrastructures (arXiv 2402.13640): a long file with the columns model, engine, ep,
/// batch.
bool is_runtimes(const Paths& paths);
Result<std::vector<ImportSource>> runtimes_sources(const Paths& paths, const CsvMap& map);

/// The names of a CSV file's columns; none where there is no such file, or no CSV in it.
std::vector<std::string> csv_head(const std::filesystem::path& file);

}  // namespace joulemark::exchange
