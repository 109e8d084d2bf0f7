// Splits made of prompts as people have them: tables, JSON Lines, JSON, texts.
#include "loaders/make_split.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config_files.h"
#include "core/error.h"
#include "core/schema.h"
#include "loaders/splits/common.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"

namespace asbench::loaders {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFolder;
using testing::write_text;

/// A folder with references of momo and kit, and files of prompts beside it.
struct MakeSplit : ::testing::Test {
  MakeSplit() {
    for (const char* picture : {"momo.png", "Kit_ref.JPG"})
      write_text(folder / "refs" / picture, picture);
  }

  MadeSplit make(const std::string& name, const std::string& text) {
    write_text(folder / name, text);
    return make_split({.prompts = folder / name, .references = folder / "refs"});
  }

  std::string refusal(const std::string& name, const std::string& text) {
    try {
      return "made " + shape(make(name, text));
    } catch (const Error& error) {
      return error.what();
    }
  }

  /// "momo/1: a|b, kit/1: c|d"
  static std::string shape(const MadeSplit& made) {
    std::string text;
    for (const Story& story : made.split.stories) {
      text += (text.empty() ? "" : ", ") + story.id + ": ";
      int number = 0;
      for (const Shot& shot : story.shots) {
        EXPECT_EQ(shot.number, ++number);
        text += (number == 1 ? "" : "|") + shot.caption.value_or("-");
      }
    }
    return text;
  }

  static std::vector<std::string> references(const MadeSplit& made) {
    std::vector<std::string> names;
    for (const Ip& ip : made.split.ips) {
      for (const auto& file : ip.references)
        names.push_back(ip.id + "=" + file.parent_path().filename().string() + "/" +
                        file.filename().string());
    }
    return names;
  }

