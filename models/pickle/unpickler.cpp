#include "models/pickle/unpickler.h"

#include <ATen/ATen.h>
#include <caffe2/serialize/inline_container.h>
#include <caffe2/serialize/read_adapter_interface.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>

#include "core/error.h"
#include "models/pickle/pickled_state_dict.h"
#include "models/weights/tensor_views.h"

namespace asbench::models {
namespace {

using caffe2::serialize::PyTorchStreamReader;

constexpr std::size_t kMaxPickleBytes = std::size_t{64} << 20;

/// Lets LibTorch's zip reader read from our bytes.
class BytesAdapter : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit BytesAdapter(std::span<const std::byte> bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t size() const override { return bytes_.size(); }
  std::size_t read(std::uint64_t position, void* buffer, std::size_t count,
                   const char* /*what*/) const override {
    if (position >= bytes_.size()) return 0;
    const std::size_t available = std::min<std::size_t>(count, bytes_.size() - position);
    std::memcpy(buffer, bytes_.data() + position, available);
    return available;
  }

 private:
  std::span<const std::byte> bytes_;
};

/// A zip file as torch.save writes it: `<archive>/data.pkl`, `<archive>/data/<key>`, ...
class ZipFile {
 public:
  ZipFile(std::span<const std::byte> bytes, std::string where)
      : bytes_(bytes), where_(std::move(where)), reader_(std::make_shared<BytesAdapter>(bytes)) {}

  [[nodiscard]] bool has(const std::string& record) { return reader_.hasRecord(record); }

  /// A small record, checked against its CRC.
  std::string read_small(const std::string& record) {
    const std::size_t size = reader_.getRecordSize(record);
    if (size > kMaxPickleBytes) {
      fail(record, fmt::format("{} bytes, the limit is {}", size, kMaxPickleBytes));
    }
    std::string text(size, '\0');
    if (reader_.getRecord(record, text.data(), size) != size) fail(record, "is cut off");
    return text;
  }

  /// Position in the file of a record that is stored uncompressed.
  std::span<const std::byte> view(const std::string& record, std::size_t expected) {
    if (!reader_.hasRecord(record)) fail(record, "is missing");
    const std::size_t size = reader_.getRecordSize(record);
    if (size != expected) {
      fail(record, fmt::format("holds {} bytes, its tensors expect {}", size, expected));
    }
    const std::size_t header = reader_.getRecordHeaderOffset(record);
    const std::size_t offset = reader_.getRecordOffset(record);
    constexpr std::size_t kMethodAt = 8;  // 2 bytes in the local header; 0: stored
    if (header > bytes_.size() || bytes_.size() - header < kMethodAt + 2 ||
        offset > bytes_.size() || bytes_.size() - offset < size) {
      fail(record, "reaches beyond the end of the file");
    }
    if (bytes_[header + kMethodAt] != std::byte{0} ||
        bytes_[header + kMethodAt + 1] != std::byte{0}) {
      fail(record, "is compressed; torch.save stores tensors uncompressed");
    }
    return bytes_.subspan(offset, size);
  }

 private:
  [[noreturn]] void fail(std::string_view record, std::string_view what) const {
    throw BadInput(fmt::format("{}: record {:?}: {}", where_, record, what));
  }

  std::span<const std::byte> bytes_;
  std::string where_;
  PyTorchStreamReader reader_;
};

std::map<std::string, at::Tensor> make_tensors(const PickledStateDict& dict,
                                               const std::vector<at::Tensor>& storages) {
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor] : dict.tensors) {
    tensors.emplace(
        name, storages.at(tensor.storage).as_strided(tensor.shape, tensor.strides, tensor.offset));
  }
  return tensors;
}

std::map<std::string, at::Tensor> read_zip(const std::shared_ptr<const FileBytes>& file) {
  const std::string where = file->path().string();
  ZipFile zip(file->bytes(), where);
  if (!zip.has("data.pkl")) {
    throw BadInput(
        fmt::format("{}: a zip file without data.pkl: torch.save did not write it", where));
  }
  if (zip.has("byteorder")) {
    if (const std::string order = zip.read_small("byteorder"); order != "little") {
      throw BadInput(fmt::format("{}: its byte order is {:?}; only little-endian files are read",
                                 where, order.substr(0, 20)));
    }
  }
  const std::string pickle = zip.read_small("data.pkl");
  const PickledStateDict dict =
      read_state_dict_pickle(std::as_bytes(std::span(pickle)), fmt::format("{} (data.pkl)", where));
  std::vector<at::Tensor> storages;
  storages.reserve(dict.storages.size());
  for (const PickledStorage& storage : dict.storages) {
    const auto bytes = static_cast<std::size_t>(storage.numel) * element_size(storage.dtype);
    storages.push_back(
        view_tensor(zip.view("data/" + storage.key, bytes), storage.dtype, {storage.numel}, file));
  }
  return make_tensors(dict, storages);
}

std::map<std::string, at::Tensor> read_legacy(const std::shared_ptr<const FileBytes>& file) {
  const LegacyStateDict legacy = read_legacy_state_dict(file->bytes(), file->path().string());
  std::vector<at::Tensor> storages;
  storages.reserve(legacy.data.size());
  for (std::size_t i = 0; i < legacy.data.size(); ++i) {
    const PickledStorage& storage = legacy.dict.storages[i];
    storages.push_back(view_tensor(legacy.data[i], storage.dtype, {storage.numel}, file));
  }
  return make_tensors(legacy.dict, storages);
}

}  // namespace

std::map<std::string, at::Tensor> read_pickled_tensors(
    const std::shared_ptr<const FileBytes>& file) {
  const std::span<const std::byte> bytes = file->bytes();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  try {
    if (is_legacy_state_dict(bytes)) return read_legacy(file);
    if (text.starts_with("PK\x03\x04")) return read_zip(file);
  } catch (const c10::Error& error) {
    throw BadInput(
        fmt::format("{}: damaged: {}", file->path().string(), error.what_without_backtrace()));
  }
  throw BadInput(
      fmt::format("{}: neither a zip file nor a legacy file as torch.save writes them; expected "
                  "a pytorch_model.bin (perhaps a web page was downloaded instead)",
                  file->path().string()));
}

}  // namespace asbench::models
