// Feeds arbitrary bytes to the pickle machine as data.pkl of a zip file and as a legacy file, which
// is tried with and without the magic number so that the fuzzer gets past it. Every tensor that
// comes out must lie inside its storage; anything else than that or BadInput is a finding.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "core/error.h"
#include "models/pickle/pickled_state_dict.h"

namespace {

void check(const asbench::models::PickledStateDict& dict) {
  for (const auto& [name, tensor] : dict.tensors) {
    const auto& storage = dict.storages.at(tensor.storage);
    std::int64_t last = tensor.offset;
    bool empty = false;
    for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
      if (tensor.shape[axis] == 0) empty = true;
      last += (tensor.shape[axis] - 1) * tensor.strides.at(axis);
    }
    if (!empty && (last < 0 || last >= storage.numel)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    check(asbench::models::read_state_dict_pickle(bytes, "input"));
  } catch (const asbench::BadInput&) {
  }
  std::string legacy("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}.",
                     25);
  legacy.append(reinterpret_cast<const char*>(data), size);
  for (const auto file : {bytes, std::as_bytes(std::span(legacy.data(), legacy.size()))}) {
    try {
      const auto state = asbench::models::read_legacy_state_dict(file, "input");
      check(state.dict);
      for (std::size_t i = 0; i < state.data.size(); ++i) {
        const auto& storage = state.dict.storages.at(i);
        if (state.data[i].size() != static_cast<std::size_t>(storage.numel) *
                                        asbench::models::element_size(storage.dtype)) {
          std::abort();
        }
      }
    } catch (const asbench::BadInput&) {
    }
  }
  return 0;
}
