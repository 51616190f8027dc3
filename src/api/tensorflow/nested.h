// SPDX-License-Identifier: Apache-2.0
// Lists in lists → a tensor.
#pragma once

#include <string_view>

#include "api/tensorflow/model.h"
#include "base/error.h"
#include "model/tensor.h"

namespace joulemark::api::tensorflow {

/// The shape is how the lists are nested; dimensions behind one of 0 are those of `port`. Nothing
/// is allocated but for elements that are there. kUsage for lists of different lengths or depths,
/// and for elements of another type.
Result<model::HostTensor> read_nested(const Port& port, std::string_view json);

}  // namespace joulemark::api::tensorflow
