// SPDX-License-Identifier: Apache-2.0
// From a source's name to tensors that fit the model's inputs.
#include "model/inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <system_error>

#include "model/batch.h"
#include "model/generate.h"
#include "model/npy.h"
#include "model/tensor_proto.h"

namespace joulemark::model {
namespace {

namespace fs = std::filesystem;

/// More names than this would bury the message.
constexpr std::size_t kNamesInFull = 8;

tl::unexpected<Error> misfit(std::string why) {
  return fail(ErrorKind::kUsage, std::move(why));
}

/// "'a', 'b'", or "nothing".
template <class T>
std::string names_of(const std::vector<T>& items) {
  std::vector<std::string> names;
  for (const T& item : items) {
    if (names.size() == kNamesInFull) break;
    names.push_back("'" + item.name + "'");
  }
  if (names.empty()) return "nothing";
  const std::size_t more = items.size() - names.size();
  return fmt::format("{}{}", fmt::join(names, ", "),
                     more > 0 ? fmt::format(" and {} more", more) : "");
}

/// Whether the names of given tensors are the user's own and must be those of inputs.
enum class Naming { kByUser, kByFormat };

struct Given {
  std::vector<HostTensor> tensors;
  Naming naming = Naming::kByFormat;
};

/// numpy's name for an array that was saved without one: "arr_0".
bool is_default_name(const HostTensor& tensor) {
  constexpr std::string_view kPrefix = "arr_";
  const std::string& name = tensor.name;
  return name.starts_with(kPrefix) && name.size() > kPrefix.size() &&
         name.find_first_not_of("0123456789", kPrefix.size()) == std::string::npos;
}

Result<Given> read_folder(const fs::path& folder) {
  auto tensors = read_test_tensors(folder, "input");
  if (!tensors) return fail(tensors.error());
  if (tensors->empty())
    return misfit(fmt::format("inputs '{}' have no input_0.pb", folder.string()));
  return Given{*std::move(tensors), Naming::kByFormat};
}

Result<Given> read_numpy(const fs::path& path) {
  if (path.extension() == ".npz") {
    auto tensors = read_npz(path);
    if (!tensors) return fail(tensors.error());
    const bool unnamed = std::ranges::all_of(*tensors, is_default_name);
    return Given{*std::move(tensors), unnamed ? Naming::kByFormat : Naming::kByUser};
  }
  auto tensor = read_npy(path);
  if (!tensor) return fail(tensor.error());
  Given given;
  given.tensors.push_back(*std::move(tensor));
  return given;
}

Result<Given> read_source(const std::string& source) {
  const fs::path path(source);
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) return read_folder(path);
  if (path.extension() != ".npz" && path.extension() != ".npy")
    return misfit(
        fmt::format("inputs '{}' are neither 'generated', an .npz, an .npy nor a folder "
                    "with input_0.pb",
                    source));
  if (fs::exists(status) && !fs::is_regular_file(status))
    return misfit(fmt::format("cannot read inputs '{}': they are no regular file", source));
  return read_numpy(path);
}

/// A port whose fixed dimensions and type are the tensor's.
Status check_fit(const HostTensor& tensor, const Port& port) {
  if (port.dtype != JM_UNDEFINED && port.dtype != tensor.dtype) {
    return misfit(fmt::format("input '{}' is given as {}, the model wants {}; convert it",
                              port.name, dtype_name(tensor.dtype), dtype_name(port.dtype)));
  }
  if (!port.dims) return {};
  std::vector<std::int64_t> wanted;
  for (const Dim& dim : *port.dims) wanted.push_back(dim.value);
  bool fits = wanted.size() == tensor.dims.size();
  for (std::size_t i = 0; fits && i < wanted.size(); ++i) {
    fits = wanted[i] < 0 || wanted[i] == tensor.dims[i];
  }
  if (fits) return {};
  return misfit(fmt::format("input '{}' is given with shape {}, the model wants {}", port.name,
                            format_dims(tensor.dims), format_dims(wanted)));
}

bool holds(const std::vector<HostTensor>& tensors, const std::string& name) {
  return std::ranges::find(tensors, name, &HostTensor::name) != tensors.end();
}

/// Arrays that the user has named must be all inputs of the model and nothing else.
Status check_names(const Given& given, const std::vector<Port>& ports, const std::string& source) {
  const bool all =
      std::ranges::all_of(ports, [&](const Port& port) { return holds(given.tensors, port.name); });
  const bool right = given.naming == Naming::kByFormat || all;
  if (right && given.tensors.size() == ports.size()) return {};
  return misfit(fmt::format("inputs '{}' hold {}, the model wants {}", source,
                            names_of(given.tensors), names_of(ports)));
}

Result<std::vector<HostTensor>> read_given(const std::vector<Port>& ports,
                                           const InputsSource& source) {
  if (!source.shapes.empty())
    return misfit(
        fmt::format("shapes can only be given for generated inputs, and those in '{}' "
                    "have their own; leave out --shape or --inputs",
                    source.source));
  auto given = read_source(source.source);
  if (!given) return fail(given.error());
  if (auto names = check_names(*given, ports, source.source); !names) return fail(names.error());
  auto arranged = arrange(std::move(given->tensors), ports);
  if (!arranged) return arranged;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (auto fits = check_fit((*arranged)[i], ports[i]); !fits) return fail(fits.error());
  }
  return arranged;
}

InputDims dims_of(const std::vector<HostTensor>& tensors) {
  InputDims dims;
  for (const HostTensor& tensor : tensors) dims.push_back(tensor.dims);
  return dims;
}

