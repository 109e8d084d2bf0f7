#include "models/pickle/pickled_state_dict.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <optional>
#include <set>

#include "core/error.h"
#include "models/pickle/pickle_machine.h"

namespace asbench::models {
namespace {

using Kind = PickleNode::Kind;

constexpr std::size_t kMaxNameBytes = 1024;
constexpr std::string_view kMagicPickle{"\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.", 15};
constexpr std::int64_t kProtocolVersion = 1001;

struct StorageType {
  std::string_view name;
  DType dtype;
};

constexpr std::array<StorageType, 10> kStorageTypes{{{"torch.DoubleStorage", DType::f64},
                                                     {"torch.FloatStorage", DType::f32},
                                                     {"torch.HalfStorage", DType::f16},
                                                     {"torch.BFloat16Storage", DType::bf16},
                                                     {"torch.LongStorage", DType::i64},
                                                     {"torch.IntStorage", DType::i32},
                                                     {"torch.ShortStorage", DType::i16},
                                                     {"torch.CharStorage", DType::i8},
                                                     {"torch.ByteStorage", DType::u8},
                                                     {"torch.BoolStorage", DType::boolean}}};

/// Converts the machine's values to checked tensor descriptions.
class Reader {
 public:
  Reader(const Pickle& pickle, bool legacy, std::string_view where)
      : pickle_(pickle), legacy_(legacy), where_(where) {}

  PickledStateDict read() {
    const PickleNode& root = pickle_.node(pickle_.root);
    if (root.kind != Kind::dict) {
      throw BadInput(fmt::format("{}: expected a dictionary from names to tensors", where_));
    }
    for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
      const PickleNode& key = pickle_.node(root.items[i]);
      if (key.kind != Kind::text || key.text.size() > kMaxNameBytes) {
        throw BadInput(
            fmt::format("{}: entry {} of the dictionary: its key is not a name, or is "
                        "longer than {} bytes",
                        where_, i / 2, kMaxNameBytes));
      }
      name_ = key.text;
      if (result_.tensors.contains(name_)) fail("occurs twice");
      const PickleNode& value = pickle_.node(root.items[i + 1]);
      if (value.kind != Kind::tensor) {
        fail(
            "is not a tensor; expected a flat dictionary from names to tensors, not a training "
            "checkpoint");
      }
      result_.tensors.emplace(name_, tensor(value));
    }
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw BadInput(fmt::format("{}: tensor {:?}: {}", where_, name_, what));
  }

  const PickleNode& expect(std::uint32_t index, Kind kind, std::string_view what) const {
    const PickleNode& node = pickle_.node(index);
    if (node.kind != kind) fail(fmt::format("{} is of the wrong kind", what));
    return node;
  }

  std::int64_t size(std::uint32_t index, std::string_view what) const {
    const std::int64_t value = expect(index, Kind::integer, what).integer;
    if (value < 0) fail(fmt::format("{} is negative: {}", what, value));
    return value;
  }

  std::vector<std::int64_t> sizes(std::uint32_t index, std::string_view what) const {
    const PickleNode& tuple = expect(index, Kind::tuple, what);
    if (tuple.items.size() > kMaxRank) fail(fmt::format("more than {} axes", kMaxRank));
    std::vector<std::int64_t> values;
    for (const std::uint32_t item : tuple.items) values.push_back(size(item, what));
    return values;
  }

  std::size_t storage(std::uint32_t index) {
    const PickleNode& id = expect(expect(index, Kind::storage, "its storage").items.at(0),
                                  Kind::tuple, "its storage's id");
    if (id.items.size() != (legacy_ ? 6U : 5U)) fail("its storage's id has the wrong length");
    if (expect(id.items[0], Kind::text, "its storage's id").text != "storage") {
      fail("its storage's id does not begin with \"storage\"");
    }
    PickledStorage storage;
    const std::string_view type = expect(id.items[1], Kind::global, "its storage's type").text;
    std::optional<DType> dtype;
    for (const StorageType& candidate : kStorageTypes) {
      if (candidate.name == type) dtype = candidate.dtype;
    }
    if (!dtype) fail(fmt::format("{} is not a storage type", type));
    storage.dtype = *dtype;
    storage.key = expect(id.items[2], Kind::text, "its storage's key").text;
    if (storage.key.empty() || storage.key.size() > kMaxNameBytes) {
      fail("its storage's key is empty or too long");
    }
    storage.numel = size(id.items[4], "its storage's size");
    if (!dense_bytes(storage.dtype, {storage.numel})) fail("its storage's size overflows");
    if (legacy_ && pickle_.node(id.items[5]).kind != Kind::none) {
      fail("its storage is a view of another one, a form that torch 0.4 dropped");
    }
    const auto [known, is_new] = by_key_.emplace(storage.key, result_.storages.size());
    if (is_new) {
      result_.storages.push_back(std::move(storage));
    } else if (const PickledStorage& other = result_.storages[known->second];
               other.dtype != storage.dtype || other.numel != storage.numel) {
      fail(fmt::format("the storage {:?} is described in two ways: {} x {} and {} x {}",
                       storage.key, dtype_name(other.dtype), other.numel, dtype_name(storage.dtype),
                       storage.numel));
    }
    return known->second;
  }