  TemporaryFolder folder;
};

constexpr const char* kShape = "momo/1: a|b, momo/2: c|d, kit/1: e|f";

struct Form {
  const char* name;
  const char* file;
  const char* text;
};

void PrintTo(const Form& form, std::ostream* out) {
  *out << form.name;
}

class EveryForm : public MakeSplit, public ::testing::WithParamInterface<Form> {};

TEST_P(EveryForm, GivesTheSameStories) {
  const MadeSplit made = make(GetParam().file, GetParam().text);
  EXPECT_EQ(shape(made), kShape);
  EXPECT_THAT(references(made), ElementsAre("momo=refs/momo.png", "kit=refs/Kit_ref.JPG"));
  // What is written is a manifest, and reading it gives the same split.
  const Json manifest = split_to_manifest(made.split, folder.path());
  EXPECT_NO_THROW(check_schema(manifest, "split", "manifest"));
  write_text(folder / "split.json", manifest.dump());
  const Split again = read_split(folder / "split.json");
  EXPECT_EQ(again.stories, made.split.stories);
  EXPECT_EQ(again.sha256, made.split.sha256);
  EXPECT_EQ(again.ips, made.split.ips);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, EveryForm,
    ::testing::Values(
        Form{"Table", "p.csv",
             "ip,story,shot,caption\nmomo,1,1,a\nmomo,1,2,b\nmomo,2,1,c\nmomo,2,2,d\nkit,1,1,e\n"
             "kit,1,2,f\n"},
        Form{"TableWithSemicolonsAndOtherNames", "p.csv",
             "\xEF\xBB\xBFText;Character;Scene;Story ID\r\nb;momo;2;1\r\na;momo;1;1\r\n"
             "c;momo;1;2\r\nd;momo;2;2\r\ne;kit;shot_1;1\r\nf;kit;shot_2;1\r\n"},
        Form{"TableFromZero", "p.tsv",
             "ip\tstory\tshot\tcaption\nmomo\t1\t0\ta\nmomo\t1\t1\tb\nmomo\t2\t0\tc\n"
             "momo\t2\t1\td\nkit\t1\t0\te\nkit\t1\t1\tf\n"},
        Form{"TableShot0", "p.csv",
             "ip,story,shot0,caption\nmomo,1,0,a\nmomo,1,1,b\nmomo,2,0,c\nmomo,2,1,d\nkit,1,0,e\n"
             "kit,1,1,f\n"},
        Form{"TableWithoutShots", "p.csv",
             "ip,story,caption\nmomo,1,a\nmomo,1,b\nmomo,2,c\nmomo,2,d\nkit,1,e\nkit,1,f\n"},
        Form{"TableWithoutStories", "p.csv",
             "ip,shot,caption\nmomo,1,a\nmomo,2,b\nmomo,1,c\nmomo,2,d\nkit,1,e\nkit,2,f\n"},
        Form{"TableOfStories", "p.csv", "ip,shot1,shot2,shot3\nmomo,a,b,\nmomo,c,d,\nkit,e,f,\n"},
        Form{"TableInATxt", "p.txt",
             "ip\tstory\tcaption\nmomo\t1\ta\nmomo\t1\tb\nmomo\t2\tc\nmomo\t2\td\nkit\t1\te\n"
             "kit\t1\tf\n"},
        Form{"Text", "p.txt", "# momo\na\nb\n\nc\nd\n\n# kit\ne\nf\n"},
        Form{"TextWithNumbers", "p.txt",
             "[momo/1]\r\n1. a\r\n2. b\r\n\r\n## momo / 2\r\n\r\nShot 1: c\r\nShot 2: d\r\n\r\n"
             "# kit / 1\r\n- e\r\n- f\r\n"},
        Form{"LinesOfShots", "p.jsonl",
             "{\"ip\":\"momo\",\"story\":1,\"shot\":1,\"caption\":\"a\"}\n"
             "{\"ip\":\"momo\",\"story\":1,\"shot\":2,\"caption\":\"b\"}\n\n"
             "{\"ip\":\"momo\",\"story\":2,\"shot\":1,\"caption\":\"c\"}\n"
             "{\"ip\":\"momo\",\"story\":2,\"shot\":2,\"caption\":\"d\"}\n"
             "{\"ip\":\"kit\",\"story\":1,\"shot\":1,\"caption\":\"e\"}\n"
             "{\"ip\":\"kit\",\"story\":1,\"shot\":2,\"caption\":\"f\"}\n"},
        Form{"LinesOfStories", "p.jsonl",
             "{\"character\": \"momo\", \"captions\": [\"a\", \"b\"]}\n"
             "{\"character\": \"momo\", \"captions\": [\"c\", \"d\"]}\n"
             "{\"character\": \"kit\", \"captions\": [\"e\", \"f\"]}\n"},
        Form{"LinesUnderAnotherEnding", "p.json",
             "{\"ip\": \"momo\", \"prompts\": [\"a\", \"b\"]}\n"
             "{\"ip\": \"momo\", \"prompts\": [\"c\", \"d\"]}\n"
             "{\"ip\": \"kit\", \"prompts\": [\"e\", \"f\"]}\n"},
        Form{"ListOfStories", "p.json",
             R"([{"ip": "momo", "id": 1, "captions": ["a", "b"]},
                 {"ip": "momo", "id": 2, "captions": ["c", "d"]},
                 {"ip": "kit", "id": 1, "captions": ["e", "f"]}])"},
        Form{"ListOfStoriesWithASummary", "p.json",
             R"({"stories": [{"ip": "momo", "prompt": "x", "shots": [{"text": "a"}, {"text": "b"}]},
                 {"ip": "momo", "prompt": "y", "shots": [{"text": "c"}, {"text": "d"}]},
                 {"ip": "kit", "prompt": "z", "shots": [{"text": "e"}, {"text": "f"}]}]})"},
        Form{"ListOfIps", "p.json",
             R"([{"ip": "momo", "prompts": [["a", "b"], ["c", "d"]]},
                 {"ip": "kit", "prompts": [["e", "f"]]}])"},
        Form{"MapOfIps", "p.json", R"({"momo": [["a", "b"], ["c", "d"]], "kit": [["e", "f"]]})"},
        Form{"MapOfMaps", "p.json",
             R"({"momo": {"1": ["a", "b"], "2": ["c", "d"]}, "kit": {"1": ["e", "f"]}})"},
        Form{"MapOfStories", "p.json",
             R"({"momo/1": ["a", "b"], "momo/2": ["c", "d"], "kit/1": ["e", "f"]})"},
        Form{"DemosOfAllIps", "p.json",
             R"({"momo": {"1": {"captions": ["a", "b"], "audio": ["x", "y"]},
                          "2": {"captions": ["c", "d"], "audio": ["x", "y"]}},
                 "kit": {"1": {"captions": ["e", "f"], "audio": ["x", "y"]}}})"},
        Form{
            "TestSetsOfAllIps", "p.json",
            R"({"momo": {"prompts": [["a", "b"], ["c", "d"]]}, "kit": {"prompts": [["e", "f"]]}})"}),
    [](const auto& parameter) { return parameter.param.name; });

