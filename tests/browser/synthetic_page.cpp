// Writes a page of made-up systems with as many pictures as fit: synthetic_page FILE SYSTEMS IPS
// STORIES_PER_IP
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include "core/json.h"
#include "core/words.h"
#include "reports/page/page.h"
#include "reports/write_report.h"
#include "tests/support/synthetic_result.h"
#include "tests/support/temporary_folder.h"

int main(int argc, char** argv) {
  using namespace asbench;
  if (argc != 5) return 2;
  // Text, and nothing else, wherever the page shows it; page_in_browser.py looks.
  const std::string kCaption =
      "<script>window.hacked = 1</script><img src=x onerror=\"window.hacked = 1\"> A fox & a hen.";
  const testing::TemporaryFolder folder;
  std::vector<document::Result> results;
  for (int s = 0; s < std::atoi(argv[2]); ++s) {
    testing::SyntheticResult made = testing::page_result();
    made.system = fmt::format("system {:02} <b>&amp;</b>", s);
    made.ips = std::atoi(argv[3]);
    made.stories_per_ip = std::atoi(argv[4]);
    made.value = [s](int metric, int story) {
      return 0.2 + 0.0123457 * s + 0.00098765 * ((story * 37) % 200) + 0.0314159 * metric;
    };
    Json document = made.document();
    for (const char* metric : {"cross_shot_clip", "cross_shot_dino"}) {
      for (int distance = 1; distance < 4; ++distance)
        document["metrics"][metric]["by_distance"].push_back(
            {{"distance", distance}, {"value", 0.9 - 0.1 * distance - 0.01 * s}});
    }
    for (auto& [id, metric] : document["metrics"].items()) {
      metric["signature"] = replaced(metric["signature"].get<std::string>(), "enc=synthetic#00",
                                     "enc=synthetic#00 | prep=hf[short224,crop224,bicubic]");
    }
    document["metrics"]["cross_shot_clip"]["description"]["parts"] = {"worst"};
    document["metrics"]["motion"]["description"]["parts"] = {"features"};
    for (auto& story : document["stories"]) {
      for (auto& shot : story["shots"]) shot["caption"] = kCaption;
      for (const char* text : {"audio_prompt", "audio_type", "audio_context"})
        story["shots"][0][text] = kCaption;
      story["metrics"]["cross_shot_clip"]["worst"] = 0.25;
      for (auto& shot : story["metrics"]["motion"]["shots"]) shot["features"] = 0.125;
    }
    int number = 0;
    for (auto& story : document["stories"]) {
      for (auto& shot : story["shots"]) {
        const std::string hash = fmt::format("{:032x}{:032x}", s * 10000 + number++, 0);
        shot["sha256"] = hash;
        shot["frames"] = {2, 7, 12, 17, 22};
        // Real bytes would show a picture; for size and time a JPEG's head will do.
        for (const int frame : {2, 7, 12, 17, 22})
          std::ofstream(folder / fmt::format("{}-{}.jpg", hash.substr(0, 32), frame))
              << "\xFF\xD8\xFF" << std::string(4997, 'x');
      }
      if (number >= 20) break;  // more than the page has room for, over all systems
    }
    results.push_back(document::result_from_json(document, made.system));
  }
  write_file_atomically(argv[1], reports::page_html(results, reports::Pictures({folder.path()}),
                                                    {.copies = reports::copy_texts({})}));
  return 0;
}
