// SPDX-License-Identifier: Apache-2.0
// Ten repetitions of three serving configurations, CPU joules, with values that SciPy and R gave
// for them.
#pragma once

#include <vector>

namespace joulemark::stats::golden {

// Energy measurements published with arXiv 2412.15441 (replication package, model phi-2 on a CPU).
inline const std::vector<double> kOnnx = {
    471687.392441, 485970.721619, 471626.539200, 473902.512772, 486264.237869,
    474336.678177, 474091.542252, 481345.822464, 476780.340836, 476569.221222};
inline const std::vector<double> kOpenvino = {
    444406.397232, 442205.337753, 444476.274109, 442657.359528, 441763.002319,
    442316.361343, 441912.919998, 441957.115631, 443176.791641, 443635.581818};
inline const std::vector<double> kTorch = {
    492292.723816, 494870.135635, 494180.714569, 496114.375122, 495111.920959,
    494601.194839, 495588.884125, 494662.074524, 493162.698471, 495096.752151};

}  // namespace joulemark::stats::golden
