#include "features/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <utility>

#include "core/error.h"
#include "core/say.h"

namespace asbench::features {
namespace {

static_assert(std::endian::native == std::endian::little,
              "entries are little-endian as they lie in memory");

constexpr std::uint64_t kMagic = 0x3145524F54534241ULL;  // "ABSTORE1"
constexpr std::size_t kKeyDigits = 64;
constexpr std::uint64_t kMostEntryBytes = 1ULL << 30;  // 100,000 frames of 2,600 numbers

struct Header {
  std::uint64_t magic = kMagic;
  char key[kKeyDigits] = {};
  std::uint32_t rows = 0;  ///< a matrix: [rows, cols] float32; a text: 0 and 0
  std::uint32_t cols = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t checksum = 0;  ///< XXH3 over the header's other fields and the payload
};
static_assert(sizeof(Header) == 96);

std::uint64_t checksum_of(Header header, std::span<const std::byte> payload) {
  header.checksum = 0;
  const std::uint64_t seed = XXH3_64bits(&header, sizeof(header));
  return XXH3_64bits_withSeed(payload.data(), payload.size(), seed);
}

/// Closes the file and, unless told that it is in place, removes it.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path path)
      : path_(std::move(path)),
        descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) fail("can't be created");
  }
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!placed_) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("can't be written");
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }
  void place(const std::filesystem::path& target) {
    if (::fdatasync(descriptor_) != 0) fail("can't be synced");
    const int closing = std::exchange(descriptor_, -1);
    if (::close(closing) != 0) fail("can't be closed");
    if (::rename(path_.c_str(), target.c_str()) != 0) fail("can't be put in place");
    placed_ = true;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    const int error = errno;
    throw SystemFault("an entry of the feature store " + what, path_, error,
                      "Free some space, or name another folder with --cache DIR. Features stored "
                      "so far are kept.");
  }

  std::filesystem::path path_;
  int descriptor_;
  bool placed_ = false;
};

void make_folder(const std::filesystem::path& folder) {
  try {
    make_folders(folder);
  } catch (const SystemFault& fault) {
    throw SystemFault("the folder of the feature store can't be created", folder, fault.error(),
                      "Name a writable one with --cache DIR.");
  }
}

bool means_read_only(const SystemFault& fault) {
  return fault.error() == EROFS || fault.error() == EACCES || fault.error() == EPERM;
}

/// Keeps temporary names apart, together with the process number, which alone would not do:
/// containers that share a store may have the same.
std::uint64_t temporary_number() {
  static std::atomic<std::uint64_t> next = [] {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
  }();
  return next++;
}

/// Removes what killed processes left behind: nobody writes one entry for a day.
void sweep(const std::filesystem::path& folder) {
  std::error_code error;
  const auto oldest = std::filesystem::file_time_type::clock::now() - std::chrono::hours(24);
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;  // another process may sweep the same
    const auto written = entry->last_write_time(ignored);
    if (!ignored && written < oldest) std::filesystem::remove(entry->path(), ignored);
  }
}

}  // namespace

FeatureStore::FeatureStore(std::filesystem::path root) : root_(std::move(root)) {
  make_folder(root_ / "objects");
  try {
    make_folder(root_ / "tmp");
  } catch (const SystemFault& fault) {
    if (!means_read_only(fault)) throw;  // it may still have all that the run needs
  }
  sweep(root_ / "tmp");
}

std::filesystem::path FeatureStore::entry_path(std::string_view key) const {
  if (key.size() != kKeyDigits)
    throw InternalError(fmt::format("store key of {} digits", key.size()));
  return root_ / "objects" / std::string(key.substr(0, 2)) / std::string(key);
}

void FeatureStore::set_aside(const std::filesystem::path& path) const {
  const auto folder = root_ / "set-aside";
  make_folder(folder);
  const auto target =
      folder / fmt::format("{}.{:016x}", path.filename().string(), temporary_number());
  if (::rename(path.c_str(), target.c_str()) != 0) {
    const int error = errno;
    if (error == ENOENT) return;  // another process did it
    throw SystemFault("what is in the place of an entry of the feature store can't be set aside",
                      path, error, "Remove it; the entry is then computed again.");
  }
  say(fmt::format(
      "asbench: what was in the place of an entry of the feature store is not an entry; it "
      "was set aside as {} and the entry will be computed again\n",
      target.string()));
}

std::optional<InputFile> FeatureStore::open_entry(const std::filesystem::path& path) const {
  try {
    InputFile file(path);
    if (file.size() <= kMostEntryBytes) return file;
  } catch (const SystemFault& fault) {
    if (fault.error() == ENOENT) return std::nullopt;
    throw;
  } catch (const BadInput&) {  // a folder, a FIFO, a device
  }
  set_aside(path);
  return std::nullopt;
}