TEST_F(MakeSplit, KeepsTheOrderOfTheFile) {
  const auto made = make("p.csv", "ip,story,caption\nmomo,10,a\nkit,b,b\nmomo,9,c\n");
  EXPECT_EQ(shape(made), "momo/10: a, kit/b: b, momo/9: c");
  EXPECT_EQ(made.split.stories.back().prompt, "9");
}

TEST_F(MakeSplit, SaysWhatItReadAndWhatNot) {
  const auto made = make("p.csv", "Character,story,shot,text,notes\nmomo,1,0,a,x\nmomo,1,1,b,\n");
  EXPECT_EQ(made.form, "a table separated by commas, 2 rows");
  EXPECT_THAT(made.used, ElementsAre("ip (column \"Character\")", "story", "shot",
                                     "caption (column \"text\")"));
  EXPECT_THAT(made.not_used, ElementsAre("notes"));
  const std::string notes = fmt::format("{}", fmt::join(made.notes, "\n"));
  EXPECT_THAT(notes, HasSubstr("shot 0 is shot 1"));
  EXPECT_THAT(notes, HasSubstr("belong to no IP of the file: Kit_ref.JPG"));
}

TEST_F(MakeSplit, TakesNamesForPeopleAndSoundAndReferencesOfTheFile) {
  write_text(folder / "pictures/a b.png", "1");
  write_text(folder / "refs/sub/c.webp", "2");
  const auto made =
      make("p.csv",
           "ip,name,story,caption,reference,audio\nm1,Momo the Cat,1,a,pictures/a "
           "b.png,rain\nm1,Momo the Cat,1,b,pictures/a b.png,\nk1,,1,c,sub/C.webp,\n");
  EXPECT_THAT(references(made), ElementsAre("m1=pictures/a b.png", "k1=sub/c.webp"));
  EXPECT_EQ(made.split.ips[0].name, "Momo the Cat");
  EXPECT_EQ(made.split.stories[0].name, "Momo the Cat");
  EXPECT_EQ(made.split.stories[1].name, "k1");
  EXPECT_EQ(made.split.stories[0].shots[0].audio_prompt, "rain");
}

TEST_F(MakeSplit, FindsReferencesByLooseNames) {
  for (const char* picture :
       {"refs/captain-kirk.png", "refs/reference_UMI.webp", "refs/Tama/reference.png",
        "refs/Tama/other.png", "refs/Pip/1.png", "refs/Pip/2.png"})
    write_text(folder / picture, picture);
  const auto made =
      make("p.csv", "ip,story,caption\nCaptain Kirk,1,a\nUmi,1,b\nTama,1,c\nPip,1,d\n");
  EXPECT_THAT(references(made),
              ElementsAre("Captain Kirk=refs/captain-kirk.png", "Umi=refs/reference_UMI.webp",
                          "Tama=Tama/reference.png", "Pip=Pip/1.png", "Pip=Pip/2.png"));
}

