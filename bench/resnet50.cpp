// SPDX-License-Identifier: Apache-2.0
#include "resnet50.h"

#include <errno.h>  // NOLINT(modernize-deprecated-headers): program_invocation_short_name

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "model/compare.h"
#include "model/tensor_proto.h"

namespace joulemark::bench {

void die(const std::string& why) {
  std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, why.c_str());
  std::exit(1);
}

NetworkWeights::NetworkWeights(const std::string& path) {
  auto model = model::read_onnx_model(path);
  if (!model) die(model.error().message);
  model_ = *std::move(model);
}

const model::OnnxTensor& NetworkWeights::at(const std::string& name) const {
  const auto& all = model_.graph.initializers;
  const auto found = std::ranges::find(all, name, &model::OnnxTensor::name);
  if (found == all.end() || found->dtype != JM_FLOAT32) die("no 32-bit floats named " + name);
  return *found;
}

namespace {

model::HostTensor read_answer(const std::filesystem::path& folder) {
  auto answer = model::read_tensor_proto(folder / "output_0.pb");
  if (!answer) die(answer.error().message);
  return *std::move(answer);
}

}  // namespace

void check_answer(const model::HostTensor& got, const std::filesystem::path& folder) {
  const model::HostTensor want = read_answer(folder);
  const double share = model::agreement_tolerance(want).atol;
  const auto difference = model::compare(got, want, {.rtol = 0, .atol = share});
  if (!difference.agrees) die(difference.detail);
}

void check_answer(const float* got, const std::filesystem::path& folder) {
  model::HostTensor answer = read_answer(folder);
  std::memcpy(answer.data.data(), got, answer.data.size());
  check_answer(answer, folder);
}

}  // namespace joulemark::bench