/// The dims at one batch; `given` are those of given tensors.
Result<InputDims> dims_at(int batch, const std::vector<Port>& ports, const InputsSource& source,
                          const std::optional<InputDims>& given) {
  if (!given)
    return resolve_shapes(ports, {.seed = source.seed, .batch = batch, .shapes = source.shapes});
  if (auto taken = check_batch(ports, *given, batch, InputOrigin::kGiven); !taken)
    return fail(taken.error());
  return *given;
}

/// Dims of the tensors that `source` names; empty for generated ones.
Result<std::optional<InputDims>> given_dims(const std::vector<Port>& ports,
                                            const InputsSource& source) {
  if (source.source == kGeneratedInputs) return std::optional<InputDims>();
  const auto tensors = read_given(ports, source);
  if (!tensors) return fail(tensors.error());
  return std::optional<InputDims>(dims_of(*tensors));
}

/// First dimensions that somebody has settled.
std::set<std::int64_t> settled_rows(const std::vector<Port>& ports, const InputsSource& source,
                                    const std::optional<InputDims>& given) {
  std::set<std::int64_t> rows;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (given && !(*given)[i].empty()) rows.insert((*given)[i][0]);
    if (!given && ports[i].dims && !ports[i].dims->empty()) rows.insert((*ports[i].dims)[0].value);
  }
  for (const auto& [input, dims] : source.shapes)
    if (!dims.empty()) rows.insert(dims[0]);
  return rows;
}

/// The number behind "PREFIX_" and before ".pb"; -1 for other names.
long number_of(const std::string& name, const std::string& prefix) {
  constexpr std::string_view kSuffix = ".pb";
  const std::string start = prefix + "_";
  if (!name.starts_with(start) || !name.ends_with(kSuffix)) return -1;
  long number = -1;
  const char* const end = name.data() + name.size() - kSuffix.size();
  const auto [stop, error] = std::from_chars(name.data() + start.size(), end, number);
  return error == std::errc() && stop == end ? number : -1;
}

/// How many files there should be: one more than the highest number.
long file_count(const fs::path& folder, const std::string& prefix) {
  long highest = -1;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    highest = std::max(highest, number_of(entry->path().filename().string(), prefix));
  }
  return highest + 1;
}

}  // namespace

Result<std::vector<HostTensor>> make_inputs(const std::vector<Port>& ports,
                                            const InputsSource& source, std::int64_t batch) {
  if (source.source == kGeneratedInputs)
    return generate_inputs(ports, {.seed = source.seed, .batch = batch, .shapes = source.shapes});
  auto tensors = read_given(ports, source);
  if (!tensors || batch == 0) return tensors;
  if (auto taken = check_batch(ports, dims_of(*tensors), batch, InputOrigin::kGiven); !taken)
    return fail(taken.error());
  return tensors;
}

Result<CheckedInputs> check_inputs(const std::vector<Port>& ports, const InputsSource& source,
                                   std::span<const int> batches) {
  const auto given = given_dims(ports, source);
  if (!given) return fail(given.error());
  CheckedInputs checked;
  std::vector<InputDims> seen;
  for (const int batch : batches) {
    auto dims = dims_at(batch, ports, source, *given);
    if (!dims) return fail(dims.error());
    const auto same = std::ranges::find(seen, *dims);
    if (same != seen.end())
      return misfit(fmt::format(
          "batches {} and {} were asked for, but the inputs are the same for both; ask for one "
          "batch{}",
          batches[static_cast<std::size_t>(same - seen.begin())], batch,
          *given ? ", or let the inputs be generated"
                 : ", or export the model with a dynamic first dimension"));
    if (batch == 1) checked.rows_at_batch_1 = rows_of_a_call(ports, *dims);
    seen.push_back(*std::move(dims));
  }
  return checked;
}

std::optional<int> settled_batch(const std::vector<Port>& ports, const InputsSource& source) {
  const auto given = given_dims(ports, source);
  if (!given || dims_at(1, ports, source, *given)) return std::nullopt;
  for (const std::int64_t rows : settled_rows(ports, source, *given)) {
    constexpr std::int64_t kMost = 1'000'000;
    if (rows < 2 || rows > kMost) continue;
    const int batch = static_cast<int>(rows);
    if (dims_at(batch, ports, source, *given)) return batch;
  }
  return std::nullopt;
}

Result<std::vector<HostTensor>> read_test_tensors(const fs::path& folder,
                                                  const std::string& prefix) {
  std::vector<HostTensor> tensors;
  const long count = file_count(folder, prefix);
  for (long k = 0; k < count; ++k) {
    const auto path = folder / fmt::format("{}_{}.pb", prefix, k);
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status))
      return misfit(fmt::format("'{}' is missing, although there is '{}_{}.pb'", path.string(),
                                prefix, count - 1));
    if (!fs::is_regular_file(status))
      return misfit(fmt::format("cannot read '{}': it is no regular file", path.string()));
    auto tensor = read_tensor_proto(path);
    if (!tensor) return fail(tensor.error());
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

Result<std::vector<HostTensor>> arrange(std::vector<HostTensor> tensors,
                                        const std::vector<Port>& ports) {
  const bool by_name =
      std::ranges::all_of(ports, [&](const Port& port) { return holds(tensors, port.name); });
  if (tensors.size() < ports.size() || (!by_name && tensors.size() != ports.size()))
    return misfit(fmt::format("the inputs given: {}; those that the model wants: {}",
                              names_of(tensors), names_of(ports)));
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto begin = tensors.begin() + static_cast<std::ptrdiff_t>(i);
    const auto found = std::ranges::find(begin, tensors.end(), ports[i].name, &HostTensor::name);
    if (by_name && found != tensors.end()) std::iter_swap(begin, found);
    begin->name = ports[i].name;
  }
  tensors.resize(ports.size());
  return tensors;
}

}  // namespace joulemark::model
