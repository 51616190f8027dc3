// SPDX-License-Identifier: Apache-2.0
// Checkpoint directories: config.json, the header of the weights and their index; the first byte
// chooses.
#include <cstdlib>
#include <string_view>

#include "checkpoint/architectures.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/weight_files.h"
#include "target.h"

namespace {

using namespace joulemark::checkpoint;  // NOLINT(google-build-using-namespace)

void expect(bool holds) {
  if (!holds) std::abort();
}

/// What is accepted can be built without more checks.
void read_config(std::string_view text) {
  const auto config = ConfigJson::parse(text, "config.json");
  if (!config) return;
  const auto spec = read_decoder_spec(*config);
  if (!spec) return;
  for (const std::int64_t size : {spec->vocabulary, spec->hidden, spec->layers, spec->heads,
                                  spec->kv_heads, spec->head_size, spec->intermediate})
    expect(size >= 1 && size <= 4 * ConfigJson::kMaxCount);
  expect(spec->heads % spec->kv_heads == 0 && spec->norm_epsilon > 0);
  expect(spec->rotary.dims() <= spec->head_size);
}

/// Tensors lie in the file, one behind the other.
void read_header(std::string_view text) {
  if (text.empty()) return;
  const std::uint64_t data_bytes = static_cast<unsigned char>(text.front());
  const auto tensors = parse_safetensors_header(text.substr(1), text.size(), data_bytes);
  if (!tensors) return;
  std::uint64_t bytes = 0;
  for (const auto& [name, stored] : *tensors) {
    expect(stored.offset >= text.size());
    expect(stored.offset + stored.bytes <= text.size() + data_bytes);
    bytes += stored.bytes;
  }
  expect(bytes == data_bytes);
}

/// A shard's name stays in the directory.
void read_index(std::string_view text) {
  const auto map = parse_weight_index(text);
  if (!map) return;
  for (const auto& [tensor, file] : *map)
    expect(!file.empty() && file.front() != '/' &&
           ("/" + file + "/").find("/../") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'c') read_config(bytes);
  if (data[0] == 'h') read_header(bytes);
  if (data[0] == 'i') read_index(bytes);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds = {
      R"(c{"model_type":"llama","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"vocab_size":96,"rope_theta":10000.0,"rope_scaling":{"type":"llama3","factor":8.0,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":64},"tie_word_embeddings":false})",
      R"(c{"model_type":"gpt_neox","hidden_size":64,"num_attention_heads":4,"rotary_pct":0.25,"rope_parameters":{"rope_type":"yarn","factor":4.0,"beta_fast":32,"mscale":0.7,"mscale_all_dim":1.2}})",
      R"(c{"model_type":"qwen2","num_hidden_layers":3,"use_sliding_window":true,"sliding_window":9,"max_window_layers":1,"layer_types":["full_attention","sliding_attention","full_attention"]})",
      R"(c{"model_type":"phi","hidden_size":32,"num_attention_heads":4,"head_dim":8,"partial_rotary_factor":1.0,"rope_scaling":{"rope_type":"longrope","short_factor":[1,1,1,1],"long_factor":[2,2,2,2],"original_max_position_embeddings":32}})",
      std::string("h\x08") +
          R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[4,8]}})",
      R"(i{"metadata":{"total_size":8},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"sub/b.safetensors"}})"};
  for (const std::string& type : decoder_architectures())
    seeds.push_back(R"(c{"model_type":")" + type +
                    R"(","hidden_size":64,"n_embd":64,"n_head":4,"num_attention_heads":4})");
  return seeds;
}
