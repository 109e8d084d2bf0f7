// A drawn film's annotation, read by the annotation reader, is the film: texts, characters, scenes,
// sounds and epilogues as in our own manifest, frames as the annotated times say.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "baselines/mini_world/film_world.h"
#include "loaders/split.h"
#include "tests/support/temporary_folder.h"

namespace asbench::baselines {
namespace {

using asbench::testing::TemporaryFolder;

TEST(FilmRoundTrip, TheAnnotationReaderReadsWhatWasDrawn) {
  const TemporaryFolder folder;
  FilmWorldOptions options;
  options.width = 96;
  options.height = 64;
  options.with_audio = true;
  const auto world = write_film_world(options, folder.path());
  const auto truth = loaders::read_split(world.manifest);
  const auto read = loaders::read_split(world.annotations);
  const std::set<std::string> expected = {"extra_not_4s", "missing_reference", "no_character",
                                          "no_scene", "prologue_epilogue"};
  for (const auto& finding : read.findings)
    EXPECT_TRUE(expected.contains(finding.kind)) << finding.kind << ": " << finding.detail;
  ASSERT_EQ(read.stories.size(), truth.stories.size());
  for (std::size_t s = 0; s < read.stories.size(); ++s) {
    loaders::Story story = read.stories[s];
    loaders::Story drawn = truth.stories[s];
    const Film& film = world.films.at(s / 2);
    const FilmSegment& segment = film.segments.at(s % 2);
    ASSERT_EQ(story.shots.size(), segment.shots.size());
    for (std::size_t i = 0; i < story.shots.size(); ++i) {
      EXPECT_EQ(story.shots[i].source, annotated_frames(segment, segment.shots[i], 12.0));
      EXPECT_EQ(drawn.shots[i].source, segment.shots[i].frames);
      story.shots[i].source = drawn.shots[i].source;
    }
    for (auto& character : drawn.characters) {
      character.references.clear();
      character.reference_sha256.clear();
      character.reference_frames.clear();
    }
    EXPECT_EQ(story, drawn) << story.id;
  }
}

}  // namespace
}  // namespace asbench::baselines
