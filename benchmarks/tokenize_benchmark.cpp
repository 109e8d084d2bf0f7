// CLIP's tokeniser: texts a second, and what reading a vocabulary of the real size costs a run.
// The vocabulary is seeded (the published one may not be shipped): as many merges, other words.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "models/tokenizers/clip_tokenizer.h"
#include "tests/support/seeded_checkpoint.h"
#include "tests/support/temporary_folder.h"

namespace {

using asbench::models::ClipTokenizer;

struct Text {
  std::string_view name;
  std::string content;
};

std::string repeated(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) {
    result += text;
  }
  return result;
}

/// What people score, and what could hurt: captions, cut ones, other scripts, one endless word.
const std::array<Text, 5>& texts() {
  static const std::array<Text, 5> all{{
      {"caption", "A witch stands in a moonlit forest clearing, holding a staff."},
      {"cut at 77", repeated("A young girl wears mechanic's goggles, winding a broken gear. ", 12)},
      {"other scripts", "Un café à Zürich, 夜の森に立つ魔女, Ведьма в лесу, 마녀"},
      {"word of 10 kB", repeated("abcdefghij", 1000)},
      {"marks", "a" + repeated("\xCC\x81\xCC\xA7", 500)},
  }};
  return all;
}

const asbench::testing::TemporaryFolder& vocabulary_folder() {
  static const asbench::testing::TemporaryFolder folder;
  static const bool written = [] {
    asbench::testing::write_seeded_vocabulary(folder.path());
    return true;
  }();
  benchmark::DoNotOptimize(written);
  return folder;
}

void load(benchmark::State& state) {
  const auto& folder = vocabulary_folder();
  for (auto _ : state) {
    benchmark::DoNotOptimize(ClipTokenizer::load(folder.path()));
  }
}
BENCHMARK(load)->Unit(benchmark::kMillisecond);

void encode(benchmark::State& state) {
  const ClipTokenizer tokenizer = ClipTokenizer::load(vocabulary_folder().path());
  const Text& text = texts().at(static_cast<std::size_t>(state.range(0)));
  std::size_t ids = 0;
  for (auto _ : state) {
    const auto tokens = tokenizer.encode(text.content);
    benchmark::DoNotOptimize(tokens.ids.data());
    ids = tokens.ids.size();
  }
  state.SetLabel(std::string(text.name) + ", " + std::to_string(ids) + " ids");
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.content.size()));
}
BENCHMARK(encode)->DenseRange(0, 4)->Unit(benchmark::kMicrosecond);

}  // namespace
