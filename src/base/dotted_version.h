// SPDX-License-Identifier: Apache-2.0
// Finds the version of something in the text of a file that names it.
#pragma once

#include <string>
#include <string_view>

namespace joulemark {

/// "2.13.0" of "__version__ = '2.13.0+cu130'": the first dotted version of at least three numbers
/// in `text`, with the letters that belong to it ("2.9.0a0") and without what stands behind a '+';
/// "" when there is none.
std::string find_dotted_version(std::string_view text);

}  // namespace joulemark