TEST_F(MakeSplit, OfOneCharacterNeedsNoIp) {
  std::filesystem::remove(folder / "refs/momo.png");
  for (const auto& [file, text] : std::vector<std::pair<std::string, std::string>>{
           {"p.csv", "story,shot,caption\n1,1,a\n1,2,b\n"},
           {"p.txt", "a\nb\n"},
           {"p.json", R"([["a", "b"]])"},
           {"q.json", R"({"prompts": [["a", "b"]]})"},
           {"r.json", R"({"1": {"captions": ["a", "b"], "audio": ["x", "y"]}})"},
           {"s.jsonl", "[\"a\", \"b\"]\n"}}) {
    const auto made = make(file, text);
    EXPECT_EQ(shape(made), "Kit/1: a|b") << file;
    EXPECT_THAT(references(made), ElementsAre("Kit=refs/Kit_ref.JPG")) << file;
  }
}

TEST_F(MakeSplit, TakesKeysForIpsWhereAllHaveAPicture) {
  EXPECT_EQ(shape(make("p.json", R"({"momo": ["a", "b"], "kit": ["c", "d"]})")),
            "momo/1: a|b, kit/1: c|d");
  EXPECT_THAT(refusal("q.json", R"({"momo": ["a", "b"], "other": ["c", "d"]})"),
              HasSubstr("the keys may be IPs or stories: \"momo\" has a reference picture and "
                        "\"other\" has none"));
  // A file by the IP's name, as in the demo.
  EXPECT_EQ(shape(make("momo.json", R"({"7": {"captions": ["a"]}})")), "momo/7: a");
}

TEST_F(MakeSplit, RefusesWhatMayMeanTwoThingsWithTheLine) {
  struct Case {
    const char* file;
    const char* text;
    const char* part;
  };
  for (const Case& c : {
           Case{"p.csv", "ip,story\nmomo,1\n", "no column with the captions"},
           Case{"p.csv", "ip,story,text,prompt\nmomo,1,a,b\n",
                "the columns \"text\" and \"prompt\" may both be the caption"},
           Case{"p.csv", "ip,story,caption\nmomo,1,a\n,1,b\n",
                "line 3: the column \"ip\" is empty"},
           Case{"p.csv", "ip,story,caption\nmomo,1,\n", "line 2: the column \"caption\" is empty"},
           Case{"p.csv", "ip,caption\nmomo,a\nmomo,b\n",
                "line 2: nothing says which rows make a story"},
           Case{"p.csv", "ip,story,shot,caption\nmomo,1,one,a\n", "line 2: the shot \"one\" is no"},
           Case{"p.csv", "ip,story,shot,caption\nmomo,1,1,a\nmomo,1,1,b\n",
                "line 3: shot 1 of the story is there already"},
           Case{"p.csv", "ip,story,shot,caption\nmomo,1,1,a\nmomo,1,3,b\n",
                "line 3: shot 2 of story 1 of momo is missing"},
           Case{"p.csv", "ip,story,shot,caption\nmomo,1,0,a\nmomo,2,1,b\n",
                "line 3: the shots of this story are numbered from 1, those of others from 0"},
           Case{"p.csv", "ip,story,caption\nmomo,1,a\nMOMO,1,b\n", "differ in letter case"},
           Case{"p.csv", "ip,story,caption\nmomo\\x,1,a\n", "can't be part of a path"},
           Case{"p.csv", "ip,story,caption,reference\nmomo,1,a,x.png\n", "no such file"},
           Case{"p.csv", "ip,story,caption,reference\nmomo,1,a,momo.png\nmomo,2,a,Kit_ref.JPG\n",
                "IP momo has two references"},
           Case{"p.csv", "ip,story,caption\numi,1,a\nkit,1,b\n", "IP umi (" /* file */},
           Case{"p.csv", "story,caption\n1,a\n", "nothing says whose stories these are"},
           Case{"p.csv", "ip,shot1,shot3\nmomo,a,b\n", "are numbered 1 to 3, with gaps"},
           Case{"p.csv", "ip,shot1,shot2\nmomo,,b\n", "column \"shot1\": no caption"},
           Case{"p.csv", "ip,story,caption\n", "no rows below the header line"},
           Case{"p.txt", "# momo / 1\na\n\nb\n", "line 4: a second block of captions under"},
           Case{"p.txt", "# momo\n\n# kit\na\n", "line 1: no captions follow the heading \"momo\""},
           Case{"p.txt", "\n\n", "no captions"},
           Case{"p.jsonl", "{\"ip\": \"momo\", \"captions\": [\"a\"]}\n{\"ip\": \"momo\"\n",
                "line 2"},
           Case{"p.jsonl", "{\"ip\": \"momo\", \"captions\": [\"a\", \"\"]}\n", "no caption"},
           Case{"p.json", R"([{"ip": "momo", "captions": ["a", 5]}])", "[1]"},
           Case{"p.json", R"([{"ip": "momo", "captions": []}])", "an empty list or object"},
           Case{"p.json", R"({"schema": "asbench/split@1"})", "is what --split takes as it is"},
           Case{"p.json", R"({"segments": []})", "annotation file"},
           Case{"p.json", R"([{"ip": "momo", "captions": ["a"], "prompts": ["b"]}])",
                "several keys may hold the stories or captions: captions, prompts"},
           Case{"p.json", R"([{"ip": "momo", "story": "x", "captions": ["a"]},
                              {"ip": "momo", "captions": ["b"]}])",
                "the story has no name or number"},
           Case{"p.xlsx", "x", "Save the sheet as CSV"},
           Case{"p.md", "x", "unknown kind of file"},
       })
    EXPECT_THAT(refusal(c.file, c.text), HasSubstr(c.part)) << c.text;
}

