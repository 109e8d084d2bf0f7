#include "loaders/annotations/index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>

#include "core/error.h"
#include "core/files.h"
#include "loaders/annotations/index_file.h"
#include "loaders/annotations/read_files.h"
#include "tests/loaders/annotations/annotation_samples.h"
#include "tests/support/temporary_folder.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;
using testing::annotated_video;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::TemporaryFolder;

void write(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

void write(const fs::path& file, const Json& document) {
  write(file, std::string_view(document.dump()));
}

/// Three videos of one, two and three segments; in the second, a shot without a character.
void write_tree(const fs::path& folder) {
  write(folder / "a.json", annotated_video("alpha", 1));
  Json beta = annotated_video("beta", 2);
  testing::shot_of(beta, 2, 1)["main characters"] = Json::array();
  beta["made by"] = "somebody";
  write(folder / "below" / "b.json", beta);
  write(folder / "c.JSON", annotated_video("gamma", 3));
  write(folder / ".hidden.json", std::string_view("{"));
  write(folder / "notes.txt", std::string_view("no annotation"));
}

void write_zip(const fs::path& archive, const std::map<std::string, std::string>& members) {
  int code = 0;
  zip_t* zip = zip_open(archive.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  ASSERT_NE(zip, nullptr) << code;
  for (const auto& [name, text] : members) {
    zip_source_t* source = zip_source_buffer(zip, text.data(), text.size(), 0);
    ASSERT_GE(zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8), 0);
  }
  ASSERT_EQ(zip_close(zip), 0);
}

AnnotationIndex index_of(const fs::path& path, const IndexOptions& options = {}) {
  return index_annotations(AnnotationSource(path), options);
}

std::vector<std::string> names_of(const AnnotationSource& source) {
  std::vector<std::string> names;
  for (const SourceEntry& entry : source.entries()) names.push_back(entry.name);
  return names;
}

Findings findings_of(const AnnotationIndex& index) {
  Findings findings;
  for (const IndexedFile& file : index.files) {
    for (const IndexedFinding& finding : file.findings)
      findings.push_back(index.finding(file, finding));
  }
  return findings;
}

TEST(AnnotationSource, ListsAFolderAndWhatIsBelowIt) {
  const TemporaryFolder folder;
  write_tree(folder.path());
  fs::create_directory_symlink(folder.path(), folder / "below" / "circle");
  EXPECT_THAT(names_of(AnnotationSource(folder.path())),
              ElementsAre("a.json", "below/b.json", "c.JSON"));
  EXPECT_THAT(names_of(AnnotationSource(folder / "a.json")), ElementsAre("a.json"));
  EXPECT_THROW(AnnotationSource(folder / "nowhere"), BadInput);
}

TEST(AnnotationSource, IsTheSystemsFaultWhenAFileVanishes) {
  const TemporaryFolder folder;
  write_tree(folder.path());
  const AnnotationSource source(folder.path());
  fs::remove(folder / "a.json");
  EXPECT_THROW(static_cast<void>(index_annotations(source)), SystemFault);
}

TEST(AnnotationIndex, HasTheNumbersOfEveryFile) {
  const TemporaryFolder folder;
  write_tree(folder.path());
  const AnnotationIndex index = index_of(folder.path());
  ASSERT_THAT(index.files, SizeIs(3));
  const IndexedFile& file = index.files[1];
  ASSERT_THAT(file.videos, SizeIs(1));
  EXPECT_EQ(file.videos[0].id, "beta");
  EXPECT_EQ(file.videos[0].fps, 25.0);
  EXPECT_EQ(file.videos[0].segments, 2U);
  ASSERT_THAT(file.segments, SizeIs(2));
  const IndexedSegment& segment = file.segments[1];
  EXPECT_EQ(segment.index, 1);
  EXPECT_EQ(segment.first_frame, 1500);
  EXPECT_EQ(segment.end_frame, 3000);
  EXPECT_EQ(segment.first_shot, 3U);
  EXPECT_EQ(segment.shots, 3U);
  EXPECT_EQ(segment.storyline_words, 5U);
  EXPECT_EQ(segment.characters, 2);
  EXPECT_EQ(segment.scenes, 2);
  EXPECT_EQ(segment.references, 2);
  EXPECT_EQ(segment.masks, 4U);
  const IndexedShot& shot = file.shots.at(segment.first_shot + 1);
  EXPECT_EQ(shot.number, 2);
  EXPECT_EQ(shot.first_frame, 2000);
  EXPECT_EQ(shot.end_frame, 2500);
  EXPECT_EQ(shot.seconds, 20.0F);
  EXPECT_EQ(shot.narrative_words, 5);
  EXPECT_EQ(shot.descriptive_words, 9);
  EXPECT_EQ(shot.characters, 0);
  EXPECT_TRUE(shot.is(IndexedShot::has_scene));
  EXPECT_FALSE(shot.is(IndexedShot::prologue_or_epilogue));
  EXPECT_THAT(findings_of(index),
              ElementsAre(Finding{"no_character", "beta/1", 2,
                                  "below/b.json: the shot lists no character"}));
  const Findings unknown = index.unknown_key_findings();
  ASSERT_THAT(unknown, SizeIs(1));
  EXPECT_EQ(unknown[0].detail, "the key \"made by\" (1 times, first in below/b.json) is not read");
}

TEST(AnnotationIndex, OfAnArchiveIsThatOfTheFolder) {
  const TemporaryFolder folder;
  write_tree(folder / "tree");
  write_zip(folder / "tree.zip", {{"a.json", read_text_file(folder / "tree/a.json")},
                                  {"below/b.json", read_text_file(folder / "tree/below/b.json")},
                                  {"c.JSON", read_text_file(folder / "tree/c.JSON")},
                                  {"__MACOSX/a.json", "{"},
                                  {".hidden.json", "{"}});
  AnnotationIndex of_folder = index_of(folder / "tree");
  AnnotationIndex of_archive = index_of(folder / "tree.zip");
  for (AnnotationIndex* index : {&of_folder, &of_archive}) {
    for (IndexedFile& file : index->files) file.entry.stamp = 0;  // a time, a checksum
  }
  EXPECT_EQ(of_folder.files, of_archive.files);
  EXPECT_EQ(findings_of(of_folder), findings_of(of_archive));
}

TEST(AnnotationIndex, CallsADamagedMemberBrokenAndADamagedArchiveUnreadable) {
  const TemporaryFolder folder;
  const fs::path archive = folder / "tree.zip";
  const std::string text = annotated_video("alpha", 1).dump();
  write_zip(archive, {{"a.json", text}, {"b.json", annotated_video("beta", 1).dump()}});
  std::string bytes = read_text_file(archive);
  for (std::size_t i = 60; i < 160; ++i) bytes[i] = static_cast<char>(bytes[i] ^ 0x55);
  write(archive, std::string_view(bytes));
  const Findings findings = findings_of(index_of(archive));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].kind, "bad_json");
  EXPECT_THAT(findings[0].detail, HasSubstr("a.json: it can't be unpacked"));

  write(archive, std::string_view(bytes).substr(0, bytes.size() - 30));
  EXPECT_THROW(AnnotationSource{archive}, BadInput);
}

