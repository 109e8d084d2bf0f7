#include "reports/page/encoder_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.h"
#include "document/pictures.h"
#include "reports/page/page_data.h"
#include "reports/paper/bibliography.h"
#include "reports/write_report.h"
#include "tests/support/synthetic_result.h"
#include "tests/support/temporary_folder.h"

namespace asbench::reports {
namespace {
using Resize = PictureGeometry::Resize;
using Size = PictureGeometry::Size;

TEST(PictureGeometry, IsReadFromTheProfileOfASignature) {
  const std::string numbers = "bicubic,mean=.48145466/.4578275/.40821073,std=.2/.2/.2]";
  EXPECT_EQ(picture_geometry("hf[short224,crop224," + numbers),
            (PictureGeometry{Resize::shortest_edge, {224, 224}, Size{224, 224}}));
  EXPECT_EQ(picture_geometry("hf[short256,crop224x336," + numbers),
            (PictureGeometry{Resize::shortest_edge, {256, 256}, Size{224, 336}}));
  EXPECT_EQ(picture_geometry("hf[squash224x336," + numbers),
            (PictureGeometry{Resize::squash, {224, 336}, {}}));
  EXPECT_EQ(picture_geometry("cmv[short224ceil,crop224,torch-bilinear,2x/255-1]"),
            (PictureGeometry{Resize::shortest_edge, {224, 224}, Size{224, 224}}));
  EXPECT_EQ(picture_geometry("hf[noresize,crop64,nonorm]"),
            (PictureGeometry{Resize::none, {}, Size{64, 64}}));
  EXPECT_EQ(picture_geometry("stylegan-v[in-graph,0..255]"), PictureGeometry{});
  for (const char* unknown : {"", "hf", "hf[", "hf[short,crop]", "hf[shortx]", "demo[pixels]"})
    EXPECT_FALSE(picture_geometry(unknown)) << unknown;
}

TEST(Backdrop, IsTheBackgroundOrTheColourOfTheEncodersMean) {
  const std::string profile = "hf[short224,mean=.48145466/.4578275/.40821073,std=.2/.2/.2]";
  EXPECT_EQ(document::backdrop("black", profile), "black");
  EXPECT_EQ(document::backdrop("mean", profile), "mean-7b7568");
  EXPECT_EQ(document::backdrop("mean", "hf[short224,nonorm]"), "mean");
  EXPECT_EQ(document::backdrop("mean", "hf[mean=1/2]"), "mean");
  EXPECT_EQ(document::reference_picture_name(std::string(64, 'a'), "black"),
            std::string(32, 'a') + "-black.jpg");
  EXPECT_EQ(document::reference_picture_name(std::string(64, 'a'), ""),
            std::string(32, 'a') + ".jpg");
}

/// A result whose metrics read references on white (clip_i) and on the mean colour (clip_t), of an
/// IP with two references.
document::Result result_with_references() {
  testing::SyntheticResult made;
  made.metrics = {"clip_i", "clip_t", "frozen_rate"};
  Json document = made.document();
  const std::string encoder = "enc=a/clip#00 | prep=hf[short224,crop224,mean=1/.5/0,std=1/1/1]";
  document["metrics"]["clip_i"]["signature"] = "clip_i@1 | " + encoder + " | bg=white";
  document["metrics"]["clip_t"]["signature"] = "clip_t@1 | " + encoder + " | bg=mean";
  document["metrics"]["frozen_rate"]["signature"] = "frozen_rate@1 | frames=midpoint:5";
  document["protocol"]["settings"]["background"] = "white";
  document["references"] = {{"ip00", {std::string(64, 'b'), std::string(64, 'c')}}};
  return document::result_from_json(document, "made");
}

TEST(EncoderViews, EachMetricHasTheViewsOfItsEncoders) {
  const std::vector<document::Result> results = {result_with_references()};
  const auto tables = rank(results, {});
  const Json views = encoder_views(tables.at(0));
  EXPECT_EQ(views["views"], (Json::array({{"a/clip", "short", 224, 224, 224, 224}})));
  EXPECT_EQ(views["of"], (Json{{0}, {0}, Json::array()}));
  const Backdrops backdrops = backdrops_of(tables[0]);
  EXPECT_THAT(backdrops.all, ::testing::ElementsAre("white", "mean-ff8000"));
  EXPECT_THAT(backdrops.of, ::testing::ElementsAre(0U, 1U, 0U));
}

TEST(PageReferences, AllOfAnIpAreThereOnTheBackgroundOfEachSignature) {
  const testing::TemporaryFolder folder;
  const std::string b(32, 'b'), c(32, 'c'), jpeg = "\xFF\xD8\xFF";
  write_file_atomically(folder / (b + "-white.jpg"), jpeg + "1");
  write_file_atomically(folder / (b + "-mean-ff8000.jpg"), jpeg + "2");
  write_file_atomically(folder / (c + "-white.jpg"), jpeg + "3");
  write_file_atomically(folder / (c + ".jpg"), jpeg + "4");  // of an earlier version
  const Json data =
      page_data(std::vector<document::Result>{result_with_references()}, Pictures({folder.path()}));
  const Json& story = data["groups"][0]["stories"][0];
  EXPECT_EQ(data["groups"][0]["backdropOf"], (Json{0, 1, 0}));
  const Json& of_stories = story[3];
  ASSERT_EQ(of_stories.size(), 2U);
  ASSERT_EQ(of_stories[0].size(), 2U) << "two references on white";
  ASSERT_EQ(of_stories[1].size(), 2U);
  EXPECT_EQ(of_stories[0][0][1], true);
  EXPECT_EQ(of_stories[1][0][1], true);
  EXPECT_EQ(of_stories[1][1][1], false) << "on grey: nothing says that it is on the mean colour";
  EXPECT_NE(of_stories[0][0][0], of_stories[1][0][0]);
  EXPECT_TRUE(data["groups"][0]["stories"][2][3].empty()) << "an IP without references";
}

TEST(PageCopies, EachTableCarriesItsOwnTexts) {
  testing::SyntheticResult other;
  other.system = "other";
  other.frames = 3;  // a table of its own
  const std::vector<document::Result> results = {
      document::result_from_json(testing::SyntheticResult{}.document(), "a"),
      document::result_from_json(other.document(), "b")};
  const TableOptions tables{.digits = 2};
  const Json data = page_data(results, Pictures(), {.copies = copy_texts(tables)});
  for (std::size_t i = 0; i < 2; ++i) {
    const std::vector<document::Result> own = {results[i]};
    const Json expected = Json::array({Json::array({"LaTeX", table_latex(own, tables)}),
                                       Json::array({"Markdown", table_markdown(own, tables)}),
                                       Json::array({"CSV", table_csv(own, tables)}),
                                       Json::array({"BibTeX", bibtex(own)})});
    EXPECT_EQ(data["groups"][i]["copies"], expected);
  }
  EXPECT_TRUE(page_data(results, Pictures())["groups"][0]["copies"].empty());
}

TEST(PageCopies, ATableWithoutTheColumnsAskedForHasNothingToCopy) {
  testing::SyntheticResult other;
  other.system = "other";
  other.frames = 3;
  other.metrics = {"clip_i", "dino_i"};
  const std::vector<document::Result> results = {
      document::result_from_json(testing::SyntheticResult{}.document(), "a"),
      document::result_from_json(other.document(), "b")};
  const Json data = page_data(results, Pictures(), {.copies = copy_texts({.metrics = {"dino_i"}})});
  EXPECT_TRUE(data["groups"][0]["copies"].empty());
  EXPECT_EQ(data["groups"][1]["copies"].size(), 4U);
}

}  // namespace
}  // namespace asbench::reports
