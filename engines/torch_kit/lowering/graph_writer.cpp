// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/lowering/graph_writer.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_strided.h>
#include <torch/csrc/jit/frontend/schema_matching.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>

#include "plugin_kit/status.h"
#include "torch_kit/errors.h"
#include "torch_kit/lowering/shape_rules.h"

namespace joulemark::torch_kit {
namespace {

using plugin::fail;

constexpr int kMostDiscarded = 200;

c10::OperatorName operator_name(const std::string& text) {
  const std::size_t dot = text.find('.', text.find("::"));
  if (dot == std::string::npos) return {text, ""};
  return {text.substr(0, dot), text.substr(dot + 1)};
}

at::Tensor without_elements(const at::Tensor& tensor) {
  return at::empty_strided(tensor.sizes(), tensor.strides(), tensor.options().device(at::kMeta));
}

/// The same with every tensor replaced by its shape and type.
c10::IValue example_of(const c10::IValue& value) {
  if (value.isTensor() && value.toTensor().defined()) return without_elements(value.toTensor());
  if (!value.isList() || value.isIntList() || value.isDoubleList() || value.isBoolList())
    return value;
  c10::impl::GenericList list(value.toList().elementType());
  for (const c10::IValue& element : value.toListRef()) list.push_back(example_of(element));
  return list;
}

bool is_host_number(const JitValue* value) {
  const c10::TypeKind kind = value->type()->kind();
  return kind == c10::TypeKind::IntType || kind == c10::TypeKind::FloatType ||
         kind == c10::TypeKind::BoolType;
}

/// Runs the node's operator on `stack`; what it leaves there are the results.
void run(const tj::Node* node, tj::Stack& stack) {
  node->getOperation()(stack);
}

at::TensorOptions meta(at::ScalarType type) {
  return at::TensorOptions(type).device(at::kMeta);
}

/// What the call makes of examples: by the operator's own shape function, else by a rule of ours.
std::vector<ShapeGuess> try_examples(const tj::Node* node, const tj::Stack& arguments) {
  if (has_shape_rule(node) || node->hasSideEffects()) return guess_shapes(node, arguments);
  tj::Stack stack = arguments;
  const std::vector<c10::Argument>& formal = node->getOperator().schema().arguments();
  for (std::size_t i = 0; i < std::min(formal.size(), stack.size()); ++i)
    if (formal[i].name() == "device") stack[i] = c10::Device(at::kMeta);
  try {
    run(node, stack);
  } catch (const std::exception&) {
    // Open sizes that do not fit each other, or an operator without a shape function.
    return guess_shapes(node, arguments);
  }
  std::vector<ShapeGuess> results;
  for (const c10::IValue& result : stack) results.push_back({example_of(result), true});
  return results;
}

}  // namespace

GraphWriter::GraphWriter(c10::Device device, Caches caches) : device_(device), caches_(caches) {}

void GraphWriter::set_position(const std::string& text) {
  position_ = text;
  range_ =
      tj::SourceRange(std::make_shared<tj::Source>(text, std::string("model")), 0, text.size());
}

JitValue* GraphWriter::constant(const c10::IValue& value) {
  JitValue* made = graph_->insertConstant(value, range_);
  set_fact(made, {example_of(value), true});
  return made;
}

std::optional<c10::IValue> GraphWriter::value_of(JitValue* value) const {
  if (auto constant = tj::toIValue(value)) return constant;
  if (value->node()->kind() != tj::prim::ListConstruct) return std::nullopt;
  c10::impl::GenericList list(value->type()->expectRef<c10::ListType>().getElementType());
  for (const JitValue* element : value->node()->inputs()) {
    const auto constant = tj::toIValue(element);
    if (!constant) return std::nullopt;
    list.push_back(*constant);
  }
  return list;
}

const Fact* GraphWriter::fact(JitValue* value) {
  const auto found = facts_.find(value);
  if (found != facts_.end()) return &found->second;
  // A default that schema matching filled in.
  const auto known = tj::toIValue(value);
  if (!known) return nullptr;
  return &facts_.emplace(value, Fact{example_of(*known), true}).first->second;
}

void GraphWriter::set_fact(JitValue* value, Fact fact) {
  facts_[value] = std::move(fact);
}

std::optional<at::Tensor> GraphWriter::example(JitValue* value) {
  const Fact* known = fact(value);
  if (known == nullptr || !known->example.isTensor()) return std::nullopt;
  return known->example.toTensor();
}

void GraphWriter::open_rank(JitValue* value, at::ScalarType type) {
  facts_.erase(value);
  types_[value] = type;
}

std::optional<at::ScalarType> GraphWriter::scalar_type(JitValue* value) {
  if (const auto known = example(value)) return known->scalar_type();
  const auto found = types_.find(value);
  if (found == types_.end()) return std::nullopt;
  return found->second;
}

JitValue* GraphWriter::declare(JitValue* value, at::ScalarType type, std::int64_t rank) {
  if (value_of(value)) return value;
  if (const auto known = example(value);
      known && known->dim() == rank && known->scalar_type() == type)
    return value;
  const Ints dims(static_cast<std::size_t>(rank), kOpenSize);
  set_fact(value, {at::empty(dims, meta(type)), false});
  return value;
}

tj::Node* GraphWriter::matched(const char* op, const Args& args) {
  const c10::OperatorName name = operator_name(op);
  const auto found = tj::findOperatorFor(name);
  if (!found) fail(JM_UNSUPPORTED, std::string("this PyTorch has no operator ") + op);
  const std::vector<c10::Argument>& formal = found->schema().arguments();
  Args positional;
  Args keywords;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (i < formal.size() && formal[i].kwarg_only())
      keywords.emplace_back(formal[i].name(), args[i].value(*graph_));
    else
      positional.push_back(args[i]);
  }
  const tj::Node* before = graph_->insertPoint()->prev();
  const tj::MatchedSchema match =
      tj::matchSchema(found->schema(), range_, *graph_, positional, keywords);
  for (const tj::Node* node = before->next(); node != graph_->insertPoint(); node = node->next())
    if (std::string(node->kind().toUnqualString()).find("Implicit") != std::string::npos)
      fail(JM_UNSUPPORTED, std::string(op) + " was given a tensor where it takes a number");
  tj::Node* node = graph_->create(c10::Symbol::fromQualString(name.name), match.inputs,
                                  match.return_types.size());
  graph_->insertNode(node)->setSourceRange(range_);
  for (std::size_t i = 0; i < match.return_types.size(); ++i)
    node->outputs()[i]->setType(match.return_types[i]);
  if (node->maybeOperator() == nullptr || node->getOperator().schema().operator_name() != name)
    fail(JM_UNSUPPORTED, std::string(op) + " resolves to another overload");
  return node;
}

