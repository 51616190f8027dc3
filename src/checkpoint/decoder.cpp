// SPDX-License-Identifier: Apache-2.0
// Reading a checkpoint directory. Making files from it: prepare.cpp.
#include "checkpoint/decoder.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/file.h"
#include "checkpoint/architectures.h"
#include "checkpoint/weight_table.h"
#include "model/mapped_file.h"

namespace joulemark::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<DecoderForm, const char*>, 3> kForms = {{
    {DecoderForm::kSharedCache, "onnx-shared"},
    {DecoderForm::kGrowingCache, "onnx-growing"},
    {DecoderForm::kStateful, "openvino-stateful"},
}};

constexpr std::uintmax_t kMaxGenerationConfig = 1 << 20;

/// `eos_token_id` is a number or a list of them; what is neither is no stop.
std::vector<std::int32_t> stop_ids_of(const fs::path& file) {
  const auto text = read_file(file, kMaxGenerationConfig);
  if (!text) return {};
  const auto parsed = nlohmann::json::parse(*text, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("eos_token_id")) return {};
  const auto& value = parsed["eos_token_id"];
  std::vector<std::int32_t> ids;
  const auto add = [&](const nlohmann::json& id) {
    if (id.is_number_unsigned() && id.get<std::uint64_t>() <= INT32_MAX)
      ids.push_back(id.get<std::int32_t>());
  };
  if (value.is_array())
    for (const auto& id : value) add(id);
  else
    add(value);
  return ids;
}

/// Whether two tensors hold the same bytes. Read only when a file has both of what may be tied.
Result<bool> are_equal(const WeightFiles& files, const Weight& a, const Weight& b) {
  if (a.stored.dtype != b.stored.dtype || a.stored.dims != b.stored.dims) return false;
  const auto first = model::MappedFile::open(files.files[a.file]);
  if (!first) return fail(first.error());
  const auto second = model::MappedFile::open(files.files[b.file]);
  if (!second) return fail(second.error());
  if (a.stored.offset + a.stored.bytes > first->bytes().size() ||
      b.stored.offset + b.stored.bytes > second->bytes().size())
    return fail(ErrorKind::kFailed, "the weights have changed while they were read");
  return std::memcmp(first->bytes().data() + a.stored.offset,
                     second->bytes().data() + b.stored.offset, a.stored.bytes) == 0;
}

/// A model that says it is tied, and whose file nevertheless holds another head, is not.
Status settle_tying(const WeightFiles& files, DecoderSpec& spec) {
  if (!spec.tied) return {};
  const WeightTable table(files, spec.names.prefixes);
  const auto embedding = table.find(spec.names.embedding + ".weight");
  for (const std::string& name : spec.names.head) {
    const auto head = table.find(name + ".weight");
    if (!embedding || !head) continue;
    const auto equal = are_equal(files, files.tensors.at(*embedding), files.tensors.at(*head));
    if (!equal) return fail(equal.error());
    spec.tied = *equal;
    return {};
  }
  return {};
}

}  // namespace

const char* to_string(DecoderForm form) {
  for (const auto& [known, name] : kForms)
    if (known == form) return name;
  return "";
}

std::optional<DecoderForm> decoder_form_from(const std::string& text) {
  for (const auto& [form, name] : kForms)
    if (text == name) return form;
  return std::nullopt;
}

bool is_checkpoint(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error) && fs::exists(path / "config.json", error);
}

Result<Decoder> read_decoder(const fs::path& directory) {
  const auto config = ConfigJson::read(directory / "config.json");
  if (!config) return fail(config.error());
  auto spec = read_decoder_spec(*config);
  if (!spec) return fail(spec.error());
  auto weights = read_weight_files(directory);
  if (!weights) return fail(weights.error());
  if (auto settled = settle_tying(*weights, *spec); !settled) return fail(settled.error());
  return Decoder{directory, std::move(*spec), std::move(*weights)};
}

std::vector<std::int32_t> read_stop_ids(const fs::path& directory) {
  auto ids = stop_ids_of(directory / "generation_config.json");
  return ids.empty() ? stop_ids_of(directory / "config.json") : ids;
}

bool has_form(const DecoderSpec& spec, DecoderForm form) {
  return form != DecoderForm::kSharedCache || spec.head_size % 8 == 0;
}

}  // namespace joulemark::checkpoint
