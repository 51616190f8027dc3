// SPDX-License-Identifier: Apache-2.0
// The report as one self-contained HTML file: no request, no inline handler, any name in it
// harmless.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "report/report_model.h"

namespace joulemark::report {

/// What is put into the page's open slots; `…_html` as it is, the rest escaped.
struct PageContent {
  std::string_view title;
  std::string_view verdict_html;  ///< readable without JavaScript, as is `static_html`
  std::string_view static_html;   ///< what the page's script replaces
  std::string_view json;          ///< valid JSON in UTF-8
};

/// `page` with its slots filled. Only `page` is searched for slots, never the content. Fails when a
/// slot is missing or stands in the wrong place.
Result<std::string> fill_page(std::string_view page, const PageContent& content);

/// The whole report. Fails with kMachine when the program was built without the page.
Result<std::string> render_html(const ReportModel& model);

}  // namespace joulemark::report
