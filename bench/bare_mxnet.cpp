// SPDX-License-Identifier: Apache-2.0
// A bare loop on ResNet-50 as one writes it with MXNet's C API: a symbol, the fusions of its oneDNN
// backend, and a CachedOp whose memory is planned once.
#include <cstdio>
#include <cstdlib>
#include <map>

#include "mxnet/arrays.h"
#include "mxnet/lowering/attr.h"
#include "mxnet/mx_errors.h"
#include "overhead_bare.h"
#include "plugin_kit/status.h"
#include "resnet50.h"

namespace {

using namespace joulemark;  // NOLINT(google-build-using-namespace)
using mx::Ints;
using mx::Symbol;

class Layers {
 public:
  Layers(const mx::Api& api, const bench::NetworkWeights& weights) : api_(api), weights_(weights) {}

  Symbol* variable(const std::string& name) {
    Symbol* symbol = nullptr;
    check(api_.MXSymbolCreateVariable(name.c_str(), &symbol));
    return symbol;
  }
  Symbol* conv_norm(Symbol* x, const bench::ConvNorm& layer) {
    const std::string filters = layer.conv + ".weight";
    const Ints& dims = weights_.at(filters).dims;
    Symbol* y = op("Convolution", layer.conv, {x, weight(filters)},
                   {{"kernel", Ints{dims[2], dims[3]}},
                    {"stride", Ints{layer.stride, layer.stride}},
                    {"pad", Ints{dims[2] / 2, dims[3] / 2}},
                    {"num_filter", dims[0]},
                    {"no_bias", true}});
    return op("BatchNorm", layer.norm,
              {y, weight(layer.norm + ".weight"), weight(layer.norm + ".bias"),
               weight(layer.norm + ".running_mean"), weight(layer.norm + ".running_var")},
              {{"eps", 1e-5}, {"fix_gamma", false}, {"use_global_stats", true}});
  }
  Symbol* relu(Symbol* x) { return op("Activation", next("relu"), {x}, {{"act_type", "relu"}}); }
  Symbol* add(Symbol* a, Symbol* b) { return op("elemwise_add", next("add"), {a, b}, {}); }
  Symbol* max_pool(Symbol* x) {
    return op("Pooling", next("pool"), {x},
              {{"kernel", Ints{3, 3}},
               {"stride", Ints{2, 2}},
               {"pad", Ints{1, 1}},
               {"pool_type", "max"}});
  }
  Symbol* classify(Symbol* x, const std::string& name) {
    const mx::Attrs whole{{"kernel", Ints{1, 1}}, {"global_pool", true}, {"pool_type", "avg"}};
    Symbol* features =
        op("Flatten", next("flatten"), {op("Pooling", next("pool"), {x}, whole)}, {});
    const std::string matrix = name + ".weight";
    return op("FullyConnected", name, {features, weight(matrix), weight(name + ".bias")},
              {{"num_hidden", weights_.at(matrix).dims[0]}});
  }

  /// The weights that were used, by name.
  [[nodiscard]] mx::NdArray* parameter(const std::string& name) const {
    return parameters_.at(name).get();
  }

 private:
  void check(int outcome) const { mx::check(api_, mx::Stage::kLoad, outcome); }
  std::string next(const std::string& word) { return word + std::to_string(count_++); }

  Symbol* weight(const std::string& name) {
    const model::OnnxTensor& from = weights_.at(name);
    parameters_.emplace(
        name, mx::borrow(api_, {mx::kFloat, from.dims, from.data.data(), from.data.size()}));
    return variable(name);
  }

  Symbol* op(const char* type, const std::string& name, std::vector<Symbol*> inputs,
             const mx::Attrs& attrs) {
    mx::Operator* found = nullptr;
    check(api_.NNGetOpHandle(type, &found));
    std::vector<const char*> keys;
    std::vector<const char*> values;
    for (const mx::Attr& attr : attrs) {
      keys.push_back(attr.name);
      values.push_back(attr.value.c_str());
    }
    Symbol* symbol = nullptr;
    check(api_.MXSymbolCreateAtomicSymbol(found, static_cast<std::uint32_t>(keys.size()),
                                          keys.data(), values.data(), &symbol));
    check(api_.MXSymbolCompose(symbol, name.c_str(), static_cast<std::uint32_t>(inputs.size()),
                               nullptr, inputs.data()));
    return symbol;
  }

  const mx::Api& api_;
  const bench::NetworkWeights& weights_;
  std::map<std::string, mx::OwnedArray> parameters_;
  int count_ = 0;
};

constexpr const char* kImages = "data";

/// What the symbol is called with, in its order: the images are `images`.
std::vector<mx::NdArray*> arguments_of(const mx::Api& api, Symbol* symbol, const Layers& layers,
                                       mx::NdArray* images) {
  std::uint32_t count = 0;
  const char** names = nullptr;
  constexpr int kAll = 0;
  mx::check(api, mx::Stage::kLoad, api.NNSymbolListInputNames(symbol, kAll, &count, &names));
  std::vector<mx::NdArray*> arguments;
  for (std::uint32_t i = 0; i < count; ++i)
    arguments.push_back(names[i] == std::string(kImages) ? images : layers.parameter(names[i]));
  return arguments;
}

mx::CachedOp* compile(const mx::Api& api, Symbol* symbol,
                      const std::vector<mx::NdArray*>& arguments, const mx::NdArray* images) {
  std::string data;
  std::string constant;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string& list = arguments[i] == images ? data : constant;
    list += (list.empty() ? "" : ",") + std::to_string(i);
  }
  data = "[" + data + "]";
  constant = "[" + constant + "]";
  const char* keys[] = {"static_alloc", "static_shape", "data_indices", "param_indices"};
  const char* values[] = {"True", "True", data.c_str(), constant.c_str()};
  mx::CachedOp* op = nullptr;
  mx::check(api, mx::Stage::kLoad, api.MXCreateCachedOpEx(symbol, 4, keys, values, &op));
  return op;
}

void run(const bench::BareArguments& arguments, const std::filesystem::path& folder) {
  const mx::Library library = mx::open_library(arguments.library_dir, arguments.threads);
  const mx::Api& api = library.api;
  const bench::NetworkWeights weights(arguments.model);
  Layers layers(api, weights);
  Symbol* symbol = bench::resnet50(layers, layers.variable(kImages));
  mx::check(api, mx::Stage::kLoad, api.MXGenBackendSubgraph(symbol, "MKLDNN", &symbol));
  const model::HostTensor& given = arguments.inputs.at(0);
  const mx::OwnedArray images =
      mx::borrow(api, {mx::kFloat, given.dims, given.data.data(), given.data.size()});
  std::vector<mx::NdArray*> inputs = arguments_of(api, symbol, layers, images.get());
  mx::CachedOp* op = compile(api, symbol, inputs, images.get());
  int count = 0;
  mx::NdArray* answer = nullptr;
  const auto call = [&] {
    mx::NdArray** outputs = answer == nullptr ? nullptr : &answer;
    mx::check(
        api, mx::Stage::kRun,
        api.MXInvokeCachedOp(op, static_cast<int>(inputs.size()), inputs.data(), &count, &outputs));
    answer = *outputs;
    mx::check(api, mx::Stage::kRun, api.MXNDArrayWaitToRead(answer));
  };
  call();
  bench::check_answer(static_cast<const float*>(mx::elements_of(api, answer).data), folder);
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
