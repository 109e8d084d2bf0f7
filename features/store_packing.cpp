// Entries of single files into packs: pack_store() of features/store_maintenance.h.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "core/files.h"
#include "core/hash.h"
#include "features/store_age.h"
#include "features/store_entry.h"
#include "features/store_file.h"
#include "features/store_maintenance.h"
#include "features/store_packs.h"
#include "features/store_walk.h"

namespace asbench::features {
namespace {

namespace fs = std::filesystem;

/// Writes packs, one after the other.
class Packer {
 public:
  Packer(const fs::path& root, const PackOptions& options, PackReport& report)
      : root_(root), options_(options), report_(report) {
    make_folders(root_ / "packs");
    make_folders(root_ / "tmp");
  }

  void add(const std::string& key, std::time_t used, std::string_view bytes) {
    if (!file_) file_.emplace(root_, "pack");
    file_->write(bytes);
    entries_.push_back({key, {size_, bytes.size()}});
    used_ = std::max(used_, used);
    size_ += bytes.size();
    if (size_ >= options_.most_bytes) finish();
  }

  /// Puts the pack in its place. Its entries' files can be removed from then on: removable().
  void finish() {
    if (!file_) return;
    std::sort(entries_.begin(), entries_.end(),
              [](const PackedEntry& a, const PackedEntry& b) { return a.key < b.key; });
    const std::string index = index_of(entries_, size_);
    const std::string name = xxh3_hex(std::as_bytes(std::span(index.data(), index.size())));
    const fs::path pack = root_ / "packs" / (name + ".pack");
    file_->place(pack);
    // Its age is that of its entries, not that of the packing.
    const timespec times[2] = {{used_, 0}, {used_, 0}};
    static_cast<void>(::utimensat(AT_FDCWD, pack.c_str(), times, 0));
    NewStoreFile index_file(root_, "index");
    index_file.write(index);
    index_file.place(root_ / "packs" / (name + ".index"));
    ++report_.packs;
    report_.packed += entries_.size();
    report_.bytes += size_;
    for (const auto& entry : entries_) removable_.push_back(binary_key(entry.key));
    file_.reset();
    entries_.clear();
    size_ = 0;
    used_ = 0;
  }
  [[nodiscard]] std::vector<BinaryKey>& removable() { return removable_; }

 private:
  const fs::path root_;
  const PackOptions options_;
  PackReport& report_;
  std::optional<NewStoreFile> file_;
  std::vector<PackedEntry> entries_;
  std::vector<BinaryKey> removable_;
  std::uint64_t size_ = 0;
  std::time_t used_ = 0;
};

/// Packs whose index never came: their writer was killed. Their entries are still in files.
void remove_packs_without_index(const fs::path& root) {
  const std::time_t now = store_clock(root);
  for (const FolderEntry& entry : list_folder(root / "packs")) {
    if (entry.path.extension() != ".pack") continue;
    if (is_there(fs::path(entry.path).replace_extension(".index"))) continue;
    struct stat file {
    };  // the time of the inode's change: that of the contents is set by the writer
    if (::stat(entry.path.c_str(), &file) == 0 && file.st_ctim.tv_sec + kUseStep < now)
      remove_store_file(entry.path);
  }
}

}  // namespace

PackReport pack_store(const fs::path& root, const PackOptions& options) {
  require_store(root);
  PackReport report;
  Packer packer(root, options, report);
  remove_packs_without_index(root);
  const PackSet packs(root / "packs");
  std::vector<std::pair<std::time_t, BinaryKey>> loose;  // millions: small
  for_each_loose(root, [&](const LooseEntry& entry) {
    loose.emplace_back(entry.used, binary_key(entry.key));
  });
  std::sort(loose.begin(), loose.end());
  for (const auto& [used, binary] : loose) {
    stop_if_interrupted();
    const std::string key = key_text(binary);
    if (packs.contains(key) && packs.read(key)) {
      packer.removable().push_back(binary);
      continue;
    }
    const auto bytes = read_loose(loose_file(root, key));
    if (!bytes) continue;
    if (is_sound(*bytes, key))
      packer.add(key, used, *bytes);
    else
      ++report.damaged;
  }
  packer.finish();
  const bool alone = store_users(root).empty();
  (alone ? report.removed : report.kept) = packer.removable().size();
  if (!alone) return report;
  for (const BinaryKey& key : packer.removable())
    remove_store_file(loose_file(root, key_text(key)));
  return report;
}

}  // namespace asbench::features