std::optional<std::string> FeatureStore::read_entry(std::string_view key, std::uint32_t& rows,
                                                    std::uint32_t& cols) const {
  const auto path = entry_path(key);
  const auto file = open_entry(path);
  if (!file) return std::nullopt;
  Header header;
  std::string payload;
  const std::size_t got = file->read_at(0, std::as_writable_bytes(std::span(&header, 1)));
  bool whole = got == sizeof(Header) && header.magic == kMagic &&
               std::string_view(header.key, kKeyDigits) == key &&
               header.payload_bytes == file->size() - sizeof(Header);
  if (whole) {
    payload.resize(header.payload_bytes);
    const auto bytes = std::as_writable_bytes(std::span(payload.data(), payload.size()));
    whole = file->read_at(sizeof(Header), bytes) == payload.size() &&
            checksum_of(header, bytes) == header.checksum;
  }
  if (!whole) {
    // Another process may have dropped and rewritten it meanwhile; removing a good entry costs one
    // computation.
    ::unlink(path.c_str());
    say(
        fmt::format("asbench: a damaged entry of the feature store was dropped and will be "
                    "computed again: {}\n",
                    path.string()));
    return std::nullopt;
  }
  rows = header.rows;
  cols = header.cols;
  return payload;
}

void FeatureStore::write_entry(std::string_view key, std::uint32_t rows, std::uint32_t cols,
                               std::span<const std::byte> payload) const {
  if (payload.size() > kMostEntryBytes - sizeof(Header)) {
    throw BadInput(fmt::format(
        "the features of one clip have {} bytes, more than the feature store takes ({}).\n  Score "
        "fewer frames of it (--frames).",
        payload.size(), kMostEntryBytes));
  }
  const auto path = entry_path(key);
  make_folder(path.parent_path());
  Header header;
  std::memcpy(header.key, key.data(), kKeyDigits);
  header.rows = rows;
  header.cols = cols;
  header.payload_bytes = payload.size();
  header.checksum = checksum_of(header, payload);
  const auto place = [&] {
    TemporaryFile file(
        root_ / "tmp" /
        fmt::format("{}.{}.{:016x}", key.substr(0, 16), ::getpid(), temporary_number()));
    file.write(std::as_bytes(std::span(&header, 1)));
    file.write(payload);
    file.place(path);
  };
  try {
    place();
  } catch (const SystemFault& fault) {
    if (fault.error() == EISDIR) {  // nobody has read it before, which sets it aside too
      set_aside(path);
      return place();
    }
    // A store that may only be read, and has the entry: equal keys mean equal values.
    if (!has(key)) throw;
  }
}

std::optional<FeatureMatrix> FeatureStore::get(std::string_view key) const {
  std::uint32_t rows = 0;
  std::uint32_t cols = 0;
  const auto payload = read_entry(key, rows, cols);
  if (!payload) return std::nullopt;
  if (payload->size() != std::size_t{rows} * cols * sizeof(float)) {
    throw InternalError(fmt::format("store entry {} is no [{}, {}] matrix", key, rows, cols));
  }
  FeatureMatrix matrix(static_cast<int>(rows), static_cast<int>(cols));
  std::memcpy(matrix.values.data(), payload->data(), payload->size());
  return matrix;
}

void FeatureStore::put(std::string_view key, const FeatureMatrix& matrix) const {
  write_entry(key, static_cast<std::uint32_t>(matrix.rows), static_cast<std::uint32_t>(matrix.cols),
              std::as_bytes(std::span(matrix.values)));
}

std::optional<std::string> FeatureStore::get_text(std::string_view key) const {
  std::uint32_t rows = 0;
  std::uint32_t cols = 0;
  return read_entry(key, rows, cols);
}

void FeatureStore::put_text(std::string_view key, std::string_view text) const {
  write_entry(key, 0, 0, std::as_bytes(std::span(text.data(), text.size())));
}

void FeatureStore::remember_text(std::string_view key, std::string_view text) const {
  try {
    put_text(key, text);
  } catch (const SystemFault& fault) {
    if (!means_read_only(fault)) throw;
  }
}

bool FeatureStore::has(std::string_view key) const {
  std::uint32_t rows = 0;
  std::uint32_t cols = 0;
  return read_entry(key, rows, cols).has_value();
}

std::filesystem::path default_store_folder() {
  if (const char* folder = std::getenv("ASBENCH_CACHE"); folder != nullptr && *folder != '\0')
    return folder;
  if (const char* folder = std::getenv("XDG_CACHE_HOME"); folder != nullptr && *folder != '\0') {
    return std::filesystem::path(folder) / "asbench";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    return std::filesystem::path(home) / ".cache" / "asbench";
  }
  throw UsageError(
      "no folder for the feature store: set HOME or ASBENCH_CACHE, or give --cache DIR");
}

}  // namespace asbench::features
