// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/openvino_ir.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace joulemark::checkpoint {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::pair<const char*, const char*> kBroadcasting{"auto_broadcast", "numpy"};

const char* element_type(IrType type) {
  switch (type) {
    case IrType::kF32:
      return "f32";
    case IrType::kI64:
      return "i64";
    case IrType::kI32:
      return "i32";
    case IrType::kBool:
      return "boolean";
  }
  return "";
}

const char* precision(IrType type) {
  switch (type) {
    case IrType::kF32:
      return "FP32";
    case IrType::kI64:
      return "I64";
    case IrType::kI32:
      return "I32";
    case IrType::kBool:
      return "BOOL";
  }
  return "";
}

/// Names of tensors come from a checkpoint.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '"')
      out += "&quot;";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += ' ';
    else
      out += c;
  }
  return out;
}

std::size_t layer_of(const Value& value) {
  return std::stoul(value.name);
}

std::string port_of(const Value& value) {
  return value.name.substr(value.name.find(':') + 1);
}

std::uint64_t bytes_of(const std::vector<std::int64_t>& dims) {
  std::uint64_t bytes = sizeof(float);
  for (const std::int64_t dim : dims) bytes *= static_cast<std::uint64_t>(dim);
  return bytes;
}

std::string dims_text(const std::vector<std::int64_t>& dims) {
  return fmt::format("{}", fmt::join(dims, ","));
}

}  // namespace

std::vector<Value> IrWriter::add(Layer layer) {
  const std::size_t id = layers_.size();
  if (layer.name.empty()) layer.name = fmt::format("{}_{}", layer.op, id);
  std::vector<Value> outputs;
  for (std::size_t i = 0; i < layer.outputs.size(); ++i)
    outputs.push_back({fmt::format("{}:{}", id, layer.inputs.size() + i)});
  layers_.push_back(std::move(layer));
  return outputs;
}

std::vector<Value> IrWriter::calls(const Call& call, std::size_t outputs) {
  return add({.name = {},
              .op = call.op,
              .opset = call.opset,
              .inputs = call.inputs,
              .attributes = call.attributes,
              .outputs = std::vector(outputs, call.type),
              .tensor_name = {}});
}

Value IrWriter::unary(const char* op, const Value& x) {
  return call({.op = op, .opset = "opset1", .inputs = {x}, .type = type_of(x)});
}

Value IrWriter::binary(const char* op, const Value& a, const Value& b) {
  return call({.op = op,
               .opset = "opset1",
               .inputs = {a, b},
               .attributes = {kBroadcasting},
               .type = type_of(a)});
}

Value IrWriter::compare(const char* op, const Value& a, const Value& b) {
  return call({.op = op,
               .opset = "opset1",
               .inputs = {a, b},
               .attributes = {kBroadcasting},
               .type = IrType::kBool});
}

Value IrWriter::select(const Value& condition, const Value& a, const Value& b) {
  return call({.op = "Select",
               .opset = "opset1",
               .inputs = {condition, a, b},
               .attributes = {kBroadcasting},
               .type = type_of(a)});
}

Value IrWriter::convert(const Value& x, IrType type) {
  return call({.op = "Convert",
               .opset = "opset1",
               .inputs = {x},
               .attributes = {{"destination_type", element_type(type)}},
               .type = type});
}

Value IrWriter::shape_of(const Value& x) {
  return once("shape of " + x.name, [&] {
    return call({.op = "ShapeOf",
                 .opset = "opset3",
                 .inputs = {x},
                 .attributes = {{"output_type", "i64"}},
                 .type = IrType::kI64});
  });
}

Value IrWriter::element(const Value& x, std::int64_t place) {
  return once(fmt::format("element {} of {}", place, x.name),
              [&] { return gather(x, integer(place)); });
}

Value IrWriter::gather(const Value& x, const Value& places) {
  return call({.op = "Gather",
               .opset = "opset8",
               .inputs = {x, places, integer(0)},
               .attributes = {{"batch_dims", "0"}},
               .type = type_of(x)});
}

Value IrWriter::reshape(const Value& x, const Value& shape) {
  return call({.op = "Reshape",
               .opset = "opset1",
               .inputs = {x, shape},
               .attributes = {{"special_zero", "false"}},
               .type = type_of(x)});
}

Value IrWriter::reshape(const Value& x, const std::vector<std::int64_t>& shape) {
  return reshape(x, ints(shape));
}

Value IrWriter::unsqueeze(const Value& x, const std::vector<std::int64_t>& axes) {
  return call(
      {.op = "Unsqueeze", .opset = "opset1", .inputs = {x, ints(axes)}, .type = type_of(x)});
}

Value IrWriter::transpose(const Value& x, const std::vector<std::int64_t>& order) {
  return call(
      {.op = "Transpose", .opset = "opset1", .inputs = {x, ints(order)}, .type = type_of(x)});
}

Value IrWriter::concat(const Inputs& parts, std::int64_t axis) {
  return call({.op = "Concat",
               .opset = "opset1",
               .inputs = parts,
               .attributes = {{"axis", std::to_string(axis)}},
               .type = type_of(parts.front())});
}