bool GraphWriter::fold(tj::Node* node, std::vector<JitValue*>& results) {
  if (node->isNondeterministic() || node->hasSideEffects()) return false;
  tj::Stack stack;
  for (JitValue* input : node->inputs()) {
    auto value = value_of(input);
    if (!value) return false;
    stack.push_back(std::move(*value));
  }
  run(node, stack);
  discard(node);
  for (const c10::IValue& value : stack) results.push_back(constant(value));
  return true;
}

void GraphWriter::infer(tj::Node* node) {
  tj::Stack arguments;
  bool exact = true;
  bool complete = true;
  for (JitValue* input : node->inputs()) {
    const Fact* known = fact(input);
    complete = complete && known != nullptr;
    exact = exact && known != nullptr && known->exact;
    arguments.push_back(known == nullptr ? c10::IValue() : known->example);
  }
  if (!complete) infer_types(node);
  const std::vector<ShapeGuess> guesses =
      complete ? try_examples(node, arguments) : guess_shapes(node, arguments);
  for (std::size_t i = 0; i < guesses.size(); ++i)
    if (guesses[i].example)
      set_fact(node->outputs()[i], {*guesses[i].example, exact && guesses[i].exact});
}

/// The type of what a call makes of tensors of open rank does not depend on their rank: that of the
/// first rank which the call takes. Sizes of 1 go with all others.
void GraphWriter::infer_types(tj::Node* node) {
  for (const Ints& dims : {Ints{1}, Ints{1, 1}, Ints{1, 1, 1, 1}}) {
    tj::Stack arguments;
    for (JitValue* input : node->inputs()) {
      const auto open = types_.find(input);
      const Fact* known = fact(input);
      if (known == nullptr && open == types_.end()) return;
      arguments.push_back(known != nullptr ? known->example
                                           : c10::IValue(at::empty(dims, meta(open->second))));
    }
    const std::vector<ShapeGuess> guesses = try_examples(node, arguments);
    for (std::size_t i = 0; i < guesses.size(); ++i)
      if (guesses[i].example && guesses[i].example->isTensor())
        types_[node->outputs()[i]] = guesses[i].example->toTensor().scalar_type();
    if (!guesses.empty()) return;
  }
}

/// A number that only a run tells still has a type, which what is made with it needs.
void GraphWriter::infer_numbers(tj::Node* node) {
  for (JitValue* value : node->outputs()) {
    if (fact(value) != nullptr) continue;
    const c10::TypeKind kind = value->type()->kind();
    if (kind == c10::TypeKind::IntType) set_fact(value, {kOpenSize, false});
    if (kind == c10::TypeKind::FloatType) set_fact(value, {double{kOpenSize}, false});
    if (kind == c10::TypeKind::BoolType) set_fact(value, {true, false});
  }
}

std::vector<JitValue*> GraphWriter::settle(tj::Node* node) {
  std::vector<JitValue*> results;
  if (fold(node, results)) return results;
  infer(node);
  infer_numbers(node);
  const auto outputs = node->outputs();
  results.assign(outputs.begin(), outputs.end());
  const bool known = std::all_of(results.begin(), results.end(), [&](JitValue* value) {
    const Fact* of = fact(value);
    return of != nullptr && of->exact && is_host_number(value);
  });
  if (!known || node->hasSideEffects()) return results;
  for (JitValue*& value : results) value = constant(fact(value)->example);
  discard(node);
  return results;
}

