// SPDX-License-Identifier: Apache-2.0
#include "mxnet/lowering/table.h"

namespace joulemark::mx {

const Table& table() {
  static const Table all(families());
  return all;
}

}  // namespace joulemark::mx
