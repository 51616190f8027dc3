// SPDX-License-Identifier: Apache-2.0
// A chat template, and behind the first zero byte the messages it is given. The Rust code behind it
// is not instrumented, so that libFuzzer sees no coverage of it: crashes, hangs and leaks count.
#include "tokenizer/chat_template.h"

#include <string_view>

#include "target.h"

namespace {

using joulemark::tokenizer::ChatTemplate;

constexpr const char* kMessages =
    R"([{"role":"system","content":" be \u00e9 "},{"role":"user","content":"x <b>\n"},)"
    R"({"role":"assistant","content":"<think>y</think>z"},{"role":"user","content":""}])";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto zero = bytes.find('\0');
  auto made = ChatTemplate::parse(bytes.substr(0, zero), "fuzz");
  if (!made) return 0;
  made->set_special_tokens("<s>", "</s>");
  (void)made->render({.messages_json = kMessages});
  if (zero != std::string_view::npos)
    (void)made->render({std::string(bytes.substr(zero + 1)), false, 1'790'000'000});
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using std::string_literals::operator""s;
  return {
      "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] | trim }}\n{% endfor %}"s,
      "{%- if messages[0].role == 'system' -%}{%- set rest = messages[1:] -%}{%- else -%}{%- set "
      "rest "
      "= messages[::-1] -%}{%- endif -%}{{ rest | tojson(indent=2) }}{{ bos_token }}"s,
      "{% macro f(x, y=false) %}{{ x ~ y }}{% endmacro %}{% set ns = namespace(a=1) %}{% for m in "
      "messages %}{% if loop.last %}{% break %}{% endif %}{% set ns.a = ns.a + 1 %}{{ f(m, y=ns.a) "
      "}}{% generation %}{{ raise_exception('no') if ns.a > 3 }}{% endgeneration %}{% endfor %}"s,
      "{{ strftime_now('%d %b %Y') }}{{ messages | selectattr('role', 'in', ['user']) | "
      "map(attribute="
      "'content') | join(', ') }}{{ 'a-b'.split('-')[0].upper() * 3 }}{# c #}"s,
      "{{ messages[0].content }}{{ messages | length // 2 }}\0[{\"content\":[1,2.5,null,{\"a\":true}]}]"s,
  };
}
