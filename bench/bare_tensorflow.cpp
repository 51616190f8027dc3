// SPDX-License-Identifier: Apache-2.0
// A bare loop on ResNet-50 as one writes it with TensorFlow's C API: images have their channels
// last, weights are constants.
#include <cstdio>
#include <cstdlib>

#include "overhead_bare.h"
#include "plugin_kit/status.h"
#include "resnet50.h"
#include "tensorflow/config.h"
#include "tensorflow/lowering/graph_writer.h"

namespace {

using namespace joulemark;  // NOLINT(google-build-using-namespace)
using tf::Ints;
using tf::Value;

constexpr auto kElementBytes = sizeof(float);

/// The elements of a tensor with its axes in another order.
std::vector<float> transposed(const void* data, const Ints& dims, const Ints& order) {
  const auto* from = static_cast<const float*>(data);
  const auto size = [&](std::size_t i) { return dims[static_cast<std::size_t>(order[i])]; };
  Ints strides(4, 1);
  for (std::size_t axis = 3; axis-- > 0;) strides[axis] = strides[axis + 1] * dims[axis + 1];
  const auto stride = [&](std::size_t i) { return strides[static_cast<std::size_t>(order[i])]; };
  std::vector<float> to;
  for (std::int64_t a = 0; a < size(0); ++a)
    for (std::int64_t b = 0; b < size(1); ++b)
      for (std::int64_t c = 0; c < size(2); ++c)
        for (std::int64_t d = 0; d < size(3); ++d)
          to.push_back(from[a * stride(0) + b * stride(1) + c * stride(2) + d * stride(3)]);
  return to;
}

class Layers {
 public:
  Layers(tf::GraphWriter& graph, const bench::NetworkWeights& weights)
      : graph_(graph), weights_(weights) {}

  Value conv_norm(Value x, const bench::ConvNorm& layer) {
    const model::OnnxTensor& filters = weights_.at(layer.conv + ".weight");
    const Ints& dims = filters.dims;
    const std::vector<float> last = transposed(filters.data.data(), dims, {2, 3, 1, 0});
    const Value kernel = graph_.constant({tf::kFloat,
                                          {dims[2], dims[3], dims[1], dims[0]},
                                          last.data(),
                                          last.size() * kElementBytes});
    const std::int64_t pad = dims[2] / 2;
    tf::Attrs attrs{{"strides", Ints{1, layer.stride, layer.stride, 1}}};
    if (layer.stride == 1 || pad == 0) {
      attrs.emplace_back("padding", "SAME");
    } else {
      attrs.emplace_back("padding", "EXPLICIT");
      attrs.emplace_back("explicit_paddings", Ints{0, 0, pad, pad, pad, pad, 0, 0});
    }
    const Value y = graph_.op("Conv2D", {x, kernel}, attrs);
    const auto numbers = [&](const char* name) { return constant(layer.norm + name); };
    return graph_.op("FusedBatchNormV3",
                     {y, numbers(".weight"), numbers(".bias"), numbers(".running_mean"),
                      numbers(".running_var")},
                     {{"epsilon", 1e-5}, {"is_training", false}});
  }
  Value relu(Value x) { return graph_.op("Relu", {x}); }
  Value add(Value a, Value b) { return graph_.op("AddV2", {a, b}); }
  Value max_pool(Value x) {
    return graph_.op("MaxPool", {x},
                     {{"ksize", Ints{1, 3, 3, 1}},
                      {"strides", Ints{1, 2, 2, 1}},
                      {"padding", "EXPLICIT"},
                      {"explicit_paddings", Ints{0, 0, 1, 1, 1, 1, 0, 0}}});
  }
  Value classify(Value x, const std::string& name) {
    const std::int32_t plane[] = {1, 2};
    const Value axes = graph_.constant({tf::kInt32, {2}, plane, sizeof plane});
    const Value logits =
        graph_.op("MatMul", {graph_.op("Mean", {x, axes}), constant(name + ".weight")},
                  {{"transpose_b", true}});
    return graph_.op("BiasAdd", {logits, constant(name + ".bias")});
  }

 private:
  Value constant(const std::string& name) {
    const model::OnnxTensor& weight = weights_.at(name);
    return graph_.constant({tf::kFloat, weight.dims, weight.data.data(), weight.data.size()});
  }

  tf::GraphWriter& graph_;
  const bench::NetworkWeights& weights_;
};

tf::Session* open_session(const tf::Api& api, const tf::GraphWriter& graph, int threads) {
  const std::string config =
      tf::session_config(threads, tf::Layout::kChannelsFirst, tf::Optimizer::kOn);
  tf::SessionOptions* options = api.TF_NewSessionOptions();
  const tf::Outcome outcome(api);
  api.TF_SetConfig(options, config.data(), config.size(), outcome);
  outcome.check(tf::Stage::kLoad);
  tf::Session* session = api.TF_NewSession(graph.graph(), options, outcome);
  outcome.check(tf::Stage::kLoad);
  return session;
}

/// Images in the order in which TensorFlow's users have them.
tf::Tensor* make_images(const tf::Api& api, const model::HostTensor& images) {
  const Ints& dims = images.dims;
  const std::vector<float> last = transposed(images.data.data(), dims, {0, 2, 3, 1});
  const Ints order{dims[0], dims[2], dims[3], dims[1]};
  tf::Tensor* tensor =
      api.TF_AllocateTensor(tf::kFloat, order.data(), 4, last.size() * kElementBytes);
  std::memcpy(api.TF_TensorData(tensor), last.data(), last.size() * kElementBytes);
  return tensor;
}

void run(const bench::BareArguments& arguments, const std::filesystem::path& folder) {
  const tf::Library library = tf::open_library(arguments.library_dir);
  const tf::Api& api = library.api;
  tf::GraphWriter graph(api, tf::Layout::kChannelsFirst);
  graph.set_position("resnet50");
  const Value image = graph.placeholder(tf::kFloat, Ints{-1, 224, 224, 3});
  const bench::NetworkWeights weights(arguments.model);
  Layers layers(graph, weights);
  const Value logits = bench::resnet50(layers, image);
  tf::Session* session = open_session(api, graph, arguments.threads);
  tf::Tensor* images = make_images(api, arguments.inputs.at(0));
  tf::Tensor* answer = nullptr;
  const tf::Outcome outcome(api);
  const auto call = [&] {
    if (answer != nullptr) api.TF_DeleteTensor(answer);
    answer = nullptr;
    api.TF_SessionRun(session, nullptr, &image, &images, 1, &logits, &answer, 1, nullptr, 0,
                      nullptr, outcome);
    outcome.check(tf::Stage::kRun);
  };
  call();
  bench::check_answer(static_cast<const float*>(api.TF_TensorData(answer)), folder);
  constexpr std::size_t kLeastCalls = 3;
  bench::time_bare_loop(arguments.seconds, call, kLeastCalls);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(bench::read_arguments(argc, argv), argv[argc - 1]);
  } catch (const plugin::Failure& failure) {
    bench::die(failure.message);
  }
  std::fflush(stdout);
  std::_Exit(0);
}
