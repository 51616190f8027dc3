// SPDX-License-Identifier: Apache-2.0
// How --help looks: placeholders beside flags, descriptions wrapped to the terminal.
#pragma once

#include <memory>

namespace CLI {
class FormatterBase;
}

namespace joulemark::cli {

std::shared_ptr<CLI::FormatterBase> make_help_format();

}  // namespace joulemark::cli