  PickledTensor tensor(const PickleNode& value) {
    PickledTensor tensor;
    tensor.storage = storage(value.items.at(0));
    tensor.offset = size(value.items.at(1), "its offset");
    tensor.shape = sizes(value.items.at(2), "its shape");
    tensor.strides = sizes(value.items.at(3), "its strides");
    if (tensor.shape.size() != tensor.strides.size()) fail("shape and strides differ in length");
    const PickledStorage& data = result_.storages[tensor.storage];
    const auto bytes = dense_bytes(data.dtype, tensor.shape);
    if (!bytes) fail(fmt::format("the size of [{}] overflows", fmt::join(tensor.shape, ", ")));
    // Strides of an empty tensor reach nothing, but must not overflow later either.
    std::int64_t last = tensor.offset;
    for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
      const std::int64_t steps = tensor.shape[axis] > 0 ? tensor.shape[axis] - 1 : 0;
      const std::int64_t stride = tensor.strides[axis];
      constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max() / 16;
      if (stride > kMax || (steps > 0 && stride > (kMax - last) / steps) || last > kMax) {
        fail("its strides overflow");
      }
      last += steps * stride;
    }
    const bool inside = *bytes == 0 ? tensor.offset <= data.numel : last < data.numel;
    if (!inside) {
      fail(fmt::format("reaches element {} of a storage of {}", last, data.numel));
    }
    return tensor;
  }

  const Pickle& pickle_;
  const bool legacy_;
  const std::string_view where_;
  std::string name_;
  std::map<std::string, std::size_t, std::less<>> by_key_;
  PickledStateDict result_;
};

/// The pickles and the data of a legacy file, one after the other.
class LegacyFile {
 public:
  LegacyFile(std::span<const std::byte> file, std::string_view where)
      : file_(file), where_(where) {}

  [[nodiscard]] Pickle pickle(std::string_view part) {
    Pickle result = run_pickle(file_.subspan(position_), fmt::format("{} ({})", where_, part));
    position_ += result.consumed;
    return result;
  }

  std::span<const std::byte> take(std::size_t count) {
    if (count > file_.size() - position_) fail("it was cut off; fetch it again");
    const auto bytes = file_.subspan(position_, count);
    position_ += count;
    return bytes;
  }

  [[nodiscard]] bool at_end() const { return position_ == file_.size(); }

  [[noreturn]] void fail(std::string_view what) const {
    throw BadInput(fmt::format("{}: legacy torch file: {}", where_, what));
  }

 private:
  std::span<const std::byte> file_;
  std::string_view where_;
  std::size_t position_ = 0;
};

void check_system(const Pickle& pickle, const LegacyFile& file) {
  const PickleNode& system = pickle.node(pickle.root);
  if (system.kind != Kind::dict) file.fail("its description of the system is not a dictionary");
  for (std::size_t i = 0; i + 1 < system.items.size(); i += 2) {
    const PickleNode& key = pickle.node(system.items[i]);
    const PickleNode& value = pickle.node(system.items[i + 1]);
    if (key.kind == Kind::text && key.text == "little_endian" && value.integer != 1) {
      file.fail("it was written on a big-endian machine");
    }
  }
}

}  // namespace

PickledStateDict read_state_dict_pickle(std::span<const std::byte> pickle, std::string_view where) {
  const Pickle result = run_pickle(pickle, where);
  if (result.consumed != pickle.size()) {
    throw BadInput(fmt::format("{}: {} bytes follow the end of the pickle", where,
                               pickle.size() - result.consumed));
  }
  return Reader(result, false, where).read();
}

bool is_legacy_state_dict(std::span<const std::byte> file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  return text.starts_with(kMagicPickle);
}

LegacyStateDict read_legacy_state_dict(std::span<const std::byte> bytes, std::string_view where) {
  LegacyFile file(bytes, where);
  if (!is_legacy_state_dict(bytes)) file.fail("the magic number is missing");
  (void)file.take(kMagicPickle.size());
  const Pickle version = file.pickle("its protocol");
  const PickleNode& number = version.node(version.root);
  if (number.kind != Kind::integer || number.integer != kProtocolVersion) {
    file.fail(fmt::format("protocol {}, expected {}", number.integer, kProtocolVersion));
  }
  check_system(file.pickle("its system"), file);

  LegacyStateDict result;
  const Pickle dictionary = file.pickle("its dictionary");
  result.dict = Reader(dictionary, true, where).read();
  std::map<std::string, std::size_t, std::less<>> by_key;
  for (std::size_t i = 0; i < result.dict.storages.size(); ++i) {
    by_key.emplace(result.dict.storages[i].key, i);
  }

  const Pickle keys = file.pickle("its storages' keys");
  const PickleNode& list = keys.node(keys.root);
  if (list.kind != Kind::list) file.fail("its storages' keys are not a list");
  if (list.items.size() != by_key.size()) {
    file.fail(
        fmt::format("it stores {} storages, its tensors use {}", list.items.size(), by_key.size()));
  }
  result.data.resize(by_key.size());
  std::set<std::size_t> seen;
  for (const std::uint32_t item : list.items) {
    const PickleNode& key = keys.node(item);
    const auto found = key.kind == Kind::text ? by_key.find(key.text) : by_key.end();
    if (found == by_key.end()) file.fail("it stores a storage that no tensor uses");
    if (!seen.insert(found->second).second) file.fail("it stores a storage twice");
    const PickledStorage& storage = result.dict.storages[found->second];
    std::uint64_t numel = 0;
    int shift = 0;
    for (const std::byte byte : file.take(8)) {
      numel |= std::to_integer<std::uint64_t>(byte) << shift;
      shift += 8;
    }
    if (numel != static_cast<std::uint64_t>(storage.numel)) {
      file.fail(fmt::format("the storage {:?} holds {} elements, its tensors expect {}",
                            storage.key, numel, storage.numel));
    }
    result.data[found->second] =
        file.take(static_cast<std::size_t>(storage.numel) * element_size(storage.dtype));
  }
  if (!file.at_end()) file.fail("bytes follow its last storage");
  return result;
}

}  // namespace asbench::models
