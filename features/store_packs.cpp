#include "features/store_packs.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <unordered_set>

#include "core/error.h"
#include "core/say.h"
#include "features/store_age.h"

namespace asbench::features {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kIndexMagic = 0x31584B4341504241ULL;  // "ABPACKX1"
constexpr std::uint64_t kEntriesPerPlace = 64;
constexpr unsigned kMostBits = 16;

struct IndexHeader {
  std::uint64_t magic = kIndexMagic;
  std::uint64_t count = 0;
  std::uint64_t pack_bytes = 0;
  std::uint64_t checksum = 0;  ///< XXH3 over what follows, seeded with count and pack_bytes
};

struct IndexEntry {
  BinaryKey key = {};
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};
static_assert(sizeof(IndexEntry) == 48);

unsigned bits_for(std::uint64_t count) {
  const std::uint64_t places = count / kEntriesPerPlace;
  return places < 2 ? 0U : std::min(kMostBits, static_cast<unsigned>(std::bit_width(places) - 1));
}

std::size_t place_of(const BinaryKey& key, unsigned bits) {
  const auto first = static_cast<unsigned>(key[0]) * 256U + key[1];
  return first >> (kMostBits - bits);
}

std::uint64_t checksum_of(const IndexHeader& header, std::string_view rest) {
  return XXH3_64bits_withSeed(rest.data(), rest.size(), header.count * 31 + header.pack_bytes);
}

std::uint64_t table_bytes(unsigned bits) {
  return ((std::uint64_t{1} << bits) + 1) * sizeof(std::uint32_t);
}

template <typename T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

template <typename T>
bool read_values(const InputFile& file, std::uint64_t offset, std::vector<T>& values) {
  const auto bytes = std::as_writable_bytes(std::span(values));
  return file.read_at(offset, bytes) == bytes.size();
}

}  // namespace

std::string index_of(const std::vector<PackedEntry>& entries, std::uint64_t pack_bytes) {
  IndexHeader header{.count = entries.size(), .pack_bytes = pack_bytes};
  const unsigned bits = bits_for(header.count);
  std::vector<std::uint32_t> begin_of((std::size_t{1} << bits) + 1, 0);
  std::string list;
  for (const auto& entry : entries) {
    const BinaryKey key = binary_key(entry.key);
    ++begin_of[place_of(key, bits) + 1];
    append(list, IndexEntry{key, entry.place.offset, entry.place.length});
  }
  for (std::size_t i = 1; i < begin_of.size(); ++i) begin_of[i] += begin_of[i - 1];
  std::string rest;
  for (const std::uint32_t begin : begin_of) append(rest, begin);
  rest += list;
  header.checksum = checksum_of(header, rest);
  std::string bytes;
  append(bytes, header);
  return bytes + rest;
}

std::uint64_t Pack::entries_begin() const {
  return sizeof(IndexHeader) + table_bytes(bits_);
}

std::shared_ptr<const Pack> Pack::open(const fs::path& index) {
  try {
    std::shared_ptr<Pack> pack(
        new Pack(InputFile(index), InputFile(fs::path(index).replace_extension(".pack"))));
    IndexHeader header;
    if (pack->index_.read_at(0, std::as_writable_bytes(std::span(&header, 1))) != sizeof(header) ||
        header.magic != kIndexMagic || header.pack_bytes != pack->data_.size())
      return nullptr;
    pack->count_ = header.count;
    pack->bits_ = bits_for(header.count);
    if (pack->index_.size() != pack->entries_begin() + header.count * sizeof(IndexEntry))
      return nullptr;
    pack->begin_of_.resize((std::size_t{1} << pack->bits_) + 1);
    if (!read_values(pack->index_, sizeof(header), pack->begin_of_)) return nullptr;
    const bool rising = std::is_sorted(pack->begin_of_.begin(), pack->begin_of_.end());
    if (!rising || pack->begin_of_.back() != header.count) return nullptr;
    return pack;
  } catch (const SystemFault& fault) {
    if (fault.error() == ENOENT) return nullptr;  // taken away, or not yet complete
    throw;
  } catch (const BadInput&) {  // a folder of that name
    return nullptr;
  }
}

