// SPDX-License-Identifier: Apache-2.0
#include "cli/model_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "checkpoint/decoder.h"
#include "checkpoint/encoder.h"
#include "checkpoint/synthetic.h"
#include "cli/synthetic_source.h"
#include "model/model_format.h"
#include "model/mxnet_files.h"

namespace joulemark::cli {
namespace {

namespace fs = std::filesystem;

/// What other exporters call their files.
struct KnownFile {
  const char* name;
  const char* format;  ///< as in engine.toml
};
constexpr KnownFile kKnownFiles[] = {
    {"openvino_model.xml", "openvino-ir"},
    {"saved_model.pb", model::kSavedModel},
    {"model.onnx", "onnx"},
    {"decoder_model_merged.onnx", "onnx"},
};

bool lists(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// The model file of a directory, of a format that the engine reads; of its own form before ONNX.
std::string known_file(const fs::path& directory, const engine::Manifest& manifest) {
  if (lists(manifest.model_formats, model::kMxnetSymbol))
    if (const auto symbol = model::mxnet_symbol_in(directory)) return symbol->string();
  std::error_code error;
  for (const KnownFile& known : kKnownFiles)
    if (lists(manifest.model_formats, known.format) && fs::exists(directory / known.name, error))
      return (directory / known.name).string();
  return {};
}

Result<std::string> prepared_encoder(const fs::path& directory, const engine::Manifest& manifest) {
  if (!lists(manifest.model_formats, "onnx"))
    return fail(ErrorKind::kUnsupported,
                fmt::format("engine '{}' runs no encoders: it takes no ONNX files", manifest.name));
  const auto encoder = checkpoint::read_encoder(directory);
  if (!encoder) return fail(encoder.error());
  const auto cache = cache_folder();
  if (!cache) return fail(cache.error());
  const auto file = checkpoint::prepare_encoder(*encoder, *cache);
  if (!file) return fail(file.error());
  return file->string();
}

/// The decoder form of an engine that reads checkpoints itself.
constexpr const char* kAsItIs = "checkpoint";

Result<std::string> prepared_decoder(const fs::path& directory, const engine::Manifest& manifest) {
  if (manifest.decoder_forms.empty())
    return fail(ErrorKind::kUnsupported,
                fmt::format("engine '{}' runs no language models", manifest.name));
  if (manifest.decoder_forms.front() == kAsItIs) return directory.string();
  const auto decoder = checkpoint::read_decoder(directory);
  if (!decoder) return fail(decoder.error());
  const auto cache = cache_folder();
  if (!cache) return fail(cache.error());
  for (const std::string& name : manifest.decoder_forms) {
    const auto form = checkpoint::decoder_form_from(name);
    if (!form || !checkpoint::has_form(decoder->spec, *form)) continue;
    const auto file = checkpoint::prepare_decoder(*decoder, *form, *cache);
    if (!file) return fail(file.error());
    return file->string();
  }
  return fail(
      ErrorKind::kUnsupported,
      fmt::format("engine '{}' takes decoders as {}, and '{}' cannot be written so", manifest.name,
                  fmt::join(manifest.decoder_forms, ", "), directory.string()));
}

}  // namespace

Result<fs::path> cache_folder() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets variables here
  const auto variable = [](const char* name) {
    return std::string(getenv(name) ? getenv(name) : "");
  };
  const std::string cache = variable("XDG_CACHE_HOME");
  const std::string home = variable("HOME");
  if (cache.empty() && home.empty())
    return fail(ErrorKind::kMachine, "there is no cache folder; set HOME or XDG_CACHE_HOME");
  return (cache.empty() ? fs::path(home) / ".cache" : fs::path(cache)) / "joulemark";
}

std::optional<ExportedModel> exported_model(const fs::path& directory) {
  std::error_code error;
  for (const char* format : {"onnx", "openvino-ir", model::kSavedModel})
    for (const KnownFile& known : kKnownFiles)
      if (std::string_view(known.format) == format && fs::exists(directory / known.name, error))
        return ExportedModel{(directory / known.name).string(), format};
  if (const auto symbol = model::mxnet_symbol_in(directory))
    return ExportedModel{symbol->string(), model::kMxnetSymbol};
  return std::nullopt;
}

Error no_model(const fs::path& directory) {
  return {ErrorKind::kUsage,
          fmt::format("'{}' is no model: a checkpoint has a config.json, an exported model a "
                      "model.onnx, openvino_model.xml, saved_model.pb or one NAME-symbol.json",
                      directory.string())};
}

Result<std::string> model_file(const std::string& source, const engine::Manifest& manifest) {
  if (checkpoint::names_synthetic(source)) {
    const auto made = synthetic_directory(source);
    return made ? prepared_decoder(*made, manifest) : fail(made.error());
  }
  std::error_code error;
  if (!fs::is_directory(source, error)) return source;
  if (std::string file = known_file(source, manifest); !file.empty()) return file;
  if (!checkpoint::is_checkpoint(source)) return fail(no_model(source));
  return checkpoint::is_encoder(source) ? prepared_encoder(source, manifest)
                                        : prepared_decoder(source, manifest);
}

}  // namespace joulemark::cli
