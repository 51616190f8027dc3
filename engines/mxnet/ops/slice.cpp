// SPDX-License-Identifier: Apache-2.0
// Parts of a value along its axes.
#include <algorithm>
#include <cstdlib>

#include "mxnet/ops/families.h"
#include "mxnet/ops/values.h"

namespace joulemark::mx::ops {
namespace {

struct Request {
  Ints starts, ends, axes, steps;
};

/// Attributes before opset 10, then inputs.
Request read_request(OpCall& call) {
  Request request;
  if (call.opset() < 10) {
    request = {call.integers("starts", {}), call.integers("ends", {}), {}, {}};
    request.axes = call.integers("axes", iota(static_cast<std::int64_t>(request.starts.size())));
  } else {
    request = {call.constant_ints(1), call.constant_ints(2), {}, {}};
    const auto count = static_cast<std::int64_t>(request.starts.size());
    request.axes = call.has(3) ? call.constant_ints(3) : iota(count);
  }
  request.steps =
      call.opset() >= 10 && call.has(4) ? call.constant_ints(4) : Ints(request.starts.size(), 1);
  const std::size_t count = request.starts.size();
  if (request.ends.size() != count || request.axes.size() != count || request.steps.size() != count)
    call.invalid("starts, ends, axes and steps are not of one length");
  return request;
}

/// Where a part of one axis begins and ends, as MXNet reads it.
struct Part {
  std::string begin = "None", end = "None", step = "None";
  std::int64_t size = 0;
  std::int64_t first = 0, pace = 1;  ///< the same as numbers
};

Part part_of(const OpCall& call, std::int64_t size, const Ints& start_end_step) {
  std::int64_t start = start_end_step[0];
  std::int64_t end = start_end_step[1];
  if (start_end_step[2] == 0) call.invalid("a step of 0");
  const std::int64_t step = std::clamp(start_end_step[2], -size - 1, size + 1);
  if (start < 0) start = std::max<std::int64_t>(start, -size) + size;
  if (end < 0) end = end < -size ? -1 : end + size;
  if (step > 0) {
    start = std::min(start, size);
    end = std::clamp<std::int64_t>(end, 0, size);
  } else {
    start = std::min(start, size - 1);
    end = std::min(end, size - 1);
    if (start_end_step[1] < -size) end = -1;
  }
  Part part{std::to_string(start), end < 0 ? "None" : std::to_string(end), std::to_string(step)};
  const std::int64_t reach = step > 0 ? end - start : start - end;
  const std::int64_t pace = std::abs(step);
  part.size = std::max<std::int64_t>(reach + pace - 1, 0) / pace;
  part.first = start;
  part.pace = step;
  return part;
}

/// Of MXNet's kernel.
constexpr std::size_t kMostAxes = 6;

Value sliced_by_axis(OpCall& call, Value x, const Request& request,
                     const std::vector<Part>& parts) {
  for (const std::int64_t each : request.axes) {
    const auto axis = static_cast<std::size_t>(call.axis_of(x, each));
    Ints places = iota(parts[axis].size);
    for (std::int64_t& place : places) place = parts[axis].first + place * parts[axis].pace;
    x = picked(call, x, axis, places);
  }
  return x;
}

void slice(OpCall& call) {
  const Value x = call.tensor(0);
  const Request request = read_request(call);
  std::vector<Part> parts(x->dims.size());
  Ints dims = x->dims;
  for (std::size_t i = 0; i < request.axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(call.axis_of(x, request.axes[i]));
    parts[axis] =
        part_of(call, x->dims[axis], {request.starts[i], request.ends[i], request.steps[i]});
    dims[axis] = parts[axis].size;
  }
  if (size_of(dims) == 0) return call.result(empty(call, x->type, dims));
  if (dims.size() > kMostAxes) return call.result(sliced_by_axis(call, x, request, parts));
  const auto listed = [&](std::string Part::*member) {
    std::string text;
    for (const Part& part : parts) text += part.*member + ",";
    return "(" + text + ")";
  };
  call.result(call.op("slice", {x},
                      {{"begin", listed(&Part::begin)},
                       {"end", listed(&Part::end)},
                       {"step", listed(&Part::step)}}));
}

constexpr Entry kEntries[] = {
    {"Slice", 1, slice},
};

}  // namespace

std::span<const Entry> slicing() {
  return kEntries;
}

}  // namespace joulemark::mx::ops
