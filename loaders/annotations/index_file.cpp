#include "loaders/annotations/index_file.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/write_file.h"

// A line that names the version, then blocks: 8 bytes of length, 32 digits of XXH3, the bytes. The
// first block holds the texts, the others files, some megabytes each, so that the whole is never in
// memory twice. Numbers lie as the machine has them: the file belongs to one machine's cache, and
// another byte order fails the checks.
namespace asbench::loaders {
namespace {

/// To be raised with every change of this file, of the indexed types, and of what the parser finds:
/// indexes of other versions are made again.
constexpr std::string_view kVersion = "asbench annotation index 3\n";
constexpr std::size_t kBlockBytes = std::size_t{4} << 20;
constexpr std::size_t kLargestBlock = std::size_t{1} << 30;
constexpr std::size_t kChecksumDigits = 32;

static_assert(std::has_unique_object_representations_v<IndexedSegment>);
static_assert(std::has_unique_object_representations_v<IndexedFinding>);
static_assert(sizeof(IndexedShot) == 32);

std::string checksum(std::string_view bytes) {
  return xxh3_hex(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

class Packer {
 public:
  template <typename T>
  void number(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view value) {
    number<std::uint32_t>(static_cast<std::uint32_t>(value.size()));
    bytes += value;
  }
  template <typename T>
  void list(const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    number<std::uint32_t>(static_cast<std::uint32_t>(values.size()));
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  std::string bytes;
};

/// Thrown and caught in this file.
struct Damaged {};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  T number() {
    T value{};
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string text() { return std::string(take(number<std::uint32_t>())); }
  template <typename T>
  std::vector<T> list() {
    const auto count = number<std::uint32_t>();
    const std::string_view raw = take(std::size_t{count} * sizeof(T));
    std::vector<T> values(count);
    if (count > 0) std::memcpy(values.data(), raw.data(), raw.size());
    return values;
  }
  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) throw Damaged();
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  std::string_view bytes_;
};

void pack(Packer& packer, const IndexedFile& file) {
  packer.text(file.entry.name);
  packer.number(file.entry.size);
  packer.number(file.entry.stamp);
  packer.number(static_cast<std::uint32_t>(file.videos.size()));
  for (const IndexedVideo& video : file.videos) {
    packer.text(video.id);
    packer.number(video.fps);
    packer.number(video.first_segment);
    packer.number(video.segments);
    packer.number(video.skipped);
    packer.number<std::uint8_t>(video.is_unreadable ? 1 : 0);
  }
  packer.list(file.segments);
  packer.list(file.shots);
  packer.list(file.findings);
  packer.number(static_cast<std::uint32_t>(file.unknown_keys.size()));
  for (const auto& [key, count] : file.unknown_keys) {
    packer.text(key);
    packer.number(count);
  }
}

template <typename Part, typename Whole>
bool is_inside(Part first, Part count, const Whole& whole) {
  return std::size_t{first} + count <= whole.size();
}

IndexedFile unpack(Unpacker& unpacker, const AnnotationIndex& index) {
  IndexedFile file;
  file.entry.name = unpacker.text();
  file.entry.size = unpacker.number<std::uint64_t>();
  file.entry.stamp = unpacker.number<std::uint64_t>();
  const auto videos = unpacker.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < videos; ++i) {
    IndexedVideo& video = file.videos.emplace_back();
    video.id = unpacker.text();
    video.fps = unpacker.number<double>();
    video.first_segment = unpacker.number<std::uint32_t>();
    video.segments = unpacker.number<std::uint32_t>();
    video.skipped = unpacker.number<std::uint32_t>();
    video.is_unreadable = unpacker.number<std::uint8_t>() != 0;
  }
  file.segments = unpacker.list<IndexedSegment>();
  file.shots = unpacker.list<IndexedShot>();
  file.findings = unpacker.list<IndexedFinding>();
  const auto keys = unpacker.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < keys; ++i) {
    std::string key = unpacker.text();
    const auto count = unpacker.number<std::uint32_t>();
    file.unknown_keys.emplace_back(std::move(key), count);
  }
  const bool sound =
      std::all_of(file.videos.begin(), file.videos.end(),
                  [&](const auto& video) {
                    return is_inside(video.first_segment, video.segments, file.segments);
                  }) &&
      std::all_of(file.segments.begin(), file.segments.end(),
                  [&](const auto& segment) {
                    return is_inside(segment.first_shot, segment.shots, file.shots);
                  }) &&
      std::all_of(file.findings.begin(), file.findings.end(), [&](const auto& finding) {
        return finding.text < index.texts.size() && finding.kind < index.kinds.size() &&
               (finding.video == IndexedFinding::kNoVideo ? finding.segment < 0
                                                          : finding.video < file.videos.size());
      });
  if (!sound) throw Damaged();
  return file;
}

/// The next block; nothing at the end of the file.
std::optional<std::string> next_block(InputFile& file) {
  const auto fill = [&](std::span<char> buffer) {
    return file.read(std::as_writable_bytes(buffer));
  };
  std::uint64_t length = 0;
  const std::size_t got = file.read(std::as_writable_bytes(std::span(&length, 1)));
  if (got == 0) return std::nullopt;
  if (got != sizeof length || length > std::min<std::uint64_t>(kLargestBlock, file.size()))
    throw Damaged();
  std::string digits(kChecksumDigits, '\0');
  std::string bytes(length, '\0');
  if (fill(digits) != digits.size() || fill(bytes) != bytes.size() || checksum(bytes) != digits)
    throw Damaged();
  return bytes;
}

}  // namespace

std::optional<AnnotationIndex> read_index(const std::filesystem::path& path) {
  if (!is_file(path)) return std::nullopt;
  InputFile file(path);
  std::string version(kVersion.size(), '\0');
  const std::size_t got = file.read(std::as_writable_bytes(std::span(version)));
  if (got != version.size() || version != kVersion) return std::nullopt;
  AnnotationIndex index;
  try {
    const auto texts = next_block(file);
    if (!texts) return std::nullopt;
    Unpacker table(*texts);
    const auto files = table.number<std::uint64_t>();
    for (auto* list : {&index.kinds, &index.texts}) {
      const auto count = table.number<std::uint32_t>();
      for (std::uint32_t i = 0; i < count; ++i) list->push_back(table.text());
    }
    while (const auto block = next_block(file)) {
      Unpacker unpacker(*block);
      while (!unpacker.at_end()) index.files.push_back(unpack(unpacker, index));
    }
    if (index.files.size() != files) return std::nullopt;  // the end of the file is missing
  } catch (const Damaged&) {
    return std::nullopt;
  }
  return index;
}

void write_index(const std::filesystem::path& path, const AnnotationIndex& index) {
  write_file_atomically(
      path,
      [&](const WritePiece& write) {
        write(kVersion);
        Packer packer;
        const auto end_block = [&] {
          const std::uint64_t length = packer.bytes.size();
          write({reinterpret_cast<const char*>(&length), sizeof length});
          write(checksum(packer.bytes));
          write(packer.bytes);
          packer.bytes.clear();
        };
        packer.number(static_cast<std::uint64_t>(index.files.size()));
        for (const auto* list : {&index.kinds, &index.texts}) {
          packer.number(static_cast<std::uint32_t>(list->size()));
          for (const std::string& text : *list) packer.text(text);
        }
        end_block();
        for (const IndexedFile& file : index.files) {
          pack(packer, file);
          if (packer.bytes.size() >= kBlockBytes) end_block();
        }
        if (!packer.bytes.empty()) end_block();
      },
      Sync::no);
}

}  // namespace asbench::loaders
