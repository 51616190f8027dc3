// SPDX-License-Identifier: Apache-2.0
// Sources are named row by row: what nobody could look up is marked as such.
#include "checkpoint/synthetic_models.h"

#include <cctype>

namespace joulemark::checkpoint {
namespace {

// clang-format off
constexpr KnownModel kModels[] = {
    {"codeparrot/codeparrot-small", "",
     R"({"model_type": "gpt2", "vocab_size": 32768, "n_embd": 768, "n_layer": 12, "n_head": 12,
      "n_positions": 1024, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-05,
      "scale_attn_by_inverse_layer_idx": true, "reorder_and_upcast_attn": true,
      "tie_word_embeddings": true})",
     "from memory; unverified"},
    {"bigcode/tiny_starcoder_py", "tiny_starcoder",
     R"({"model_type": "gpt_bigcode", "vocab_size": 49152, "n_embd": 768, "n_layer": 20,
      "n_head": 12, "n_inner": 3072, "n_positions": 8192, "activation_function":
      "gelu_pytorch_tanh", "layer_norm_epsilon": 1e-05, "multi_query": true,
      "tie_word_embeddings": true})",
     "from memory; unverified"},
    {"bigcode/starcoderbase-1b", "",
     R"({"model_type": "gpt_bigcode", "vocab_size": 49152, "n_embd": 2048, "n_layer": 24,
      "n_head": 16, "n_inner": 8192, "n_positions": 8192, "activation_function":
      "gelu_pytorch_tanh", "layer_norm_epsilon": 1e-05, "multi_query": true,
      "tie_word_embeddings": true})",
     "from memory; unverified"},
    {"EleutherAI/pythia-410m", "",
     R"({"model_type": "gpt_neox", "vocab_size": 50304, "hidden_size": 1024,
      "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096,
      "max_position_embeddings": 2048, "hidden_act": "gelu", "layer_norm_eps": 1e-05,
      "rotary_pct": 0.25, "rotary_emb_base": 10000, "use_parallel_residual": true,
      "attention_bias": true, "tie_word_embeddings": false})",
     "litgpt 0.5.13 config.py (names the hub config.json it was taken from); "
     "vocab/padding and eps from its defaults"},
    {"EleutherAI/pythia-1.4b", "",
     R"({"model_type": "gpt_neox", "vocab_size": 50304, "hidden_size": 2048,
      "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 8192,
      "max_position_embeddings": 2048, "hidden_act": "gelu", "layer_norm_eps": 1e-05,
      "rotary_pct": 0.25, "rotary_emb_base": 10000, "use_parallel_residual": true,
      "attention_bias": true, "tie_word_embeddings": false})",
     "litgpt 0.5.13 config.py (names the hub config.json it was taken from)"},
    {"bigscience/bloomz-560m", "",
     R"({"model_type": "bloom", "vocab_size": 250880, "hidden_size": 1024, "n_layer": 24,
      "n_head": 16, "layer_norm_epsilon": 1e-05, "seq_length": 2048, "tie_word_embeddings":
      true})",
     "hidden/layers/heads seen in public code search; the rest from transformers "
     "BloomConfig defaults"},
    {"bigscience/bloomz-1b1", "",
     R"({"model_type": "bloom", "vocab_size": 250880, "hidden_size": 1536, "n_layer": 24,
      "n_head": 16, "layer_norm_epsilon": 1e-05, "seq_length": 2048, "tie_word_embeddings":
      true})",
     "hidden/layers/heads seen in public code search; the rest from transformers "
     "BloomConfig defaults"},
    {"TinyLlama/TinyLlama-1.1B-intermediate-step-1431k-3T", "tinyllama",
     R"({"model_type": "llama", "vocab_size": 32000, "hidden_size": 2048, "num_hidden_layers":
      22, "num_attention_heads": 32, "num_key_value_heads": 4, "intermediate_size": 5632,
      "max_position_embeddings": 2048, "hidden_act": "silu", "rms_norm_eps": 1e-05,
      "rope_theta": 10000, "attention_bias": false, "tie_word_embeddings": false})",
     "litgpt 0.5.13 config.py (names the hub config.json it was taken from)"},
    {"google/codegemma-2b", "",
     R"({"model_type": "gemma", "vocab_size": 256000, "hidden_size": 2048, "num_hidden_layers":
      18, "num_attention_heads": 8, "num_key_value_heads": 1, "head_dim": 256,
      "intermediate_size": 16384, "max_position_embeddings": 8192, "hidden_act":
      "gelu_pytorch_tanh", "rms_norm_eps": 1e-06, "rope_theta": 10000, "attention_bias":
      false, "tie_word_embeddings": true})",
     "as gemma-2b, from litgpt 0.5.13 config.py (names the hub config.json it was "
     "taken from); identity of codegemma-2b with gemma-2b from memory"},
    {"microsoft/phi-2", "",
     R"({"model_type": "phi", "vocab_size": 51200, "hidden_size": 2560, "num_hidden_layers": 32,
      "num_attention_heads": 32, "intermediate_size": 10240, "max_position_embeddings": 2048,
      "hidden_act": "gelu_new", "layer_norm_eps": 1e-05, "rope_theta": 10000,
      "partial_rotary_factor": 0.4, "tie_word_embeddings": false})",
     "litgpt 0.5.13 config.py (names the hub config.json it was taken from)"},
    {"stabilityai/stablecode-instruct-alpha-3b", "",
     R"({"model_type": "gpt_neox", "vocab_size": 49152, "hidden_size": 2560,
      "num_hidden_layers": 32, "num_attention_heads": 32, "intermediate_size": 10240,
      "max_position_embeddings": 4096, "hidden_act": "gelu", "layer_norm_eps": 1e-05,
      "rotary_pct": 0.25, "rotary_emb_base": 10000, "use_parallel_residual": true,
      "attention_bias": true, "tie_word_embeddings": false})",
     "litgpt 0.5.13 config.py (names the hub config.json it was taken from)"},
    {"stabilityai/stablecode-completion-alpha-3b-4k", "",
     R"({"model_type": "gpt_neox", "vocab_size": 49152, "hidden_size": 2560,
      "num_hidden_layers": 32, "num_attention_heads": 32, "intermediate_size": 10240,
      "max_position_embeddings": 4096, "hidden_act": "gelu", "layer_norm_eps": 1e-05,
      "rotary_pct": 0.25, "rotary_emb_base": 10000, "use_parallel_residual": true,
      "attention_bias": true, "tie_word_embeddings": false})",
     "litgpt 0.5.13 config.py (names the hub config.json it was taken from)"},
};
// clang-format on

std::string lower_name(std::string_view name) {
  std::string out(name.substr(name.rfind('/') + 1));
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

std::span<const KnownModel> known_models() {
  return kModels;
}

std::string name_of(const KnownModel& model) {
  return lower_name(model.repository);
}

const KnownModel* find_known_model(std::string_view name) {
  const std::string wanted = lower_name(name);
  const bool with_owner = name.find('/') != std::string_view::npos;
  for (const KnownModel& model : kModels) {
    if (wanted != name_of(model) && (wanted.empty() || wanted != model.short_name)) continue;
    const std::string_view repository = model.repository;
    const std::string_view owner = repository.substr(0, repository.find('/'));
    if (!with_owner || name.substr(0, name.rfind('/')) == owner) return &model;
  }
  return nullptr;
}

std::vector<std::string> known_model_names() {
  std::vector<std::string> names;
  for (const KnownModel& model : kModels) names.push_back(name_of(model));
  return names;
}

}  // namespace joulemark::checkpoint
