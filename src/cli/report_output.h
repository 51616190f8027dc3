// SPDX-License-Identifier: Apache-2.0
// A stored experiment in each output format.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "joulemark/result.h"
#include "store/store.h"
#include "verdict/verdict.h"

namespace joulemark::cli {

/// What is printed; the page has write_html.
enum class Format { kText, kJson };

/// Judges a record once and renders it in any format. Borrows record and store.
class ReportOutput {
 public:
  ReportOutput(const ExperimentRecord& record, store::Store& store);

  /// Text as wide and coloured as standard output can show it, or one line of JSON.
  [[nodiscard]] std::string render(Format format) const;
  /// The page. Fetches the time lines of the trials it shows from the store.
  [[nodiscard]] Result<std::string> render_html() const;
  /// Writes the page to `file` and says so on standard error.
  [[nodiscard]] Status write_html(const std::filesystem::path& file) const;

 private:
  const ExperimentRecord& record_;
  store::Store& store_;
  verdict::Judgement judgement_;
};

}  // namespace joulemark::cli