std::vector<JitValue*> GraphWriter::call_all(const char* op, const Args& args) {
  try {
    return settle(matched(op, args));
  } catch (const plugin::Failure&) {
    throw;
  } catch (const std::exception& error) {
    fail(JM_UNSUPPORTED, std::string(op) + ": " + brief(error));
  }
}

JitValue* GraphWriter::call(const char* op, const Args& args) {
  return call_all(op, args).front();
}

JitValue* GraphWriter::list(const c10::TypePtr& element, at::ArrayRef<JitValue*> elements) {
  tj::Node* node = graph_->insertNode(graph_->createList(element, elements));
  node->setSourceRange(range_);
  JitValue* made = node->output();
  c10::impl::GenericList example(element);
  bool exact = true;
  for (JitValue* value : elements) {
    const Fact* known = fact(value);
    if (known == nullptr) return made;
    exact = exact && known->exact;
    example.push_back(known->example);
  }
  set_fact(made, {example, exact});
  return made;
}

JitValue* GraphWriter::int_list(at::ArrayRef<JitValue*> elements) {
  JitValue* made = list(c10::IntType::get(), elements);
  const auto value = value_of(made);
  if (!value) return made;
  discard(made->node());
  return constant(value->toIntVector());
}

JitValue* GraphWriter::tensor_list(at::ArrayRef<JitValue*> elements) {
  return list(c10::TensorType::get(), elements);
}

JitValue* GraphWriter::optional_tensor_list(at::ArrayRef<JitValue*> elements) {
  return list(c10::OptionalType::ofTensor(), elements);
}

std::vector<JitValue*> GraphWriter::unpack(JitValue* values, std::size_t count) {
  if (values->node()->kind() == tj::prim::ListConstruct) return values->node()->inputs().vec();
  std::vector<JitValue*> elements;
  if (const auto known = value_of(values)) {
    for (const c10::IValue& value : known->toListRef()) elements.push_back(constant(value));
    return elements;
  }
  tj::Node* node = graph_->insertNode(graph_->createListUnpack(values, count));
  node->setSourceRange(range_);
  const Fact* of = fact(values);
  const bool told =
      of != nullptr && of->example.isList() && of->example.toListRef().size() == count;
  const Fact whole = told ? *of : Fact{};
  for (std::size_t i = 0; i < count; ++i) {
    elements.push_back(node->outputs()[i]);
    if (told) set_fact(elements[i], {whole.example.toListRef()[i], whole.exact});
  }
  infer_numbers(node);
  return elements;
}

JitValue* GraphWriter::to_int_list(JitValue* tensor) {
  if (const auto known = value_of(tensor)) {
    const at::Tensor values = known->toTensor().to(at::kCPU, at::kLong).contiguous();
    const auto* data = values.const_data_ptr<std::int64_t>();
    return constant(Ints(data, data + values.numel()));
  }
  JitValue* wide = call("aten::to.dtype", {tensor, at::kLong, false, false, c10::IValue()});
  tj::Node* node = insert(tj::prim::tolist, {wide, constant(1), constant(0)}, 1);
  node->output()->setType(c10::ListType::ofInts());
  const auto known = example(tensor);
  if (known && known->dim() == 1 && known->numel() < kOpenSize)
    set_fact(node->output(), {Ints(static_cast<std::size_t>(known->numel()), kOpenSize), false});
  return node->output();
}

std::vector<at::ScalarType> GraphWriter::tensor_types() const {
  std::vector<at::ScalarType> types;
  for (const auto& [value, fact] : facts_)
    if (fact.example.isTensor() && fact.example.toTensor().defined())
      types.push_back(fact.example.toTensor().scalar_type());
  return types;
}

/// The graph may give the memory of a value that is gone to another one.
void GraphWriter::forget(tj::Node* node) {
  const auto forget_value = [&](const JitValue* value) {
    facts_.erase(value);
    types_.erase(value);
  };
  for (const JitValue* value : node->outputs()) forget_value(value);
  for (tj::Block* block : node->blocks()) {
    for (const JitValue* value : block->inputs()) forget_value(value);
    for (tj::Node* inner : block->nodes()) forget(inner);
  }
}

void GraphWriter::discard(tj::Node* node) {
  forget(node);
  node->destroy();
}

void GraphWriter::start_over(tj::Node* node) {
  discard(node);
  if (++discarded_ > kMostDiscarded)
    fail(JM_UNSUPPORTED, "the ranks of what nested loops carry cannot be told");
}

tj::Node* GraphWriter::insert(c10::Symbol kind, at::ArrayRef<JitValue*> inputs,
                              std::size_t outputs) {
  tj::Node* node = graph_->insertNode(graph_->create(kind, inputs, outputs));
  node->setSourceRange(range_);
  return node;
}

}  // namespace joulemark::torch_kit