TEST(AnnotationIndex, KeepsTheFirstOfTwoFilesOfAVideo) {
  const TemporaryFolder folder;
  write(folder / "a.json", annotated_video("alpha", 1));
  Json second = annotated_video("alpha", 2);
  testing::shot_of(second, 1)["scene"] = nullptr;
  write(folder / "b.json", second);
  const AnnotationIndex index = index_of(folder.path());
  EXPECT_FALSE(index.files[0].videos[0].is_duplicate);
  EXPECT_TRUE(index.files[1].videos[0].is_duplicate);
  EXPECT_THAT(
      findings_of(index),
      ElementsAre(Finding{"duplicate_video", "", std::nullopt,
                          "IP alpha: b.json: the video is in a.json too; that one is used"}));
}

TEST(AnnotationIndex, KeepsTheFirstThatCanBeRead) {
  const TemporaryFolder folder;
  write(folder / "1" / "alpha.json", std::string_view("{"));
  write(folder / "2" / "alpha.json", annotated_video("alpha", 1));
  write(folder / "3" / "alpha.json", std::string_view("{"));
  const AnnotationIndex index = index_of(folder.path());
  EXPECT_TRUE(index.files[0].videos[0].is_duplicate);
  EXPECT_FALSE(index.files[1].videos[0].is_duplicate);
  EXPECT_TRUE(index.files[2].videos[0].is_duplicate);
  for (const Finding& finding : findings_of(index))
    EXPECT_THAT(finding.detail, HasSubstr("the video is in 2/alpha.json too"));
}

TEST(AnnotationIndex, TakesUnicodesFormsOfAnIdForOne) {
  const TemporaryFolder folder;
  write(folder / "a.json", annotated_video("B\xC3\xA4r", 1));
  write(folder / "b.json", annotated_video("Ba\xCC\x88r", 1));  // as macOS writes it
  const AnnotationIndex index = index_of(folder.path());
  EXPECT_FALSE(index.files[0].videos[0].is_duplicate);
  EXPECT_TRUE(index.files[1].videos[0].is_duplicate);
}

TEST(AnnotationIndex, DoesNotDependOnTheThreads) {
  const TemporaryFolder folder;
  for (int i = 0; i < 40; ++i) {
    Json video = annotated_video("video" + std::to_string(i), 1 + i % 3);
    testing::shot_of(video, 1 + i % 3)["scene"] = i % 2 == 0 ? Json(nullptr) : Json("Moon");
    testing::shot_of(video, 1)["made by"] = i;
    write(folder / (std::to_string(i) + ".json"), video);
  }
  const AnnotationIndex one = index_of(folder.path(), {.threads = 1});
  for (int repeat = 0; repeat < 5; ++repeat) {
    const AnnotationIndex many = index_of(folder.path(), {.threads = 4});
    EXPECT_EQ(one.files, many.files);
    EXPECT_EQ(one.texts, many.texts);
    EXPECT_EQ(one.kinds, many.kinds);
  }
}

