#include "evaluation/sample_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/npy.h"

namespace asbench::evaluation {
namespace {

namespace fs = std::filesystem;

bool is_video(const fs::path& path) {
  static const std::set<std::string> endings = {".mp4",  ".avi", ".mov", ".mkv",
                                                ".webm", ".m4v", ".gif"};
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return endings.contains(ending);
}

SampleSet clips_of_split(const loaders::Split& split, std::string_view option) {
  SampleSet set;
  set.name = "clips of " + split.name;
  for (const auto& ip : split.ips) {
    for (const auto& clip : ip.clips) {
      set.clips.push_back({loaders::ShotSource::Kind::video_file, clip.file});
      set.names.push_back(ip.id + "/" + clip.file.filename().string());
      set.groups.push_back(ip.id);
    }
  }
  if (set.clips.empty()) {
    throw BadInput(
        fmt::format("the split {} has no clips of its own to compare with.\n  Name some with {}: a "
                    "folder of videos, or a .npy matrix "
                    "of their features.",
                    split.name, option));
  }
  return set;
}

SampleSet clips_of_folder(const fs::path& folder, const loaders::Split& split,
                          std::string_view option) {
  SampleSet set;
  set.name = fs::weakly_canonical(folder).filename().string();
  std::vector<fs::path> files;
  std::set<fs::path> entered;  // links may lead in a circle
  const auto look = [&](const auto& self, const fs::path& in) -> void {
    if (!entered.insert(fs::weakly_canonical(in)).second) return;
    for (const auto& entry : list_folder(in)) {
      if (entry.kind == FileKind::folder) self(self, entry.path);
      if (entry.kind == FileKind::file && is_video(entry.path)) files.push_back(entry.path);
    }
  };
  look(look, folder);
  std::sort(files.begin(), files.end());
  if (files.empty())
    throw BadInput(
        fmt::format("{} {}: no video in this folder or its subfolders", option, folder.string()));
  std::set<std::string> ips;
  for (const auto& ip : split.ips) ips.insert(ip.id);
  for (const auto& file : files) {
    const fs::path relative = file.lexically_relative(folder);
    const std::string first = relative.begin()->string();
    set.clips.push_back({loaders::ShotSource::Kind::video_file, file});
    set.names.push_back(relative.generic_string());
    set.groups.push_back(ips.contains(first) ? first : "");
  }
  return set;
}

/// Which clip and IP the rows of a matrix are of, from the sidecar that `asbench features` writes.
void read_sidecar(const fs::path& path, const loaders::Split& split, SampleSet& set) {
  const auto rows = static_cast<std::size_t>(set.features->rows);
  set.groups.assign(rows, "");
  for (std::size_t i = 0; i < rows; ++i) set.row_clips.push_back(static_cast<int>(i));
  if (!is_there(path)) return;
  const Json sidecar = read_json_file(path, {.kind = "a sidecar of features"});
  const auto wrong = [&](std::string_view what) {
    return BadInput(
        fmt::format("{}: {}.\n  It has to be what `asbench features` wrote beside the matrix; "
                    "remove it to use the matrix without.",
                    path.string(), what));
  };
  if (!sidecar.is_object() || !sidecar.contains("rows") || !sidecar.at("rows").is_array())
    throw wrong("no list of rows");
  if (sidecar.at("rows").size() != rows)
    throw wrong(fmt::format("{} rows, the matrix has {}", sidecar.at("rows").size(), rows));
  if (sidecar.contains("encoder") && sidecar.at("encoder").is_object())
    set.encoder_sha256 = sidecar.at("encoder").value("sha256", "");
  std::map<std::string, int> clips;
  std::map<std::string_view, std::string_view> ips;  // of a split's stories
  for (const auto& story : split.stories) ips.emplace(story.id, story.ip);
  for (std::size_t i = 0; i < rows; ++i) {
    const Json& row = sidecar.at("rows")[i];
    if (!row.is_object() || !row.contains("sha256") || !row.at("sha256").is_string())
      throw wrong(fmt::format("row {} names no clip", i));
    set.row_clips[i] =
        clips.emplace(row.at("sha256").get<std::string>(), static_cast<int>(clips.size()))
            .first->second;
    if (!row.contains("story") || !row.at("story").is_string()) continue;
    if (const auto ip = ips.find(row.at("story").get_ref<const std::string&>()); ip != ips.end())
      set.groups[i] = ip->second;
  }
}

SampleSet matrix(const fs::path& file, const loaders::Split& split, std::string_view option) {
  SampleSet set;
  set.name = file.filename().string();
  const NpyMatrix stored(file);
  set.features.emplace();
  set.features->rows = stored.rows();
  set.features->cols = stored.cols();
  set.features->values = stored.values();
  // Now, before hours of encoding.
  metrics::require_samples(*set.features, option, file.string(), 1);
  set.sha256 = sha256_file(file);
  read_sidecar(file.string() + ".json", split, set);
  return set;
}

}  // namespace

SampleSet open_sample_set(const std::optional<fs::path>& source, const loaders::Split& split,
                          std::string_view option) {
  if (!source) return clips_of_split(split, option);
  if (is_folder(*source)) return clips_of_folder(*source, split, option);
  if (source->extension() == ".npy" && is_file(*source)) return matrix(*source, split, option);
  if (!is_there(*source))
    throw BadInput(fmt::format("{} {}: there is no such file or folder", option, source->string()));
  throw BadInput(fmt::format("{} {}: neither a folder of videos nor a .npy matrix of features",
                             option, source->string()));
}

std::string signature_name(const SampleSet& set) {
  return fmt::format("{}#{}", set.name, set.sha256.substr(0, 8));
}

std::string hash_of_contents(std::vector<std::string> content_sha256) {
  std::sort(content_sha256.begin(), content_sha256.end());
  return sha256_hex(fmt::format("{}", fmt::join(content_sha256, "\n")));
}

}  // namespace asbench::evaluation
