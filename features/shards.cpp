#include "features/shards.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <numeric>
#include <queue>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/frame_rules.h"

namespace asbench::features {
namespace {

/// Of a file; of a folder of frames, the sum over its files. 0 for what is gone: decoding says so.
std::uint64_t bytes_of(const loaders::ShotSource& source) {
  const auto size_of = [](const std::filesystem::path& path) -> std::uint64_t {
    struct stat file {};
    if (::stat(path.c_str(), &file) == 0) return static_cast<std::uint64_t>(file.st_size);
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR) return 0;
    throw SystemFault("can't be examined", path, error);
  };
  if (source.kind != loaders::ShotSource::Kind::frame_folder) return size_of(source.path);
  if (!is_folder(source.path)) return 0;
  std::uint64_t sum = 0;
  for (const auto& entry : list_folder(source.path)) {
    if (entry.kind == FileKind::file) sum += size_of(entry.path);
  }
  return sum;
}

/// Clips that are decoded together.
struct Unit {
  std::vector<std::size_t> clips;
  std::uint64_t bytes = 0;
};

std::vector<Unit> units_of(const ExtractionPlan& plan) {
  std::vector<Unit> units;
  std::unordered_map<std::string, std::size_t> unit_of_video;
  for (std::size_t i = 0; i < plan.clips.size(); ++i) {
    const auto& source = plan.clips[i].source;
    // A whole video is one unit too where several shots or uses name it: it is read once.
    const auto [known, is_new] = unit_of_video.emplace(source.path.string(), units.size());
    if (is_new) units.push_back({{}, bytes_of(source)});
    units[known->second].clips.push_back(i);
  }
  return units;
}

int by_hash(const std::string& sha256, int count) {
  constexpr std::size_t kDigits = 15;  // 60 bits
  return static_cast<int>(std::stoull(sha256.substr(0, kDigits), nullptr, 16) %
                          static_cast<unsigned>(count));
}

/// One line a clip, without folders: tasks may see them under different ones.
std::string line_of(const loaders::ShotSource& source, std::uint64_t bytes) {
  return fmt::format("{} {} {} {} {} {}{}\n", source.path.filename().string(), bytes,
                     source.begin_frame, source.end_frame, source.part, source.parts,
                     source.mark());
}

}  // namespace

std::vector<int> balance(std::span<const std::uint64_t> weights, int count) {
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return weights[a] > weights[b]; });
  using Load = std::pair<std::uint64_t, int>;  // least first, then the lowest number
  std::priority_queue<Load, std::vector<Load>, std::greater<>> loads;
  for (int shard = 0; shard < count; ++shard) loads.emplace(0, shard);
  std::vector<int> shards(weights.size());
  for (const std::size_t i : order) {
    const auto [load, shard] = loads.top();
    loads.pop();
    shards[i] = shard;
    loads.emplace(load + weights[i], shard);
  }
  return shards;
}

ShardPlan deal_out(const ExtractionPlan& plan, int count) {
  ShardPlan shards;
  shards.count = count;
  shards.bytes.resize(static_cast<std::size_t>(count));
  shards.clips.resize(plan.clips.size());
  const auto units = units_of(plan);
  std::uint64_t total = 0;
  for (const Unit& unit : units) total += unit.bytes;
  const std::uint64_t mean = plan.clips.empty() ? 0 : total / plan.clips.size();
  std::vector<std::uint64_t> weights;
  for (const Unit& unit : units)
    weights.push_back(unit.bytes + unit.clips.size() * std::max<std::uint64_t>(mean, 1));
  const auto dealt = balance(weights, count);
  Sha256 inputs;
  for (std::size_t u = 0; u < units.size(); ++u) {
    shards.bytes[static_cast<std::size_t>(dealt[u])] += units[u].bytes;
    for (const std::size_t clip : units[u].clips) {
      shards.clips[clip] = dealt[u];
      inputs.update(line_of(plan.clips[clip].source, units[u].bytes));
    }
  }
  for (const auto& reference : plan.references) {
    shards.references.push_back(by_hash(reference.sha256, count));
    inputs.update(reference.sha256 + "\n");
  }
  for (const auto& caption : plan.captions) {
    const std::string hash = sha256_hex(caption);
    shards.captions.push_back(by_hash(hash, count));
    inputs.update(hash + "\n");
  }
  shards.inputs_sha256 = inputs.hex_digest();
  return shards;
}

PlanPart part_of(const ExtractionPlan& plan, const ShardPlan& shards, int index) {
  PlanPart part;
  part.plan.encoders = plan.encoders;
  part.plan.frame_rule = plan.frame_rule;
  part.plan.background = plan.background;
  part.plan.cells_encoder = plan.cells_encoder;
  part.plan.pixels = plan.pixels;
  part.plan.pictures = plan.pictures;
  part.plan.changes = plan.changes;
  part.plan.regions_sha256 = plan.regions_sha256;
  part.plan.clip_encoder = plan.clip_encoder;
  part.plan.clip_rule = plan.clip_rule;
  part.plan.interpolator = plan.interpolator;
  for (std::size_t i = 0; i < plan.clips.size(); ++i) {
    if (shards.clips[i] != index) continue;
    part.plan.clips.push_back(plan.clips[i]);
    part.clips.push_back(i);
  }
  for (std::size_t i = 0; i < plan.references.size(); ++i) {
    if (shards.references[i] == index) part.plan.references.push_back(plan.references[i]);
  }
  for (std::size_t i = 0; i < plan.captions.size(); ++i) {
    if (shards.captions[i] == index) part.plan.captions.push_back(plan.captions[i]);
  }
  return part;
}

std::string request_sha256(const ExtractionPlan& plan) {
  std::string text = fmt::format(
      "request@2\ndecoder={}\nframes={}\nbackground={}\ncells={}\npixels={}\npictures={}\n"
      "changes={}\n",
      loaders::decoder_name(), loaders::to_string(plan.frame_rule), plan.background,
      plan.cells_encoder, plan.pixels, plan.pictures, plan.changes);
  for (const auto& encoder : plan.encoders) {
    text += fmt::format("encoder={} {} {} {} images={} sampled={} every={} text={} mirrored={}\n",
                        encoder.weights_sha256, encoder.config_sha256, encoder.tokenizer_sha256,
                        encoder.preprocess, encoder.images, encoder.sampled_frames,
                        encoder.every_frame, encoder.text, encoder.mirrored_references);
    if (encoder.subjects || encoder.backgrounds) {
      text += fmt::format("subjects={} backgrounds={} regions={}\n", encoder.subjects,
                          encoder.backgrounds, plan.regions_sha256);
    }
  }
  if (plan.clip_encoder) {
    text += fmt::format("clips={} {} {} {}\n", plan.clip_encoder->weights_sha256,
                        plan.clip_encoder->architecture, plan.clip_encoder->preprocess,
                        loaders::to_string(plan.clip_rule));
  }
  if (plan.interpolator) {
    text += fmt::format("predicted={} {}\n", plan.interpolator->weights_sha256,
                        plan.interpolator->preprocess);
  }
  return sha256_hex(text);
}

std::string index_ranges(std::span<const int> numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text +=
        last == i ? fmt::format("{}", numbers[i]) : fmt::format("{}-{}", numbers[i], numbers[last]);
    i = last + 1;
  }
  return text;
}

}  // namespace asbench::features
