// SPDX-License-Identifier: Apache-2.0
// Sequences and optional values. A sequence whose length is known at load time is taken apart then;
// any other is a list of the graph, never changed in place.
#include "torch_kit/lowering/sequences.h"
#include "torch_kit/ops/families.h"
#include "torch_kit/ops/sizes.h"

namespace joulemark::torch_kit::ops {
namespace {

using Elements = std::vector<Operand>;

void give_sequence(OpCall& call, Elements elements, jm_dtype dtype) {
  call.result(Operand{dtype, nullptr, {}, std::move(elements)});
}

void give_list(OpCall& call, JitValue* list, jm_dtype dtype) {
  call.result(Operand{dtype, list, {}, {}});
}

void sequence_construct(OpCall& call) {
  Elements elements;
  for (std::size_t i = 0; i < call.input_count(); ++i) elements.push_back(call.operand(i));
  give_sequence(call, elements, call.dtype(0));
}

void sequence_empty(OpCall& call) {
  give_sequence(call, {}, static_cast<jm_dtype>(call.integer("dtype", JM_FLOAT32)));
}

void sequence_length(OpCall& call) {
  Operand& sequence = call.operand(0);
  if (sequence.sequence)
    return call.result(call.scalar_tensor(std::int64_t(sequence.sequence->size()), at::kLong));
  JitValue* length = call.call("aten::len.t", {as_list(call, sequence)});
  call.result(Operand{JM_INT64, nullptr, HostNumbers{0, {length}}, {}});
}

/// The elements of input 0 and the place that input `i` gives among them, `length` when it gives
/// none; nothing where either is known to a run only.
std::optional<std::size_t> known_place(OpCall& call, std::size_t i, std::size_t places) {
  if (!call.operand(0).sequence) return std::nullopt;
  const auto length = static_cast<std::int64_t>(call.operand(0).sequence->size());
  if (!call.has(i)) return places - 1;
  const auto known = known_int(call, call.number(i));
  if (!known) return std::nullopt;
  const std::int64_t place = *known < 0 ? *known + length : *known;
  if (place < 0 || place >= static_cast<std::int64_t>(places))
    call.invalid("position " + std::to_string(*known) + " is outside of a sequence of " +
                 std::to_string(length));
  return static_cast<std::size_t>(place);
}

std::size_t known_length(OpCall& call) {
  const auto& sequence = call.operand(0).sequence;
  return sequence ? sequence->size() : 0;
}

void sequence_at(OpCall& call) {
  if (const auto place = known_place(call, 1, known_length(call)))
    return call.result(Operand((*call.operand(0).sequence)[*place]));
  JitValue* list = as_list(call, call.operand(0));
  call.result(call.call("aten::__getitem__.t", {list, call.number(1)}), 0, call.dtype(0));
}

JitValue* joined(OpCall& call, JitValue* a, JitValue* b) {
  return call.call("aten::add.t", {a, b});
}

void sequence_insert(OpCall& call) {
  const jm_dtype dtype = call.dtype(1);
  if (const auto place = known_place(call, 2, known_length(call) + 1)) {
    Elements elements = *call.operand(0).sequence;
    elements.insert(elements.begin() + static_cast<std::ptrdiff_t>(*place), call.operand(1));
    return give_sequence(call, std::move(elements), dtype);
  }
  JitValue* list = as_list(call, call.operand(0));
  JitValue* added = call.graph.tensor_list({call.tensor(1)});
  if (!call.has(2)) return give_list(call, joined(call, list, added), dtype);
  JitValue* place = call.number(2);
  JitValue* before = call.call("aten::slice.t", {list, c10::IValue(), place, 1});
  JitValue* behind = call.call("aten::slice.t", {list, place, c10::IValue(), 1});
  give_list(call, joined(call, joined(call, before, added), behind), dtype);
}

void sequence_erase(OpCall& call) {
  const std::size_t length = known_length(call);
  if (const auto place = known_place(call, 1, length)) {
    Elements elements = *call.operand(0).sequence;
    if (*place >= elements.size()) call.invalid("its sequence is empty");
    elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(*place));
    return give_sequence(call, std::move(elements), call.dtype(0));
  }
  JitValue* list = as_list(call, call.operand(0));
  JitValue* count = call.call("aten::len.t", {list});
  JitValue* place = call.has(1) ? call.number(1) : call.constant_value(-1);
  place = call.call("aten::remainder.int", {place, count});
  JitValue* next = call.call("aten::add.int", {place, 1});
  JitValue* before = call.call("aten::slice.t", {list, c10::IValue(), place, 1});
  JitValue* behind = call.call("aten::slice.t", {list, next, c10::IValue(), 1});
  give_list(call, joined(call, before, behind), call.dtype(0));
}

void concat_from_sequence(OpCall& call) {
  JitValue* list = as_list(call, call.operand(0));
  const bool stacks = call.integer("new_axis", 0) != 0;
  const std::int64_t axis = call.integer("axis", 0);
  JitValue* value = call.call(stacks ? "aten::stack" : "aten::cat", {list, axis});
  // The example of a list may have another length.
  const Fact* fact = call.graph.fact(list);
  const auto example = call.graph.example(value);
  if (example && (fact == nullptr || !fact->exact)) {
    Ints sizes = example->sizes().vec();
    sizes[static_cast<std::size_t>(call.axis_of(value, axis))] = -1;
    declare_sizes(call, value, example->scalar_type(), sizes);
  }
  call.result(value, 0, call.dtype(0));
}

/// Parts of x along `axis`, as a list.
JitValue* split_list(OpCall& call, JitValue* x, std::int64_t axis) {
  if (!call.has(1)) {
    const bool keeps = call.integer("keepdims", 1) != 0;
    return keeps ? call.call("aten::split.Tensor", {x, 1, axis})
                 : call.call("aten::unbind.int", {x, axis});
  }
  if (call.rank(1) == 0) return call.call("aten::split.Tensor", {x, call.number(1), axis});
  return call.call("aten::split_with_sizes", {x, call.int_list(1), axis});
}

void split_to_sequence(OpCall& call) {
  JitValue* x = call.tensor(0);
  const jm_dtype dtype = call.dtype(0);
  JitValue* list = split_list(call, x, call.axis_of(x, call.integer("axis", 0)));
  const Fact* fact = call.graph.fact(list);
  if (fact == nullptr || !fact->exact) return give_list(call, list, dtype);
  Elements elements;
  for (JitValue* part : unpack_tensors(call, list, fact->example.toListRef().size()))
    elements.push_back(Operand{dtype, part, {}, {}});
  give_sequence(call, std::move(elements), dtype);
}

void optional(OpCall& call) {
  if (!call.has(0)) call.unsupported("an optional value that holds nothing is not covered");
  call.result(Operand(call.operand(0)));
}

/// An input that is left out holds nothing; all others hold something.
void optional_has_element(OpCall& call) {
  call.result(call.scalar_tensor(call.has(0), at::kBool));
}

constexpr Entry kEntries[] = {
    {"SequenceConstruct", 11, sequence_construct},
    {"SequenceEmpty", 11, sequence_empty},
    {"SequenceLength", 11, sequence_length},
    {"SequenceAt", 11, sequence_at},
    {"SequenceInsert", 11, sequence_insert},
    {"SequenceErase", 11, sequence_erase},
    {"ConcatFromSequence", 11, concat_from_sequence},
    {"SplitToSequence", 11, split_to_sequence},
    {"Optional", 15, optional},
    {"OptionalHasElement", 15, optional_has_element},
    {"OptionalGetElement", 15, optional},
};

}  // namespace

std::span<const Entry> sequence() {
  return kEntries;
}

}  // namespace joulemark::torch_kit::ops
