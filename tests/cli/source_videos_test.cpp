// Annotations and their source videos through the whole program: references are cut out, boundaries
// snap, a manifest keeps both, and real stories are scored like a system.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "baselines/mini_world/film_world.h"
#include "core/json.h"
#include "core/schema.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::size_t pictures_below(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    count += entry.path().extension() == ".png" ? 1 : 0;
  return count;
}

class SourceVideosCommands : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    ASSERT_EQ(setenv("ASBENCH_CACHE", (folder_->path() / "cache").c_str(), 1), 0);
    baselines::FilmWorldOptions options;
    options.width = 96;
    options.height = 64;
    options.with_audio = true;
    world_ = baselines::write_film_world(options, folder_->path() / "world");
    shots_ = baselines::write_film_outputs(world_.films, baselines::format_of(options),
                                           folder_->path() / "own")
                 .shots;
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static ProgramResult run(std::vector<std::string> arguments) {
    return run_program(asbench_program(), arguments);
  }
  /// The annotations with their videos, as options.
  static std::vector<std::string> split(std::vector<std::string> arguments,
                                        const std::string& boundaries = "snap") {
    for (const auto& more :
         {std::string("--split"), world_.annotations.string(), std::string("--videos"),
          world_.videos.string(), std::string("--boundaries"), boundaries})
      arguments.push_back(more);
    return arguments;
  }
  static Json score(const std::string& name, std::vector<std::string> arguments) {
    const fs::path result = folder_->path() / (name + ".json");
    for (const auto& more :
         {std::string("--protocol"), std::string("demo"), std::string("--metrics"),
          std::string("clip_i,cross_shot_clip"), std::string("--system"), name,
          std::string("--threads"), std::string("2"), std::string("--cache"),
          (folder_->path() / "cache").string(), std::string("--out"), result.string(),
          std::string("--no-frames")})
      arguments.push_back(more);
    arguments.insert(arguments.begin(), "score");
    const auto done = run(arguments);
    EXPECT_EQ(done.exit_code, 0) << done.err;
    Json document = read_json_file(result);
    check_schema(document, "result", name);
    return document;
  }
  static std::size_t findings_of(const Json& document, const std::string& kind) {
    const Json& findings = document.at("coverage").at("findings");
    std::size_t count = 0;
    for (const Json& finding : findings) count += finding.at("kind") == kind ? 1 : 0;
    return count;
  }

  static std::unique_ptr<TemporaryFolder> folder_;
  static baselines::FilmWorld world_;
  static fs::path shots_;
};
std::unique_ptr<TemporaryFolder> SourceVideosCommands::folder_;
baselines::FilmWorld SourceVideosCommands::world_;
fs::path SourceVideosCommands::shots_;

TEST_F(SourceVideosCommands, ReferencesAreExported) {
  const fs::path out = folder_->path() / "references";
  std::vector<std::string> arguments =
      split({"split", "references", "--out", out.string(), "--reference-masks", "all"}, "as-given");
  const auto first = run(arguments);
  EXPECT_EQ(first.exit_code, 0) << first.err;
  const std::size_t pictures = pictures_below(out);
  EXPECT_GT(pictures, 8U);
  EXPECT_THAT(first.out, HasSubstr(std::to_string(pictures) + " pictures of "));
  EXPECT_EQ(run(arguments).exit_code, 0) << "the same files again are no conflict";

  fs::path one;
  for (const auto& entry : fs::recursive_directory_iterator(out)) {
    if (entry.path().extension() == ".png") one = entry.path();
  }
  std::ofstream(one) << "mine";
  const auto refused = run(arguments);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("other content"));
  arguments.emplace_back("--force");
  EXPECT_EQ(run(arguments).exit_code, 0);

  const auto nowhere =
      run({"split", "references", "--split", world_.annotations.string(), "--out", out.string()});
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_THAT(nowhere.err, HasSubstr("--videos DIR"));
}

TEST_F(SourceVideosCommands, InspectStatesWhatMoved) {
  const fs::path manifest = folder_->path() / "snapped.json";
  const auto text = run(split({"inspect", "--write", manifest.string()}));
  EXPECT_EQ(text.exit_code, 0) << text.out << text.err;
  EXPECT_THAT(text.out, HasSubstr("frames    boundaries snap[cells@1], range whole: "));
  EXPECT_THAT(text.out, HasSubstr("shifts in seconds"));
  const Json written = read_json_file(manifest);
  check_schema(written, "split", "manifest");
  EXPECT_EQ(written.at("source").at("boundaries"), "snap[cells@1]");
  EXPECT_GT(pictures_below(folder_->path() / "snapped.references"), 0U);
  const Json json = parse_json(run(split({"inspect", "--json"})).out, "inspect");
  EXPECT_EQ(json.at("split").at("source"), written.at("source"));
  EXPECT_EQ(json.at("split").at("sha256"), written.at("sha256"));
}