class KeptIndex : public ::testing::Test {
 protected:
  KeptIndex() { write_tree(folder_ / "tree"); }

  AnnotationIndex index() const { return index_of(folder_ / "tree", {.file = kept_}); }

  /// Another content of the same size under the same time: only who reads the file sees it.
  void swap_unseen(const std::string& name) const {
    const fs::path file = folder_ / "tree" / name;
    const auto time = fs::last_write_time(file);
    std::string text = read_text_file(file);
    const std::size_t at = text.find("alpha");
    text.replace(at, 5, "omega");
    write(file, std::string_view(text));
    fs::last_write_time(file, time);
  }

  TemporaryFolder folder_;
  fs::path kept_ = folder_ / "kept.index";
};

TEST_F(KeptIndex, IsUsedAgain) {
  const AnnotationIndex first = index();
  ASSERT_TRUE(fs::exists(kept_));
  swap_unseen("a.json");
  const AnnotationIndex second = index();
  EXPECT_EQ(second.files, first.files) << "no file was read";
  EXPECT_EQ(findings_of(second), findings_of(first));
}

TEST_F(KeptIndex, ReadsAChangedFileAgainAlone) {
  static_cast<void>(index());
  swap_unseen("a.json");
  Json gamma = annotated_video("gamma", 1);
  testing::shot_of(gamma, 1)["scene"] = nullptr;
  write(folder_ / "tree" / "c.JSON", gamma);
  fs::remove(folder_ / "tree" / "below" / "b.json");
  write(folder_ / "tree" / "d.json", annotated_video("delta", 1));
  const AnnotationIndex again = index();
  ASSERT_THAT(again.files, SizeIs(3));
  EXPECT_EQ(again.files[0].videos[0].id, "alpha") << "taken from the kept index";
  EXPECT_EQ(again.files[1].videos[0].segments, 1U);
  EXPECT_EQ(again.files[2].videos[0].id, "delta");
  EXPECT_THAT(findings_of(again),
              ElementsAre(Finding{"no_scene", "gamma/0", 1, "c.JSON: the shot names no scene"}));
}

TEST_F(KeptIndex, IsMadeAgainWhenItIsDamaged) {
  const AnnotationIndex first = index();
  const std::string sound = read_text_file(kept_);
  ASSERT_TRUE(read_index(kept_));
  for (std::size_t at = 0; at < sound.size(); at += 37) {
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    write(kept_, std::string_view(damaged));
    EXPECT_FALSE(read_index(kept_)) << "byte " << at;
    write(kept_, std::string_view(sound).substr(0, at));
    EXPECT_FALSE(read_index(kept_)) << "cut off at byte " << at;
  }
  write(kept_, std::string_view("something else"));
  EXPECT_EQ(index().files, first.files);
  EXPECT_EQ(read_text_file(kept_), sound);
}

TEST_F(KeptIndex, IsTheSystemsFaultWhenItCannotBeWritten) {
  write(folder_ / "file", std::string_view("no folder"));
  kept_ = folder_ / "file" / "kept.index";
  EXPECT_THROW(static_cast<void>(index()), SystemFault);
}

TEST_F(KeptIndex, HasItsFolderMade) {
  kept_ = folder_ / "below" / "further" / "kept.index";
  static_cast<void>(index());
  EXPECT_TRUE(read_index(kept_));
}

TEST(AnnotationIndex, ThatCannotBeKeptNamesAWayThatEveryCommandHas) {
  const TemporaryFolder folder;
  write(folder / "file", std::string_view("no folder"));
  const std::string padding(kManyBytes, ' ');
  write(folder / "large.json", std::string_view(annotated_video("large", 1).dump() + padding));
  ASSERT_EQ(setenv("ASBENCH_CACHE", (folder / "file/cache").c_str(), 1), 0);
  ::testing::internal::CaptureStderr();
  const AnnotationIndex index = index_of(folder / "large.json");
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(index.files.size(), 1U);
  EXPECT_THAT(said, HasSubstr("the index of the annotations can't be kept"));
  EXPECT_THAT(said, HasSubstr("ASBENCH_CACHE=FOLDER keeps it elsewhere"));
  ASSERT_EQ(setenv("ASBENCH_CACHE", (folder / "cache").c_str(), 1), 0);
  ::testing::internal::CaptureStderr();
  static_cast<void>(index_of(folder / "large.json"));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr((folder / "cache/annotations").string()));
  ASSERT_EQ(unsetenv("ASBENCH_CACHE"), 0);
}

TEST(AnnotationIndex, HasAPlaceOfItsOwnForEachSource) {
  const auto a = default_index_file("/data/a");
  const auto b = default_index_file("/data/b");
  ASSERT_TRUE(a && b);
  EXPECT_NE(*a, *b);
  EXPECT_EQ(a->parent_path().filename(), "annotations");
}

}  // namespace
}  // namespace asbench::loaders
