// SPDX-License-Identifier: Apache-2.0
// Judge, then render.
#include "cli/report_output.h"

#include <fmt/format.h>

#include "base/file.h"
#include "cli/output.h"
#include "report/html_report.h"
#include "report/json_report.h"
#include "report/report_model.h"
#include "report/text_report.h"

namespace joulemark::cli {

ReportOutput::ReportOutput(const ExperimentRecord& record, store::Store& store)
    : record_(record), store_(store), judgement_(verdict::judge(record)) {}

std::string ReportOutput::render(Format format) const {
  if (format == Format::kJson) return report::render_json(record_, judgement_) + '\n';
  return report::render_text(
      record_, judgement_,
      {.colour = stdout_has_colour() ? report::Colour::kAlways : report::Colour::kNever,
       .width = stdout_width(),
       .table_width = stdout_table_width()});
}

Result<std::string> ReportOutput::render_html() const {
  const auto series_of = [this](const TrialRecord& trial) {
    auto series = store_.load_series(
        record_.id, {.block = trial.block, .position = trial.position, .attempt = trial.attempt});
    return series ? std::move(*series) : std::vector<Series>();
  };
  return report::render_html(
      report::build_report_model(record_, judgement_, {.series_of = series_of}));
}

Status ReportOutput::write_html(const std::filesystem::path& file) const {
  const auto page = render_html();
  if (!page) return fail(page.error());
  if (auto written = write_file(file, *page); !written) return written;
  print_note(fmt::format("wrote '{}'; open it in a browser", file.string()));
  return {};
}

}  // namespace joulemark::cli
