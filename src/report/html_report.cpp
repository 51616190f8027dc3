// SPDX-License-Identifier: Apache-2.0
// Fills the embedded page: title and verdict as text, everything else as JSON that the page's
// script draws.
#include "report/html_report.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "report/html_escape.h"
#include "report/html_page.h"
#include "report/html_static.h"
#include "report/json_report.h"
#include "report/page_model.h"

namespace joulemark::report {

Result<std::string> fill_page(std::string_view page, const PageContent& content) {
  const std::string title = escape_html(content.title);
  const std::pair<std::string_view, std::string> slots[] = {
      {"@@TITLE@@", title},
      {"@@TITLE@@", title},
      {"@@VERDICT@@", std::string(content.verdict_html)},
      {"@@STATIC@@", std::string(content.static_html)},
      {"@@DATA@@", escape_json_for_html(content.json)},
  };
  std::string out;
  out.reserve(page.size() + content.json.size() + content.json.size() / 16);
  std::string_view rest = page;
  for (const auto& [slot, text] : slots) {
    const std::size_t at = rest.find(slot);
    if (at == std::string_view::npos)
      return fail(ErrorKind::kFailed,
                  fmt::format("cannot write the HTML report: the embedded page lacks its slot "
                              "'{}'; build Joulemark again",
                              slot));
    out += rest.substr(0, at);
    out += text;
    rest.remove_prefix(at + slot.size());
  }
  out += rest;
  return out;
}

Result<std::string> render_html(const ReportModel& model) {
  const auto page = html_page();
  if (!page) return fail(page.error());
  const std::string json = to_json(page_model(model), JsonDetail::kFull);
  const std::string& name = model.experiment.name;
  const std::string title =
      name.empty() ? "Joulemark report" : fmt::format("{} – Joulemark report", name);
  const std::string verdict = sentence_html(model.judgement.sentence, names_in(model.judgement));
  const std::string content = static_html(model);
  return fill_page(*page,
                   {.title = title, .verdict_html = verdict, .static_html = content, .json = json});
}

}  // namespace joulemark::report
