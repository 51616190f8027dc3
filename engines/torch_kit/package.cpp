// SPDX-License-Identifier: Apache-2.0
// AOTInductor packages.
#include <dlfcn.h>
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "plugin_kit/status.h"
#include "torch_kit/archive.h"
#include "torch_kit/errors.h"

namespace joulemark::torch_kit {
namespace {

using Loader = ::torch::inductor::AOTIModelPackageLoader;

class PackageExecutor : public Executor {
 public:
  explicit PackageExecutor(std::unique_ptr<Loader> loader) : loader_(std::move(loader)) {}

  std::vector<c10::IValue> run(const std::vector<c10::IValue>& inputs) override {
    std::vector<at::Tensor> tensors;
    tensors.reserve(inputs.size());
    for (const c10::IValue& input : inputs) tensors.push_back(input.toTensor());
    std::vector<c10::IValue> outputs;
    for (at::Tensor& tensor : loader_->run(tensors)) outputs.emplace_back(std::move(tensor));
    return outputs;
  }
  [[nodiscard]] std::string position() const override { return ""; }

 private:
  std::unique_ptr<Loader> loader_;
};

/// Packages are linked to libtorch.so. PyTorch's own opens where all that it names is there; ours
/// stands beside this code.
void open_umbrella() {
  if (dlopen("libtorch.so", RTLD_NOW | RTLD_NOLOAD) != nullptr) return;
  Dl_info here{};
  if (dladdr(reinterpret_cast<const void*>(&open_umbrella), &here) == 0) return;
  const auto file = std::filesystem::path(here.dli_fname).parent_path() / "libtorch.so";
  if (dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr)
    plugin::fail(JM_LIBRARY_UNUSABLE,
                 std::string("cannot open '") + file.string() + "': " + dlerror());
}

/// PyTorch before 2.8 takes no device: a package runs on the one that it was compiled for, or its
/// first.
template <class AnyLoader>
std::unique_ptr<AnyLoader> open_loader(const std::string& path, int device) {
  if constexpr (std::is_constructible_v<AnyLoader, std::string, const char*, bool, int, int>)
    return std::make_unique<AnyLoader>(path, "model", /*run_single_threaded=*/false,
                                       /*num_runners=*/1, device);
  else
    return std::make_unique<AnyLoader>(path);
}

/// Leaves of a pytree as torch.export writes its structure: nodes with "children_spec", leaves
/// without.
std::size_t leaves(const nlohmann::json& tree) {
  const auto children = tree.find("children_spec");
  if (!tree.is_object() || children == tree.end()) return 0;
  if (children->empty() && (!tree.contains("type") || tree.at("type").is_null())) return 1;
  std::size_t count = 0;
  for (const nlohmann::json& child : *children) count += leaves(child);
  return count;
}

/// The structure is [version, tree].
std::vector<plugin::Port> ports_of(const std::string& spec, const std::string& stem) {
  const auto parsed = nlohmann::json::parse(spec, nullptr, false);
  if (!parsed.is_array() || parsed.size() != 2)
    plugin::fail(JM_UNSUPPORTED, "the package does not say what it takes and gives");
  std::vector<plugin::Port> ports(leaves(parsed.at(1)));
  for (std::size_t i = 0; i < ports.size(); ++i) {
    ports[i].name = stem + std::to_string(i);
    ports[i].rank_known = false;
  }
  return ports;
}

}  // namespace

Package read_package(const std::string& path, c10::Device device) {
  open_umbrella();
  try {
    auto loader = open_loader<Loader>(path, device.is_cpu() ? -1 : device.index());
    const std::vector<std::string> spec = loader->get_call_spec();
    if (spec.size() != 2)
      plugin::fail(JM_UNSUPPORTED, "the package does not say what it takes and gives");
    Package package{ports_of(spec[0], "input_"), ports_of(spec[1], "output_"), nullptr};
    package.executor = std::make_unique<PackageExecutor>(std::move(loader));
    return package;
  } catch (const plugin::Failure&) {
    throw;
  } catch (const std::exception& error) {
    plugin::fail(JM_INVALID_MODEL,
                 "'" + path + "' is no AOTInductor package that can be opened: " + brief(error));
  }
}

}  // namespace joulemark::torch_kit