TEST_F(SourceVideosCommands, ADrawTakesTheVideosAlong) {
  const fs::path drawn = folder_->path() / "drawn.json";
  const auto made = run({"split", "make", "--from", world_.annotations.string(), "--videos",
                         world_.videos.string(), "--boundaries", "snap", "--draw-stories", "2",
                         "--out", drawn.string()});
  EXPECT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("boundaries snap[cells@1]"));
  EXPECT_GT(pictures_below(folder_->path() / "drawn.references"), 2U);
  EXPECT_THAT(read_text_file(folder_->path() / "drawn.md"), HasSubstr("--boundaries snap"));
  EXPECT_EQ(run({"inspect", "--split", drawn.string()}).exit_code, 0);
}

TEST_F(SourceVideosCommands, RealStoriesAreScoredLikeASystem) {
  const Json real =
      score("real", split({"--outputs", world_.videos.string(), "--layout", "source"}));
  EXPECT_EQ(real.at("coverage").at("layout"), "source");
  EXPECT_EQ(real.at("split").at("source").at("boundaries"), "snap[cells@1]");
  const std::string signature = real.at("metrics").at("clip_i").at("signature").get<std::string>();
  EXPECT_THAT(signature, HasSubstr("boundaries=snap[cells@1]"));
  EXPECT_GT(findings_of(real, "reference_in_shot"), 0U)
      << "a reference is a frame of some shot, and that shot is not compared with it";
  EXPECT_GT(real.at("metrics").at("clip_i").at("n_evaluated").get<int>(), 0);

  const Json own = score("own", split({"--outputs", shots_.string(), "--real-stories",
                                       (folder_->path() / "real.json").string()}));
  EXPECT_EQ(findings_of(own, "reference_in_shot"), 0U) << "a system's shots are its own";
  EXPECT_EQ(own.at("split").at("sha256"), real.at("split").at("sha256"));
  EXPECT_FALSE(own.at("metrics").at("cross_shot_clip").at("real_stories").is_null());
  // The films' shots cut by exact frames are the shots as a system delivers them, but for one more
  // encoding.
  EXPECT_NEAR(own.at("metrics").at("cross_shot_clip").at("mean").get<double>(),
              real.at("metrics").at("cross_shot_clip").at("mean").get<double>(), 0.02);
}

/// The audio subset's texts, as the annotation files have them, in the document and on its page.
TEST_F(SourceVideosCommands, SoundsReachTheDocumentAndThePage) {
  const Json document = score("sounding", split({"--outputs", shots_.string()}));
  std::size_t sounds = 0;
  for (const Json& story : document.at("stories")) {
    const auto id = story.at("id").get<std::string>();
    const auto slash = id.rfind('/');
    const Json film = read_json_file(world_.annotations / (id.substr(0, slash) + ".json"));
    const Json& annotated =
        film.at("segments").at(std::stoul(id.substr(slash + 1))).at("story script").at("shots");
    for (const Json& shot : story.at("shots")) {
      const Json& sound =
          annotated.at(shot.at("shot").get<std::size_t>() - 1).at("audio annotation");
      EXPECT_EQ(shot.at("audio_prompt"), sound.at("sound description")) << id;
      EXPECT_EQ(shot.at("audio_type"), sound.at("type")) << id;
      EXPECT_EQ(shot.at("audio_context"), sound.at("visual context")) << id;
      ++sounds;
    }
  }
  EXPECT_GT(sounds, 8U);

  const fs::path page = folder_->path() / "sounding-page";
  const auto report =
      run({"report", (folder_->path() / "sounding.json").string(), "--out", page.string()});
  ASSERT_EQ(report.exit_code, 0) << report.err;
  const Json& shot = document.at("stories").at(0).at("shots").at(0);
  EXPECT_THAT(read_text_file(page / "index.html"),
              HasSubstr("[\"" + shot.at("audio_prompt").get<std::string>() + "\",\"" +
                        shot.at("audio_type").get<std::string>() + "\",\"" +
                        shot.at("audio_context").get<std::string>() + "\"]"));
}

TEST_F(SourceVideosCommands, AManifestOfThemScoresTheSame) {
  const fs::path manifest = folder_->path() / "kept-split.json";
  EXPECT_EQ(run(split({"inspect", "--write", manifest.string()})).exit_code, 0);
  const Json direct = score("direct", split({"--outputs", shots_.string()}));
  const Json kept = score("kept", {"--split", manifest.string(), "--outputs", shots_.string()});
  EXPECT_EQ(direct.at("metrics"), kept.at("metrics"));
  EXPECT_EQ(direct.at("split").at("sha256"), kept.at("split").at("sha256"));
  EXPECT_EQ(direct.at("split").at("source"), kept.at("split").at("source"));
}

}  // namespace
}  // namespace asbench::testing