Value IrWriter::parameter(const std::string& name, IrType type,
                          const std::vector<std::int64_t>& dims) {
  return once("parameter " + name, [&] {
    std::string shape;
    for (const std::int64_t dim : dims)
      shape += (shape.empty() ? "" : ",") + (dim < 0 ? std::string("?") : std::to_string(dim));
    return add({.name = name,
                .op = "Parameter",
                .opset = "opset1",
                .inputs = {},
                .attributes = {{"shape", shape}, {"element_type", element_type(type)}},
                .outputs = {type},
                .tensor_name = name})
        .front();
  });
}

void IrWriter::result(const std::string& name, const Value& x) {
  layers_[layer_of(x)].tensor_name = name;
  add({.name = name + "/result",
       .op = "Result",
       .opset = "opset1",
       .inputs = {x},
       .attributes = {},
       .outputs = {},
       .tensor_name = {}});
}

IrType IrWriter::type_of(const Value& x) const {
  const Layer& layer = layers_[layer_of(x)];
  return layer.outputs[std::stoul(port_of(x)) - layer.inputs.size()];
}

Value IrWriter::constant(IrType type, const std::vector<std::int64_t>& dims,
                         std::span<const std::byte> bytes) {
  std::string key = fmt::format("{} {} ", element_type(type), dims_text(dims));
  key.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return once(key, [&] {
    pool_.resize((pool_.size() + kAlignment - 1) / kAlignment * kAlignment);
    const std::uint64_t offset = pool_.size();
    pool_.insert(pool_.end(), bytes.begin(), bytes.end());
    return add({.name = {},
                .op = "Const",
                .opset = "opset1",
                .inputs = {},
                .attributes = {{"element_type", element_type(type)},
                               {"shape", dims_text(dims)},
                               {"size", std::to_string(bytes.size())}},
                .outputs = {type},
                .tensor_name = {},
                .place = Place::kPool,
                .offset = offset})
        .front();
  });
}

Value IrWriter::ints(const std::vector<std::int64_t>& values) {
  return constant(IrType::kI64, {static_cast<std::int64_t>(values.size())},
                  std::as_bytes(std::span(values)));
}

Value IrWriter::integer(std::int64_t value) {
  return constant(IrType::kI64, {}, std::as_bytes(std::span(&value, 1)));
}

Value IrWriter::floats(const std::vector<float>& values, const std::vector<std::int64_t>& dims) {
  return constant(IrType::kF32, dims, std::as_bytes(std::span(values)));
}

Value IrWriter::stored(const std::string& name, const std::vector<std::int64_t>& dims,
                       std::uint64_t offset) {
  return once("stored " + name, [&] {
    return add({.name = name,
                .op = "Const",
                .opset = "opset1",
                .inputs = {},
                .attributes = {{"element_type", element_type(IrType::kF32)},
                               {"shape", dims_text(dims)},
                               {"size", std::to_string(bytes_of(dims))}},
                .outputs = {IrType::kF32},
                .tensor_name = {},
                .place = Place::kFile,
                .offset = offset})
        .front();
  });
}

void IrWriter::append_layer(std::string& xml, std::size_t id, const Layer& layer,
                            std::uint64_t pool_offset) {
  xml += fmt::format(R"(<layer id="{}" name="{}" type="{}" version="{}">)", id, escaped(layer.name),
                     layer.op, layer.opset);
  Attributes attributes = layer.attributes;
  if (layer.place != Place::kNone)
    attributes.emplace_back(
        "offset", std::to_string(layer.offset + (layer.place == Place::kPool ? pool_offset : 0)));
  if (!attributes.empty()) xml += "<data";
  for (const auto& [key, value] : attributes)
    xml += fmt::format(R"( {}="{}")", key, escaped(value));
  if (!attributes.empty()) xml += "/>";
  if (!layer.inputs.empty()) xml += "<input>";
  for (std::size_t i = 0; i < layer.inputs.size(); ++i) xml += fmt::format(R"(<port id="{}"/>)", i);
  if (!layer.inputs.empty()) xml += "</input>";
  if (!layer.outputs.empty()) xml += "<output>";
  for (std::size_t i = 0; i < layer.outputs.size(); ++i)
    xml += fmt::format(R"(<port id="{}" precision="{}"{}/>)", layer.inputs.size() + i,
                       precision(layer.outputs[i]),
                       i == 0 && !layer.tensor_name.empty()
                           ? fmt::format(R"( names="{}")", escaped(layer.tensor_name))
                           : "");
  if (!layer.outputs.empty()) xml += "</output>";
  xml += "</layer>\n";
}

std::string IrWriter::finish(std::uint64_t offset) const {
  std::string xml = "<?xml version=\"1.0\"?>\n<net name=\"decoder\" version=\"11\">\n<layers>\n";
  for (std::size_t id = 0; id < layers_.size(); ++id) append_layer(xml, id, layers_[id], offset);
  xml += "</layers>\n<edges>\n";
  for (std::size_t id = 0; id < layers_.size(); ++id)
    for (std::size_t i = 0; i < layers_[id].inputs.size(); ++i) {
      const Value& from = layers_[id].inputs[i];
      xml +=
          fmt::format("<edge from-layer=\"{}\" from-port=\"{}\" to-layer=\"{}\" to-port=\"{}\"/>\n",
                      layer_of(from), port_of(from), id, i);
    }
  return xml + "</edges>\n</net>\n";
}

}  // namespace joulemark::checkpoint
