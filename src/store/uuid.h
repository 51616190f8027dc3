// SPDX-License-Identifier: Apache-2.0
// Names that are the same in every copy of a store.
#pragma once

#include <string>

namespace joulemark::store {

/// A random UUID, version 4.
std::string new_uuid();

}  // namespace joulemark::store
