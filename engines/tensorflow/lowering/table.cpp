// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/lowering/table.h"

namespace joulemark::tf {

const Table& table() {
  static const Table all(families());
  return all;
}

}  // namespace joulemark::tf