TEST_F(MakeSplit, NamesEveryIpWithoutAReference) {
  write_text(folder / "refs/momo_ref.webp", "x");
  const std::string message = refusal("p.csv", "ip,story,caption\nmomo,1,a\numi,1,b\nkit,1,c\n");
  EXPECT_THAT(message, HasSubstr("several pictures may be it: momo.png, momo_ref.webp"));
  EXPECT_THAT(message, HasSubstr("IP umi"));
  EXPECT_THAT(message, HasSubstr("holds Kit_ref.JPG, momo.png, momo_ref.webp"));
  EXPECT_THAT(message, ::testing::Not(HasSubstr("IP kit")));
  const auto made =
      make_split({.prompts = folder / "p.csv", .references = {}, .without_references = true});
  EXPECT_TRUE(references(made).empty());
  EXPECT_THROW(static_cast<void>(make_split({.prompts = folder / "p.csv", .references = {}})),
               BadInput);
  EXPECT_THROW(static_cast<void>(make_split({.prompts = folder.path(), .references = {}})),
               UsageError);
}

TEST(SplitExample, IsACompleteManifest) {
  const auto text = config_file("examples/split.json");
  ASSERT_TRUE(text);
  const Split split = parse_manifest(*text, "example", {});
  EXPECT_EQ(split.ips.size(), 2U);
  EXPECT_EQ(split.stories.size(), 2U);
  EXPECT_EQ(split.ips.front().name, "Momo the Cat");
  // Every key of the schema is shown.
  const Json schema = Json::parse(*config_file("schemas/split.schema.json"));
  for (const char* part : {"ip", "story"}) {
    for (const auto& [key, value] : schema["definitions"][part]["properties"].items())
      EXPECT_THAT(std::string(*text), HasSubstr("\"" + key + "\"")) << part;
  }
}

}  // namespace
}  // namespace asbench::loaders
