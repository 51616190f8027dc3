# SPDX-License-Identifier: Apache-2.0
# The tests of assets/report: pure functions, and the page in headless Chromium. Skipped, with the reason, where a tool is missing.
add_test(NAME page.report
  COMMAND ${CMAKE_SOURCE_DIR}/assets/report/test/run ${CMAKE_BINARY_DIR}/report_page_test)
set_tests_properties(page.report PROPERTIES LABELS page TIMEOUT 900 SKIP_RETURN_CODE 77
  ENVIRONMENT "JOULEMARK_BIN=${CMAKE_BINARY_DIR}/bin")
