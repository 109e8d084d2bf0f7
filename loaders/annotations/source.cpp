#include "loaders/annotations/source.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/words.h"
#include "loaders/annotations/zip_archive.h"
#include "loaders/splits/common.h"

namespace asbench::loaders {
namespace {

constexpr int kDeepest = 8;  ///< folders below the one that was given

bool is_wanted(std::string_view name) {
  if (!has_annotation_ending(name)) return false;
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    if (part.starts_with('.') || part == "__MACOSX") return false;
    begin = end + 1;
  }
  return true;
}

SourceEntry entry_of_file(const std::filesystem::path& file, std::string name) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) throw SystemFault("can't be looked at", file, errno);
  const auto seconds = static_cast<std::uint64_t>(facts.st_mtim.tv_sec);
  const auto nanoseconds = static_cast<std::uint64_t>(facts.st_mtim.tv_nsec);
  return {std::move(name), static_cast<std::uint64_t>(facts.st_size),
          seconds * 1'000'000'000U + nanoseconds};
}

bool is_link(const std::filesystem::path& path) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0) throw SystemFault("can't be looked at", path, errno);
  return S_ISLNK(facts.st_mode);
}

void list_below(const std::filesystem::path& folder, const std::string& prefix, int depth,
                std::vector<SourceEntry>& entries) {
  for (const FolderEntry& entry : list_folder(folder)) {
    const std::string name = entry.path.filename().string();
    if (name.starts_with('.')) continue;
    if (entry.kind == FileKind::folder && depth < kDeepest) {
      // A link to a folder may lead round in a circle.
      if (!is_link(entry.path)) list_below(entry.path, prefix + name + "/", depth + 1, entries);
    } else if (entry.kind == FileKind::file && is_wanted(name)) {
      entries.push_back(entry_of_file(entry.path, prefix + name));
    }
  }
}

class FileReader : public AnnotationSource::Reader {
 public:
  FileReader(const AnnotationSource& source, bool is_folder)
      : source_(source), is_folder_(is_folder) {}

  SourceBytes read(std::size_t entry) override {
    const std::filesystem::path file =
        is_folder_ ? source_.path() / source_.entries()[entry].name : source_.path();
    try {
      return {read_text_file(file, AnnotationSource::kLargestFile, "an annotation file"), {}};
    } catch (const BadInput& error) {
      return {{}, error.what()};
    }
  }

 private:
  const AnnotationSource& source_;
  bool is_folder_;
};

class ArchiveReader : public AnnotationSource::Reader {
 public:
  ArchiveReader(const AnnotationSource& source, const std::vector<std::uint64_t>& members)
      : source_(source), members_(members), archive_(source.path()) {}

  SourceBytes read(std::size_t entry) override {
    const SourceEntry& wanted = source_.entries()[entry];
    if (wanted.size > AnnotationSource::kLargestFile) {
      return {
          {},
          fmt::format("it is {} large; an annotation file has at most {}",
                      size_in_words(wanted.size), size_in_words(AnnotationSource::kLargestFile))};
    }
    ZipArchive::Content content = archive_.read(members_[entry], AnnotationSource::kLargestFile);
    return {std::move(content.bytes), std::move(content.problem)};
  }

 private:
  const AnnotationSource& source_;
  const std::vector<std::uint64_t>& members_;
  ZipArchive archive_;
};

}  // namespace

AnnotationSource::AnnotationSource(const std::filesystem::path& path) : path_(path) {
  switch (kind_of(path)) {
    case FileKind::folder:
      list_below(path, {}, 0, entries_);
      std::sort(entries_.begin(), entries_.end(),
                [](const SourceEntry& a, const SourceEntry& b) { return a.name < b.name; });
      return;
    case FileKind::file:
      is_archive_ = is_zip_archive(path);
      break;
    case FileKind::absent:
    case FileKind::other:
      throw BadInput(fmt::format("{}: no such file or folder", path.string()));
  }
  if (!is_archive_) {
    entries_.push_back(entry_of_file(path, path.filename().string()));
    return;
  }
  std::vector<ZipArchive::Member> members = ZipArchive(path).members();
  std::erase_if(members, [](const auto& member) { return !is_wanted(member.name); });
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
    return std::pair(std::string_view(a.name), a.index) <
           std::pair(std::string_view(b.name), b.index);
  });
  for (ZipArchive::Member& member : members) {
    entries_.push_back({std::move(member.name), member.size, member.crc});
    members_.push_back(member.index);
  }
}

std::unique_ptr<AnnotationSource::Reader> AnnotationSource::open() const {
  if (is_archive_) return std::make_unique<ArchiveReader>(*this, members_);
  return std::make_unique<FileReader>(*this, is_folder(path_));
}

AnnotationFile read_annotations(const AnnotationSource& source, AnnotationSource::Reader& reader,
                                std::size_t entry) {
  const std::string& path = source.entries()[entry].name;
  AnnotationFileName name{path, std::filesystem::path(path).stem().string()};
  if (!is_safe_id(name.stem)) name.stem = fmt::format("unnamed-ip-{}", entry + 1);
  const SourceBytes read = reader.read(entry);
  if (!read.problem.empty()) return unreadable_annotations(read.problem, name);
  return parse_annotations(read.bytes, name);
}

bool has_annotation_ending(std::string_view name) {
  constexpr std::string_view kEnding = ".json";
  if (name.size() <= kEnding.size()) return false;
  const std::string_view ending = name.substr(name.size() - kEnding.size());
  return std::equal(ending.begin(), ending.end(), kEnding.begin(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

bool is_zip_archive(const std::filesystem::path& path) {
  InputFile file(path);
  std::array<std::byte, 4> head{};
  if (file.read(head) < head.size()) return false;
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  return text == "PK\x03\x04" || text == "PK\x05\x06";
}

}  // namespace asbench::loaders
