// SPDX-License-Identifier: Apache-2.0
// TensorFlow's settings, which its C interface takes as serialised messages.
#pragma once

#include <string>

namespace joulemark::tf {

/// Where the channels of images stand. Models have them first.
enum class Layout { kChannelsFirst, kChannelsLast };
const char* to_string(Layout layout);

enum class Optimizer { kOff, kOn };

/// A ConfigProto: `threads` inside an operation, one operation at a time.
std::string session_config(int threads, Layout layout, Optimizer optimizer);

/// RunOptions of a run that tells which graph it ran (RunMetadata.partition_graphs).
std::string options_that_tell_graphs();

}  // namespace joulemark::tf
