// What to cite: every work is described in full, every measure and encoder names its works.
#include "reports/paper/bibliography.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "core/config_files.h"
#include "core/files.h"
#include "core/json.h"
#include "metrics/registry.h"
#include "models/preprocess/clip_profile.h"
#include "reports/leaderboard/published.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/synthetic_result.h"
#include "tests/support/temporary_folder.h"

namespace asbench::reports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Results = std::vector<document::Result>;

document::Result result(const std::string& system, const std::vector<std::string>& cites,
                        const std::string& encoder) {
  testing::SyntheticResult made;
  made.system = system;
  auto read = document::result_from_json(made.document(), system);
  read.metrics[0].description.title = "Reference adherence";
  read.metrics[0].description.cites = cites;
  read.provenance.weights["clip"].id = encoder;
  return read;
}

TEST(Works, AreSortedAndHaveWhatAnEntryNeeds) {
  const auto works = known_works();
  ASSERT_GT(works.size(), 10U);
  EXPECT_TRUE(std::is_sorted(works.begin(), works.end(),
                             [](const Work& a, const Work& b) { return a.key < b.key; }));
  for (const auto& work : works) {
    const auto has = [&](std::string_view name) {
      return std::any_of(work.fields.begin(), work.fields.end(),
                         [&](const auto& field) { return field.first == name; });
    };
    EXPECT_TRUE(has("author") && has("title")) << work.key;
    EXPECT_TRUE(has("year") || work.key == "asbench") << work.key;
    EXPECT_TRUE(work.type != "inproceedings" || has("booktitle")) << work.key;
    EXPECT_TRUE(work.type != "article" || has("journal")) << work.key;
    for (const auto& [name, value] : work.fields) {
      const std::string text = bibtex_text(value);
      EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                              [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
          << work.key << " " << text;
      EXPECT_EQ(std::count(text.begin(), text.end(), '{'),
                std::count(text.begin(), text.end(), '}'))
          << work.key << " " << text;
    }
  }
}

TEST(Works, EveryMeasureNamesItsOwn) {
  for (const auto& measure : metrics::all_measures()) {
    EXPECT_FALSE(measure.cites.empty()) << measure.measure;
    for (const auto key : measure.cites)
      EXPECT_NE(find_work(key), nullptr) << measure.measure << " cites " << key;
  }
}

TEST(Works, EveryEncoderNamesItsOwn) {
  int encoders = 0;
  for (const auto& name : config_file_names("encoders/")) {
    const Json json = parse_json(*config_file(name), name);
    ASSERT_TRUE(json.contains("cites")) << name;
    for (const Json& key : json.at("cites"))
      EXPECT_NE(find_work(key.get<std::string>()), nullptr) << name << " cites " << key;
    ++encoders;
  }
  EXPECT_GT(encoders, 10);
}

TEST(Works, EveryWayToPrepareClipsNamesItsOwn) {
  for (const auto& name : models::clip_profile_names()) {
    const auto keys = works_of_profile(models::named_clip_profile(name).describe());
    EXPECT_FALSE(keys.empty()) << name;
    for (const auto& key : keys) EXPECT_NE(find_work(key), nullptr) << name << " cites " << key;
  }
  EXPECT_TRUE(works_of_profile("hf[short224]").empty());
}

TEST(Works, PublishedResultsNameThePaper) {
  for (const auto& published : published_results()) {
    for (const auto& metric : published.metrics)
      EXPECT_THAT(metric.description.cites, ElementsAre("qiu2025animeshooter")) << metric.id;
  }
}

TEST(Bibtex, HasEveryWorkOnceByKeyWithWhatItIsFor) {
  const Results results = {result("a", {"qiu2025animeshooter"}, "openai/clip-vit-base-patch32"),
                           result("b", {"qiu2025animeshooter"}, "facebook/dinov2-base")};
  const auto text = bibtex(results);
  const auto place = [&](const std::string& key) { return text.find("{" + key + ",\n"); };
  EXPECT_LT(place("asbench"), place("oquab2024dinov2"));
  EXPECT_LT(place("oquab2024dinov2"), place("qiu2025animeshooter"));
  EXPECT_LT(place("qiu2025animeshooter"), place("radford2021clip"));
  EXPECT_NE(place("radford2021clip"), std::string::npos);
  EXPECT_THAT(text, HasSubstr("% clip_i\n@misc{qiu2025animeshooter,\n"));
  EXPECT_THAT(text, HasSubstr("% encoder openai/clip-vit-base-patch32\n@inproceedings{radford"));
  EXPECT_THAT(text, HasSubstr("Version 0.1.0 (commit 0)"));
  EXPECT_THAT(text, Not(HasSubstr("caron2021dino"))) << "only what was used";
  EXPECT_EQ(bibtex(results), text);
}

TEST(Bibtex, HasTheNetworkAndThePaperOfAVariantOfFvd) {
  Results results = {result("a", {"unterthiner2018fvd"}, "i3d_torchscript.pt")};
  results[0].metrics[0].signature =
      "fvd@1 | enc=i3d_torchscript.pt#0a1b2c3d | prep=stylegan-v[in-graph,0..255] | ddof=0";
  const auto text = bibtex(results);
  for (const char* key : {"carreira2017i3d", "skorokhodov2022styleganv"})
    EXPECT_THAT(text, HasSubstr(std::string("% clips prepared as stylegan-v\n@inproceedings{") +
                                key + ",\n"));
  EXPECT_THAT(text, Not(HasSubstr("ge2024content")));
}

TEST(Bibtex, SaysWhatItHasNoWorkFor) {
  Results results = {result("a", {}, "my/own@encoder")};
  results[0].metrics[0].description.source = "Somebody 2020";
  auto text = bibtex(results);
  EXPECT_THAT(text, HasSubstr("% not here: clip_i: the documents name no work, but the source "
                              "\"Somebody 2020\"\n"));
  EXPECT_THAT(text,
              HasSubstr("% not here: encoder my/own(at)encoder (role clip): no work is known"));
  results[0].metrics[0].description.cites = {"somebody2030"};
  text = bibtex(results);
  EXPECT_THAT(text, HasSubstr("this version knows no work 'somebody2030'"));
}

TEST(Bibtex, TextIsEscaped) {
  EXPECT_EQ(bibtex_text("Jégou, Hervé & Müller #1 100% a_b $"),
            "J{\\'e}gou, Herv{\\'e} \\& M{\\\"u}ller \\#1 100\\% a\\_b \\$");
  EXPECT_EQ(bibtex_text("{DINO} ~^\\"),
            "{DINO} {\\textasciitilde}{\\textasciicircum}"
            "{\\textbackslash}");
  EXPECT_EQ(bibtex_text("}{"), ")(") << "braces that don't match would end the entry";
  EXPECT_EQ(bibtex_text("a\nb"), "a{\\textbackslash}nb");
}

TEST(Bibtex, BibtexReadsIt) {
  if (!is_there("/usr/bin/bibtex") || !is_there("/usr/bin/pdflatex"))
    GTEST_SKIP() << "needs bibtex and pdflatex (Debian: texlive-latex-base)";
  Results results = published_results();
  std::vector<std::string> all;
  for (const auto& work : known_works()) all.push_back(work.key);
  results.push_back(result("a", all, "openai/clip-vit-base-patch32"));
  const testing::TemporaryFolder folder;
  write_file_atomically(folder / "references.bib", bibtex(results));
  write_file_atomically(folder / "main.aux",
                        "\\relax\n\\citation{*}\n\\bibstyle{plain}\n"
                        "\\bibdata{references}\n");
  const auto run =
      testing::run_program("/bin/sh", {"-c", "cd '" + folder.path().string() + "' && bibtex main"});
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, Not(HasSubstr("error message")));
  const std::string list = read_text_file(folder / "main.bbl");
  for (const auto& key : all) EXPECT_THAT(list, HasSubstr("{" + key + "}"));
  write_file_atomically(folder / "main.tex",
                        "\\documentclass{article}\n\\usepackage[T1]{fontenc}\n\\begin{document}\n" +
                            list + "\\end{document}\n");
  const auto set = testing::run_program(
      "/usr/bin/pdflatex", {"-interaction=nonstopmode", "-halt-on-error", "-output-directory",
                            folder.path().string(), (folder / "main.tex").string()});
  EXPECT_EQ(set.exit_code, 0) << set.out;
}

TEST(CitationFile, AgreesWithTheBibliographyAndTheVersion) {
  const std::string file = read_text_file(testing::source_folder() / "CITATION.cff");
  const std::string cmake = read_text_file(testing::source_folder() / "CMakeLists.txt");
  std::smatch version;
  ASSERT_TRUE(std::regex_search(cmake, version, std::regex("VERSION (\\d+\\.\\d+\\.\\d+)")));
  EXPECT_THAT(file, HasSubstr("\nversion: " + version.str(1) + "\n"));
  for (const char* key : {"asbench", "qiu2025animeshooter"}) {
    for (const auto& [name, value] : find_work(key)->fields) {
      if (name != "title" && !(name == "author" && std::string(key) == "asbench")) continue;
      std::string plain;
      std::copy_if(value.begin(), value.end(), std::back_inserter(plain),
                   [](char c) { return c != '{' && c != '}'; });
      EXPECT_THAT(file, HasSubstr("\"" + plain + "\""));
    }
  }
}

}  // namespace
}  // namespace asbench::reports