std::optional<PackedPlace> Pack::find(std::string_view key) const {
  const BinaryKey wanted = binary_key(key);
  const std::size_t place = place_of(wanted, bits_);
  const std::uint64_t begin = begin_of_[place];
  std::vector<IndexEntry> entries(begin_of_[place + 1] - begin);
  if (entries.empty() ||
      !read_values(index_, entries_begin() + begin * sizeof(IndexEntry), entries))
    return std::nullopt;
  const auto found = std::lower_bound(
      entries.begin(), entries.end(), wanted,
      [](const IndexEntry& entry, const BinaryKey& one) { return entry.key < one; });
  if (found == entries.end() || found->key != wanted) return std::nullopt;
  if (found->length > kMostEntryBytes || found->offset > data_.size()) return std::nullopt;
  return PackedPlace{found->offset, found->length};
}

std::optional<std::vector<PackedEntry>> Pack::entries() const {
  IndexHeader header;
  std::string rest(index_.size() - sizeof(header), '\0');
  const auto bytes = std::as_writable_bytes(std::span(rest.data(), rest.size()));
  if (index_.read_at(0, std::as_writable_bytes(std::span(&header, 1))) != sizeof(header) ||
      index_.read_at(sizeof(header), bytes) != rest.size() ||
      checksum_of(header, rest) != header.checksum)
    return std::nullopt;
  std::vector<PackedEntry> all;
  all.reserve(count_);
  for (std::uint64_t i = 0; i < count_; ++i) {
    IndexEntry entry;
    std::memcpy(&entry, rest.data() + table_bytes(bits_) + i * sizeof(entry), sizeof(entry));
    all.push_back({key_text(entry.key), {entry.offset, entry.length}});
  }
  return all;
}

PackSet::Packs PackSet::known() const {
  const std::lock_guard lock(mutex_);
  return packs_;
}

// Note [When packs are looked for again]
// A folder's time of change tells that packs came or went, but to a tick of the clock only: as long
// as it is younger than two seconds, the folder is read again with every key that is not found.
bool PackSet::look_again() const {
  constexpr std::time_t kSettledSeconds = 2;
  struct stat folder {};
  std::string state = "absent";
  bool settled = true;
  if (::stat(folder_.c_str(), &folder) == 0) {
    state =
        fmt::format("{} {}.{:09}", folder.st_ino, folder.st_mtim.tv_sec, folder.st_mtim.tv_nsec);
    settled = folder.st_mtim.tv_sec + kSettledSeconds < std::time(nullptr);
  } else if (const int error = errno; error != ENOENT) {
    throw SystemFault("can't be examined", folder_, error);
  }
  const std::lock_guard lock(mutex_);
  if (state == seen_) return false;
  Packs packs;
  if (state != "absent") {
    for (const FolderEntry& entry : list_folder(folder_)) {
      if (entry.path.extension() != ".index") continue;
      const auto old = std::find_if(packs_.begin(), packs_.end(), [&](const auto& pack) {
        return pack->index_path() == entry.path;
      });
      if (old != packs_.end()) {
        packs.push_back(*old);
      } else if (auto pack = Pack::open(entry.path)) {
        packs.push_back(std::move(pack));
      }
    }
  }
  packs_ = std::move(packs);
  seen_ = settled ? state : std::string();
  return true;
}

template <typename Use>
bool PackSet::with_each(std::string_view key, const Use& use) const {
  std::unordered_set<const Pack*> asked;
  const auto ask = [&] {
    for (const auto& pack : known()) {
      if (!asked.insert(pack.get()).second) continue;
      if (const auto place = pack->find(key); place && use(*pack, *place)) return true;
    }
    return false;
  };
  return ask() || (look_again() && ask());
}

std::optional<StoredEntry> PackSet::read(std::string_view key) const {
  std::optional<StoredEntry> entry;
  with_each(key, [&](const Pack& pack, const PackedPlace& place) {
    entry = read_stored(pack.file(), place.offset, place.length, key);
    if (entry) {
      mark_used(pack.file());
    } else {
      say(
          fmt::format("asbench: a damaged entry of a pack of the feature store will be computed "
                      "again: {}\n  `asbench store verify` takes such packs out.\n",
                      pack.file().path().string()));
    }
    return entry.has_value();
  });
  return entry;
}

bool PackSet::contains(std::string_view key) const {
  return with_each(key, [](const Pack&, const PackedPlace&) { return true; });
}

std::vector<std::shared_ptr<const Pack>> PackSet::all() const {
  static_cast<void>(look_again());
  return known();
}

}  // namespace asbench::features
