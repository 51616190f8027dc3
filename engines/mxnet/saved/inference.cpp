// SPDX-License-Identifier: Apache-2.0
#include "mxnet/saved/inference.h"

#include <algorithm>
#include <cstdint>

#include "mxnet/mx_errors.h"

namespace joulemark::mx {
namespace {

/// What the library tells of arguments, outputs and auxiliary states, in this order.
enum Kind : std::size_t { kArguments, kOutputs, kStates, kKinds };

/// Without NumPy's shapes rank 0 and size 0 are what is not known; else -1 is.
bool is_known(const Ints& dims, Shapes shapes) {
  const std::int64_t least = shapes == Shapes::kNumpy ? 0 : 1;
  return std::ranges::all_of(dims, [&](std::int64_t size) { return size >= least; });
}

/// The library's lists, which it keeps until its next call.
struct ShapeLists {
  std::size_t counts[kKinds] = {};
  const int* ranks[kKinds] = {};
  const std::int64_t** dims[kKinds] = {};

  void note(Kind kind, const std::vector<std::string>& names, Shapes shapes, Sizes& sizes) const {
    for (std::size_t i = 0; i < std::min(names.size(), counts[kind]); ++i) {
      const int rank = ranks[kind][i];
      if (rank < (shapes == Shapes::kNumpy ? 0 : 1)) continue;
      const Ints found(dims[kind][i], dims[kind][i] + rank);
      if (is_known(found, shapes)) sizes.of[names[i]] = found;
    }
  }
};

}  // namespace

std::vector<std::string> names_by(const Api& api,
                                  int (*list)(Symbol*, std::uint32_t*, const char***),
                                  Symbol* symbol) {
  std::uint32_t count = 0;
  const char** names = nullptr;
  check(api, Stage::kLoad, list(symbol, &count, &names));
  return {names, names + count};
}

Sizes infer_sizes(const Api& api, Symbol* symbol, const std::map<std::string, Ints>& known,
                  Shapes shapes) {
  std::vector<const char*> names;
  std::vector<std::int64_t> begins{0};
  std::vector<std::int64_t> dims;
  for (const auto& [name, sizes] : known) {
    names.push_back(name.c_str());
    dims.insert(dims.end(), sizes.begin(), sizes.end());
    begins.push_back(static_cast<std::int64_t>(dims.size()));
  }
  const auto arguments = names_by(api, api.MXSymbolListArguments, symbol);
  const auto states = names_by(api, api.MXSymbolListAuxiliaryStates, symbol);
  ShapeLists lists;
  auto& [counts, ranks, found] = lists;
  int complete = 0;
  check(api, Stage::kLoad,
        api.MXSymbolInferShapePartialEx64(
            symbol, static_cast<std::uint32_t>(names.size()), names.data(), begins.data(),
            dims.data(), &counts[kArguments], &ranks[kArguments], &found[kArguments],
            &counts[kOutputs], &ranks[kOutputs], &found[kOutputs], &counts[kStates],
            &ranks[kStates], &found[kStates], &complete));
  Sizes sizes{{}, complete != 0};
  lists.note(kArguments, arguments, shapes, sizes);
  lists.note(kStates, states, shapes, sizes);
  return sizes;
}

Types infer_types(const Api& api, Symbol* symbol, const std::map<std::string, Type>& known) {
  const auto arguments = names_by(api, api.MXSymbolListArguments, symbol);
  std::vector<const char*> names;
  std::vector<int> given;
  for (const std::string& name : arguments)
    if (const auto type = known.find(name); type != known.end()) {
      names.push_back(name.c_str());
      given.push_back(type->second);
    }
  std::uint32_t counts[kKinds] = {};
  const int* found[kKinds] = {};
  int complete = 0;
  check(api, Stage::kLoad,
        api.MXSymbolInferType(symbol, static_cast<std::uint32_t>(names.size()), names.data(),
                              given.data(), &counts[kArguments], &found[kArguments],
                              &counts[kOutputs], &found[kOutputs], &counts[kStates],
                              &found[kStates], &complete));
  Types types;
  for (std::size_t i = 0; i < std::min<std::size_t>(arguments.size(), counts[kArguments]); ++i)
    types.of_arguments[arguments[i]] = static_cast<Type>(found[kArguments][i]);
  for (std::size_t i = 0; i < counts[kOutputs]; ++i)
    types.of_outputs.push_back(static_cast<Type>(found[kOutputs][i]));
  return types;
}

}  // namespace joulemark::mx
