#include "loaders/annotations/index.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "core/cache_folder.h"
#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/say.h"
#include "core/text.h"
#include "core/words.h"
#include "loaders/annotations/index_file.h"
#include "loaders/annotations/parse_annotations.h"
#include "loaders/annotations/read_files.h"
#include "loaders/annotations/word_count.h"
#include "loaders/name_match.h"

namespace asbench::loaders {
namespace {

std::uint16_t small_number(std::size_t number) {
  return static_cast<std::uint16_t>(
      std::min<std::size_t>(number, std::numeric_limits<std::uint16_t>::max()));
}

/// Gives equal texts one number. Not thread-safe.
class Texts {
 public:
  explicit Texts(std::vector<std::string>& list) : list_(list) {
    for (std::uint32_t i = 0; i < list_.size(); ++i) places_.emplace(list_[i], i);
  }
  std::uint32_t place_of(std::string_view text) {
    const auto [at, is_new] =
        places_.emplace(std::string(text), static_cast<std::uint32_t>(list_.size()));
    if (is_new) list_.emplace_back(text);
    return at->second;
  }

 private:
  std::vector<std::string>& list_;
  std::unordered_map<std::string, std::uint32_t> places_;
};

IndexedShot indexed(const AnnotatedShot& shot) {
  IndexedShot indexed;
  if (shot.frames) {
    indexed.first_frame = shot.frames->begin_frame;
    indexed.end_frame = shot.frames->end_frame;
  }
  indexed.seconds = static_cast<float>(shot.seconds.length());
  indexed.number = shot.number;
  indexed.narrative_words = small_number(words_in(shot.narrative_caption.value_or("")));
  indexed.descriptive_words = small_number(words_in(shot.descriptive_caption.value_or("")));
  indexed.characters = small_number(shot.characters.size());
  const auto set = [&](bool condition, IndexedShot::Flag flag) {
    if (condition) indexed.flags = static_cast<std::uint16_t>(indexed.flags | flag);
  };
  set(shot.prologue_or_epilogue, IndexedShot::prologue_or_epilogue);
  set(shot.scene.has_value(), IndexedShot::has_scene);
  set(shot.excerpt.has_value(), IndexedShot::has_excerpt);
  set(shot.audio.has_value(), IndexedShot::has_audio);
  return indexed;
}

void add_segment(const AnnotatedSegment& segment, IndexedFile& file) {
  IndexedSegment& indexed_segment = file.segments.emplace_back();
  indexed_segment.first_frame = segment.frames.begin_frame;
  indexed_segment.end_frame = segment.frames.end_frame;
  indexed_segment.first_shot = static_cast<std::uint32_t>(file.shots.size());
  indexed_segment.shots = static_cast<std::uint32_t>(segment.shots.size());
  indexed_segment.index = segment.index;
  indexed_segment.storyline_words = static_cast<std::uint32_t>(words_in(segment.storyline));
  indexed_segment.characters = small_number(segment.characters.size());
  indexed_segment.scenes = small_number(segment.scenes.size());
  std::size_t references = 0;
  for (const AnnotatedReference& reference : segment.references) {
    indexed_segment.masks += static_cast<std::uint32_t>(reference.masks.size());
    if (reference.is_known && !reference.masks.empty()) ++references;
  }
  indexed_segment.references = small_number(references);
  for (const AnnotatedShot& shot : segment.shots) file.shots.push_back(indexed(shot));
}

/// Everything but the findings, whose texts need the index's tables.
IndexedFile indexed(const AnnotationFile& read, const SourceEntry& entry) {
  IndexedFile file;
  file.entry = entry;
  for (std::size_t i = 0; i < read.videos.size(); ++i) {
    const AnnotatedVideo& video = read.videos[i];
    IndexedVideo& indexed_video = file.videos.emplace_back();
    indexed_video.id = video.id;
    indexed_video.fps = video.fps;
    indexed_video.first_segment = static_cast<std::uint32_t>(file.segments.size());
    indexed_video.segments = static_cast<std::uint32_t>(video.segments.size());
    indexed_video.skipped = static_cast<std::uint32_t>(video.skipped.size());
    indexed_video.is_unreadable = std::find(read.unreadable.begin(), read.unreadable.end(),
                                            static_cast<int>(i)) != read.unreadable.end();
    for (const AnnotatedSegment& segment : video.segments) add_segment(segment, file);
  }
  for (const auto& [key, count] : read.unknown_keys)
    file.unknown_keys.emplace_back(key, static_cast<std::uint32_t>(count));
  return file;
}

/// Reads the files that are missing in an index.
void read_into(AnnotationIndex& index, const AnnotationSource& source,
               const std::vector<std::size_t>& places, unsigned threads) {
  Texts kinds(index.kinds);
  Texts texts(index.texts);
  read_files(source, places, threads, [&](std::size_t place, const AnnotationFile& read) {
    if (read.videos.size() > IndexedFinding::kNoVideo)
      throw InternalError("an annotation file of more videos than the index can number");
    IndexedFile file = indexed(read, source.entries()[place]);
    for (const AnnotationFinding& finding : read.findings) {
      const auto video =
          finding.video < 0 ? IndexedFinding::kNoVideo : static_cast<std::uint16_t>(finding.video);
      file.findings.push_back({texts.place_of(finding.text),
                               static_cast<std::uint16_t>(kinds.place_of(finding.kind)), video,
                               finding.segment, finding.shot});
    }
    index.files[place] = std::move(file);
  });
}

/// The numbers that texts have in the index depend on the order in which threads finish: they are
/// given anew in the order of files, and texts that no file has any more go.
void order_texts(AnnotationIndex& index) {
  constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> texts(index.texts.size(), kNone);
  std::vector<std::uint32_t> kinds(index.kinds.size(), kNone);
  std::vector<std::string> new_texts;
  std::vector<std::string> new_kinds;
  const auto moved = [&](std::uint32_t place, std::vector<std::uint32_t>& places,
                         std::vector<std::string>& from, std::vector<std::string>& to) {
    if (places[place] == kNone) {
      places[place] = static_cast<std::uint32_t>(to.size());
      to.push_back(std::move(from[place]));
    }
    return places[place];
  };
  for (IndexedFile& file : index.files) {
    for (IndexedFinding& finding : file.findings) {
      finding.text = moved(finding.text, texts, index.texts, new_texts);
      finding.kind = static_cast<std::uint16_t>(moved(finding.kind, kinds, index.kinds, new_kinds));
    }
  }
  index.texts = std::move(new_texts);
  index.kinds = std::move(new_kinds);
}

/// Of the videos of one id, the first that can be read stays. The others are marked, and one
/// finding stands in the place of theirs.
void mark_duplicates(AnnotationIndex& index) {
  std::unordered_map<std::string, std::pair<std::size_t, std::size_t>> used;  // file and video
  for (const bool unreadable : {false, true}) {
    for (std::size_t i = 0; i < index.files.size(); ++i) {
      const auto& videos = index.files[i].videos;
      for (std::size_t v = 0; v < videos.size(); ++v) {
        if (videos[v].is_unreadable == unreadable) used.emplace(nfc(videos[v].id), std::pair(i, v));
      }
    }
  }
  Texts kinds(index.kinds);
  Texts texts(index.texts);
  const auto kind = static_cast<std::uint16_t>(kinds.place_of("duplicate_video"));
  for (std::size_t i = 0; i < index.files.size(); ++i) {
    IndexedFile& file = index.files[i];
    for (std::size_t v = 0; v < file.videos.size(); ++v) {
      const auto& [used_file, used_video] = used.at(nfc(file.videos[v].id));
      if (used_file == i && used_video == v) continue;
      file.videos[v].is_duplicate = true;
      std::erase_if(file.findings,
                    [&](const IndexedFinding& finding) { return finding.video == v; });
      const std::string text =
          fmt::format("the video is in {} too; that one is used",
                      used_file == i ? "this file" : excerpt(index.files[used_file].entry.name));
      file.findings.push_back({texts.place_of(text), kind, static_cast<std::uint16_t>(v), -1, 0});
    }
  }
}

/// Takes over what was kept. @returns the places of the files that must be read.
std::vector<std::size_t> take_kept(const AnnotationSource& source,
                                   std::optional<AnnotationIndex> kept, AnnotationIndex& index) {
  std::unordered_map<std::string_view, IndexedFile*> by_name;
  if (kept) {
    for (IndexedFile& file : kept->files) by_name.emplace(file.entry.name, &file);
    index.kinds = std::move(kept->kinds);
    index.texts = std::move(kept->texts);
  }
  index.files.resize(source.entries().size());
  std::vector<std::size_t> wanted;
  std::vector<std::pair<std::size_t, IndexedFile*>> unchanged;
  for (std::size_t i = 0; i < index.files.size(); ++i) {
    const auto at = by_name.find(source.entries()[i].name);
    if (at != by_name.end() && at->second->entry == source.entries()[i]) {
      unchanged.emplace_back(i, at->second);
      by_name.erase(at);  // an archive may hold a name twice
    } else {
      wanted.push_back(i);
    }
  }
  for (const auto& [place, file] : unchanged) index.files[place] = std::move(*file);
  return wanted;
}

void keep(const std::filesystem::path& file, bool is_default, const AnnotationIndex& index,
          std::size_t read) {
  try {
    if (is_default) make_folders(file.parent_path());
    write_index(file, index);
    say(fmt::format("index of the annotations: {} ({} read, {} in all)\n", file.string(),
                    counted(static_cast<std::int64_t>(read), "file", "files"), index.files.size()));
  } catch (const SystemFault& fault) {
    if (!is_default) throw;
    say(
        fmt::format("the index of the annotations can't be kept, so the next command reads the "
                    "files again: {}\n  ASBENCH_CACHE=FOLDER keeps it elsewhere.\n",
                    fault.what()));
  }
}

}  // namespace

std::size_t AnnotationIndex::finding_count() const {
  std::size_t count = 0;
  for (const IndexedFile& file : files) count += file.findings.size();
  return count;
}

Finding AnnotationIndex::finding(const IndexedFile& file, const IndexedFinding& finding) const {
  const bool of_video = finding.video != IndexedFinding::kNoVideo;
  return to_finding(
      {kinds[finding.kind], of_video ? int{finding.video} : -1, finding.segment, finding.shot,
       texts[finding.text]},
      file.entry.name,
      of_video ? std::string_view(file.videos[finding.video].id) : std::string_view());
}

Findings AnnotationIndex::unknown_key_findings() const {
  std::map<std::string, std::pair<std::uint64_t, std::string_view>> counts;
  for (const IndexedFile& file : files) {
    for (const auto& [key, count] : file.unknown_keys) {
      const auto [at, is_new] =
          counts.emplace(key, std::pair<std::uint64_t, std::string_view>(count, file.entry.name));
      if (!is_new) at->second.first += count;
    }
  }
  Findings findings;
  for (const auto& [key, of_key] : counts) {
    findings.push_back({"unknown_key", "", std::nullopt,
                        fmt::format("the key \"{}\" ({} times, first in {}) is not read", key,
                                    of_key.first, of_key.second)});
  }
  return findings;
}

std::optional<std::filesystem::path> default_index_file(const std::filesystem::path& source) {
  const std::filesystem::path folder = cache_folder();
  if (folder.empty()) return std::nullopt;
  const std::string place = std::filesystem::absolute(source).lexically_normal().string();
  return folder / "annotations" / (sha256_hex(place).substr(0, 16) + ".index");
}

AnnotationIndex index_annotations(const AnnotationSource& source, const IndexOptions& options) {
  std::uint64_t bytes = 0;
  for (const SourceEntry& entry : source.entries()) bytes += entry.size;
  std::optional<std::filesystem::path> file = options.file;
  if (!file && bytes > kManyBytes) file = default_index_file(source.path());
  // Before minutes of reading.
  if (options.file && options.file->has_parent_path()) make_folders(options.file->parent_path());
  AnnotationIndex index;
  std::optional<AnnotationIndex> kept;
  if (file) kept = read_index(*file);
  const std::size_t were_kept = kept ? kept->files.size() : 0;
  const std::vector<std::size_t> wanted = take_kept(source, std::move(kept), index);
  if (!wanted.empty() || were_kept != index.files.size() || (file && were_kept == 0)) {
    read_into(index, source, wanted, options.threads);
    order_texts(index);
    if (file) keep(*file, !options.file, index, wanted.size());
  } else if (file) {
    say(fmt::format("index of the annotations: {} ({}, none has changed)\n", file->string(),
                    counted(static_cast<std::int64_t>(index.files.size()), "file", "files")));
  }
  mark_duplicates(index);
  return index;
}

}  // namespace asbench::loaders
