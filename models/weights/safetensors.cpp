#include "models/weights/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/write_file.h"

namespace asbench::models {
namespace {

using NamedView = const std::pair<const std::string, TensorView>*;

/// Checks every view and puts them in the order of the file.
std::vector<NamedView> file_order(const std::filesystem::path& path,
                                  const std::map<std::string, TensorView>& tensors) {
  std::vector<NamedView> order;
  order.reserve(tensors.size());
  for (const auto& tensor : tensors) {
    const auto& name = tensor.first;  // clang 14 can't capture a structured binding
    const auto& view = tensor.second;
    const auto fail = [&](std::string_view what) {
      throw BadInput(
          fmt::format("{}: tensor {:?} cannot be written: {}", path.string(), name, what));
    };
    if (name == "__metadata__") fail("the name is reserved");
    if (name.size() > kMaxNameBytes) fail(fmt::format("its name exceeds {} bytes", kMaxNameBytes));
    if (view.shape.size() > kMaxRank) fail(fmt::format("more than {} axes", kMaxRank));
    const auto bytes = dense_bytes(view.dtype, view.shape);
    if (!bytes || *bytes != view.bytes.size()) {
      fail(fmt::format("{} bytes are not {} [{}]", view.bytes.size(), dtype_name(view.dtype),
                       fmt::join(view.shape, ", ")));
    }
    order.push_back(&tensor);
  }
  if (order.size() > kMaxTensors) {
    throw BadInput(fmt::format("{}: cannot write {} tensors, the limit is {}", path.string(),
                               order.size(), kMaxTensors));
  }
  std::stable_sort(order.begin(), order.end(), [](NamedView a, NamedView b) {
    return element_size(a->second.dtype) > element_size(b->second.dtype);
  });
  return order;
}

/// The 8-byte length, the JSON and its padding.
std::string encode_header(const std::filesystem::path& path, std::span<const NamedView> order,
                          const std::map<std::string, std::string>& metadata) {
  std::string text = "{";
  const auto quoted = [&](const std::string& value) {
    try {
      return nlohmann::json(value).dump();
    } catch (const nlohmann::json::exception&) {
      throw BadInput(fmt::format("{}: {:?} cannot be written: not UTF-8", path.string(), value));
    }
  };
  if (!metadata.empty()) {
    std::string_view separator;
    text += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata) {
      text += fmt::format("{}{}:{}", separator, quoted(key), quoted(value));
      separator = ",";
    }
    text += "}";
  }
  std::size_t begin = 0;
  for (const NamedView tensor : order) {
    const auto& [name, view] = *tensor;
    text += fmt::format("{}{}:{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}}",
                        text.size() == 1 ? "" : ",", quoted(name), dtype_name(view.dtype),
                        fmt::join(view.shape, ","), begin, begin + view.bytes.size());
    begin += view.bytes.size();
  }
  text += "}";
  text.append((8 - text.size() % 8) % 8, ' ');
  if (text.size() > kMaxHeaderBytes) {
    throw BadInput(fmt::format("{}: cannot write a header of {} bytes, the limit is {}",
                               path.string(), text.size(), kMaxHeaderBytes));
  }
  std::string prefix;
  for (int i = 0; i < 8; ++i) prefix.push_back(static_cast<char>(text.size() >> (8 * i) & 0xFF));
  return prefix + text;
}

}  // namespace

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path, ReadMode mode) {
  FileBytes file = FileBytes::open(path, mode);
  SafetensorsHeader header = parse_safetensors_header(file.bytes(), path.string());
  return {std::move(file), std::move(header)};
}

std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> names;
  names.reserve(header_.entries.size());
  for (const auto& [name, entry] : header_.entries) names.push_back(name);
  return names;
}

std::optional<TensorView> SafetensorsFile::find(std::string_view name) const {
  const auto found = header_.entries.find(std::string(name));
  if (found == header_.entries.end()) return std::nullopt;
  const SafetensorsEntry& entry = found->second;
  return TensorView{
      entry.dtype, entry.shape,
      file_.bytes().subspan(header_.data_offset + entry.begin, entry.end - entry.begin)};
}

const std::map<std::string, std::string>& SafetensorsFile::metadata() const {
  return header_.metadata;
}

void write_safetensors(const std::filesystem::path& path,
                       const std::map<std::string, TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::vector<NamedView> order = file_order(path, tensors);
  std::string file = encode_header(path, order, metadata);
  for (const NamedView tensor : order) {
    const auto bytes = tensor->second.bytes;
    file.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  write_file_atomically(path, file);
}

}  // namespace asbench::models
