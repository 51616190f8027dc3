// SPDX-License-Identifier: Apache-2.0
// Embeds the page, or tells why there is none; report_page.cmake defines which.
#include "report/html_page.h"

#include <string>

#ifdef JOULEMARK_HTML_PAGE
// As an array in C++ source, 400 kB would take the compiler longer than all of this layer.
// clang-format off
asm(".pushsection .rodata\n"
    ".hidden joulemark_html_page_begin\n"
    ".hidden joulemark_html_page_end\n"
    ".global joulemark_html_page_begin\n"
    ".global joulemark_html_page_end\n"
    "joulemark_html_page_begin:\n"
    ".incbin \"" JOULEMARK_HTML_PAGE "\"\n"
    "joulemark_html_page_end:\n"
    ".byte 0\n"
    ".popsection\n");
// clang-format on
extern "C" {
__attribute__((visibility("hidden"))) extern const char joulemark_html_page_begin[];
__attribute__((visibility("hidden"))) extern const char joulemark_html_page_end[];
}
#endif

namespace joulemark::report {

Result<std::string_view> html_page() {
#ifdef JOULEMARK_HTML_PAGE
  return std::string_view(
      joulemark_html_page_begin,
      static_cast<std::size_t>(joulemark_html_page_end - joulemark_html_page_begin));
#else
  return fail(
      ErrorKind::kMachine,
      "cannot write the HTML report: " JOULEMARK_NO_HTML_PAGE
      "; build again with Node.js 20 or newer, npm and -DJOULEMARK_REPORT_PAGE=AUTO, or use "
      "'report --json'");
#endif
}

}  // namespace joulemark::report
