// The look at a video file before a decoder gets it: any bytes must give a cause or none, the same
// twice, without reading beyond the file. The first byte chooses the head of a format that has
// lengths to follow, so that the walks are reached at once. Links asbench::loaders.
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "loaders/video/clip_check.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/container_check.h"

namespace {

using namespace asbench;
using namespace asbench::loaders;
using std::string_view_literals::operator""sv;

constexpr std::array kHeads = {""sv,
                               "\0\0\0\x10"
                               "ftypisom\0\0\0\1"sv,
                               "RIFF\x40\0\0\0AVI "sv,
                               "\x1A\x45\xDF\xA3\x80\x18\x53\x80\x67"sv,
                               "GIF89a\x10\0\x10\0\x80"sv,
                               "OggS\0\2\0\0\0\0\0\0\0\0"sv};

/// A file in memory that has a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(memfd_create("fuzz", MFD_CLOEXEC)) {
    if (descriptor_ < 0) std::abort();
    if (write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
      std::abort();
    }
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string bytes(kHeads[data[0] % kHeads.size()]);
  bytes.append(reinterpret_cast<const char*>(data) + 1, size - 1);
  const MemoryFile file(bytes);
  const auto defect = container_defect(file.path());
  if (defect != container_defect(file.path()) || (defect && defect->empty())) std::abort();
  if (defect) return 0;
  try {
    check_clip({ShotSource::Kind::video_file, file.path()});
  } catch (const BrokenVideo& broken) {
    if (broken.cause().empty()) std::abort();
  }
  return 0;
}
