#include "features/decode_stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <variant>

#include "core/error.h"
#include "core/hash.h"
#include "core/interrupt.h"
#include "core/json.h"
#include "features/keys.h"
#include "features/pixel_features.h"
#include "loaders/image_file.h"
#include "loaders/video/clip_reader.h"
#include "models/preprocess/composite.h"
#include "models/preprocess/preprocess.h"

namespace asbench::features {
namespace {

std::string source_name(const loaders::ShotSource& source) {
  return fmt::format("{}#{}-{}", source.path.string(), source.begin_frame, source.end_frame);
}

std::vector<loaders::ShotSource> all_clips(const ExtractionPlan& plan) {
  auto sources = plan.clips;
  sources.insert(sources.end(), plan.ceiling_clips.begin(), plan.ceiling_clips.end());
  sources.insert(sources.end(), plan.reference_clips.begin(), plan.reference_clips.end());
  return sources;
}

/// Ranges of one long video are decoded in one pass, so they are one task; every other clip is a
/// task of its own. Clips of different use need different frames and never share a task: at
/// `boundaries` another use begins.
std::vector<std::vector<std::size_t>> groups_of(const std::vector<loaders::ShotSource>& clips,
                                                const std::array<std::size_t, 2>& boundaries) {
  std::vector<std::vector<std::size_t>> groups;
  std::unordered_map<std::string, std::size_t> group_of_video;
  for (std::size_t i = 0; i < clips.size(); ++i) {
    if (i == boundaries[0] || i == boundaries[1]) group_of_video.clear();
    if (clips[i].kind == loaders::ShotSource::Kind::video_range) {
      const auto [known, is_new] = group_of_video.emplace(clips[i].path.string(), groups.size());
      if (!is_new) {
        groups[known->second].push_back(i);
        continue;
      }
    }
    groups.push_back({i});
  }
  return groups;
}

std::string sample_key(std::string_view content_sha256, std::string_view decoder,
                       std::span<const int> frames) {
  return sha256_hex("sample-digest@1\n" + pixel_key(content_sha256, decoder, frames));
}

}  // namespace

std::vector<int> distinct_frames(std::span<const int> indices) {
  std::vector<int> frames(indices.begin(), indices.end());
  frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
  return frames;
}

std::vector<int> clip_window(const ExtractionPlan& plan, int n) {
  if (!plan.clip_encoder) return {};
  auto frames = loaders::frame_indices(plan.clip_rule, n);
  const auto length = plan.clip_encoder->length;
  const auto count = static_cast<int>(frames.size());
  // Repeated frames would be a frozen end that the clip doesn't have.
  const bool repeats = loaders::is_short(plan.clip_rule, n);
  if (repeats || count < length.least || (length.most > 0 && count > length.most)) frames.clear();
  return frames;
}

std::array<double, 3> cells_mean(const ExtractionPlan& plan) {
  return plan.encoders.empty() ? std::array<double, 3>{0.5, 0.5, 0.5}
                               : plan.encoders.front().profile.mean;
}

/// What belongs to one thread: its preprocessors (scratch memory inside) and its share of the
/// timings.
struct DecodeStage::Worker {
  std::vector<models::Preprocessor> preprocessors;  ///< one an encoder
  double hash_seconds = 0.0;
  double decode_seconds = 0.0;
  double preprocess_seconds = 0.0;
};

DecodeStage::DecodeStage(const ExtractionPlan& plan, const ExtractionSettings& settings,
                         const FeatureStore& store, BoundedQueue<PreparedInput>& queue)
    : plan_(plan),
      settings_(settings),
      store_(store),
      queue_(queue),
      decoder_(loaders::decoder_name()),
      sources_(all_clips(plan)),
      progress_("clips", static_cast<std::int64_t>(sources_.size()), settings.progress),
      groups_(
          groups_of(sources_, {plan.clips.size(), plan.clips.size() + plan.ceiling_clips.size()})),
      outcomes_(sources_.size()),
      same_as_(sources_.size(), -1) {
  loaders::silence_decoders();
}

DecodeStage::~DecodeStage() {
  queue_.close();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void DecodeStage::start() {
  const int count = std::max(1, settings_.decode_threads);
  running_ = count;
  for (int i = 0; i < count; ++i) {
    auto worker = std::make_unique<Worker>();
    for (const auto& encoder : plan_.encoders) worker->preprocessors.emplace_back(encoder.profile);
    threads_.emplace_back([this, &worker = *worker] { work(worker); });
    workers_.push_back(std::move(worker));
  }
}

void DecodeStage::work(Worker& worker) {
  try {
    for (;;) {
      if (interrupted()) break;
      const std::size_t task = next_++;
      if (task < plan_.references.size()) {
        process_reference(worker, task);
      } else if (task - plan_.references.size() < groups_.size()) {
        const auto& group = groups_[task - plan_.references.size()];
        process_group(worker, group);
        progress_.advance(static_cast<std::int64_t>(group.size()));
      } else {
        break;
      }
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    queue_.close();
  }
  if (--running_ == 0) queue_.close();
}

void DecodeStage::join() {
  for (auto& thread : threads_) thread.join();
  progress_.finish();
  if (failure_) std::rethrow_exception(failure_);
}

bool DecodeStage::claim(const std::string& key) {
  if (store_.has(key)) return false;
  const std::lock_guard lock(mutex_);
  return claimed_.insert(key).second;
}

bool DecodeStage::queue_image(Worker& worker, const Image& rgb,
                              const std::shared_ptr<EncodeJob>& job, int row) {
  PreparedInput prepared;
  prepared.job = job;
  prepared.row = row;
  {
    const StageTimer timer(worker.preprocess_seconds);
    auto& preprocessor = worker.preprocessors[job->encoder];
    const auto size = preprocessor.profile().output({rgb.height, rgb.width});
    prepared.values.resize(std::size_t{3} * static_cast<std::size_t>(size.height) *
                           static_cast<std::size_t>(size.width));
    preprocessor.run(rgb, prepared.values);
  }
  const std::size_t bytes = prepared.bytes();
  return queue_.push(std::move(prepared), bytes);
}

bool DecodeStage::has_clip_feature(const ClipOutcome& outcome) const {
  return outcome.window.empty() ||
         store_.has(
             key_of_clip(*plan_.clip_encoder, outcome.content_sha256, decoder_, outcome.window));
}

void DecodeStage::queue_clip(Worker& worker, const loaders::DecodedClip& clip,
                             const ClipOutcome& outcome) {
  if (outcome.window.empty()) return;
  const std::string key =
      key_of_clip(*plan_.clip_encoder, outcome.content_sha256, decoder_, outcome.window);
  if (!claim(key)) return;
  PreparedInput prepared;
  prepared.job = std::make_shared<EncodeJob>();
  prepared.job->key = key;
  {
    const StageTimer timer(worker.preprocess_seconds);
    std::vector<const Image*> frames;
    for (const int index : outcome.window) frames.push_back(&clip.frames.at(index));
    const auto size = plan_.clip_encoder->profile.output({clip.height, clip.width});
    prepared.frames = static_cast<int>(frames.size());
    prepared.height = size.height;
    prepared.width = size.width;
    prepared.values.resize(3 * frames.size() * static_cast<std::size_t>(size.height) *
                           static_cast<std::size_t>(size.width));
    models::preprocess_clip(frames, plan_.clip_encoder->profile, prepared.values);
  }
  const std::size_t bytes = prepared.bytes();
  queue_.push(std::move(prepared), bytes);
}

void DecodeStage::process_reference(Worker& worker, std::size_t index) {
  const auto& path = plan_.references[index];
  const std::string sha256 = sha256_file(path);
  const auto background = models::parse_background(plan_.background);
  Image picture;
  const auto read = [&]() -> const Image& {
    if (picture.empty()) picture = loaders::read_image(path);
    return picture;
  };
  if (plan_.pixels) {
    const std::string key = key_of_reference_cells(plan_, sha256);
    if (!store_.has(key)) {
      store_.put(key, reference_cells(read(), background, cells_mean(plan_)));
    }
  }
  for (std::size_t e = 0; e < plan_.encoders.size(); ++e) {
    const auto& encoder = plan_.encoders[e];
    if (!encoder.images) continue;
    for (const bool mirror : {false, true}) {
      if (mirror && encoder.role != plan_.mirrored_role) continue;
      const std::string key = key_of_reference(encoder, sha256, plan_.background, mirror);
      if (!claim(key)) continue;
      Image opaque = models::composite(read(), background, encoder.profile.mean);
      if (mirror) opaque = mirrored(opaque);
      auto job = std::make_shared<EncodeJob>();
      job->key = key;
      job->encoder = e;
      job->rows_missing = 1;
      job->features.rows = 1;
      if (!queue_image(worker, opaque, job, 0)) return;
    }
  }
}

std::string DecodeStage::content_hash(Worker& worker, const loaders::ShotSource& source) {
  const StageTimer timer(worker.hash_seconds);
  const std::string name = source_name(source);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = hashes_.find(name); known != hashes_.end()) return known->second;
  }
  std::string hash = loaders::content_sha256(source);
  const std::lock_guard lock(mutex_);
  hashes_.emplace(name, hash);
  return hash;
}

bool DecodeStage::is_stored(ClipOutcome& outcome, ClipUse use) const {
  const auto text = store_.get_text(clip_info_key(outcome.content_sha256, decoder_));
  if (!text) return false;
  const Json info = parse_json(*text, "feature store: clip entry");
  outcome.frame_count = info.at("frames").get<int>();
  outcome.declared_frames = info.at("declared_frames").get<int>();
  outcome.fps = info.at("fps").get<double>();
  outcome.width = info.at("width").get<int>();
  outcome.height = info.at("height").get<int>();
  outcome.window = clip_window(plan_, outcome.frame_count);
  if (!has_clip_feature(outcome)) return false;
  if (use == ClipUse::reference) return true;
  outcome.indices = loaders::frame_indices(plan_.frame_rule, outcome.frame_count);
  const auto frames = distinct_frames(outcome.indices);
  const auto digest = store_.get_text(sample_key(outcome.content_sha256, decoder_, frames));
  if (!digest) return false;
  outcome.sample_digest = *digest;
  for (const auto& encoder : plan_.encoders) {
    if (encoder.images &&
        !store_.has(key_of_frames(encoder, outcome.content_sha256, decoder_, frames)))
      return false;
  }
  if (plan_.pixels && !store_.has(pixel_key(outcome.content_sha256, decoder_, frames)))
    return false;
  FrameSink* sink = sink_of(use);
  return sink == nullptr || !sink->wants(outcome.content_sha256, frames);
}

ClipUse DecodeStage::use_of(std::size_t index) const {
  if (index < plan_.clips.size()) return ClipUse::shot;
  return index < plan_.clips.size() + plan_.ceiling_clips.size() ? ClipUse::ceiling
                                                                 : ClipUse::reference;
}

std::optional<std::size_t> DecodeStage::stand_in(std::size_t index) {
  const ClipUse use = use_of(index);
  // Under a window rule a shot may be too short where the video network's own rule still finds its
  // frames.
  const bool apart =
      use == ClipUse::reference && plan_.frame_rule.kind == loaders::FrameRule::Kind::window;
  const std::lock_guard lock(mutex_);
  const auto [first, is_new] =
      first_with_.emplace((apart ? "reference " : "") + outcomes_[index].content_sha256, index);
  if (is_new) return std::nullopt;
  // With several threads a clip of lesser use may have come first; less is computed of it.
  if (use < use_of(first->second)) {
    first->second = index;
    return std::nullopt;
  }
  return first->second;
}

void DecodeStage::process_group(Worker& worker, const std::vector<std::size_t>& group) {
  std::vector<std::size_t> wanted;
  for (const std::size_t index : group) {
    ClipOutcome& outcome = outcomes_[index];
    try {
      outcome.content_sha256 = content_hash(worker, sources_[index]);
    } catch (const loaders::BrokenVideo& broken) {
      outcome.broken = {broken.kind(), broken.cause()};
      continue;
    }
    if (const auto other = stand_in(index)) {
      same_as_[index] = static_cast<std::ptrdiff_t>(*other);
      continue;
    }
    if (!is_stored(outcome, use_of(index))) wanted.push_back(index);
  }
  if (wanted.empty()) return;

  std::vector<loaders::ShotSource> sources;
  for (const std::size_t index : wanted) sources.push_back(sources_[index]);
  std::vector<loaders::FrameRule> rules;
  if (use_of(wanted.front()) != ClipUse::reference) rules.push_back(plan_.frame_rule);
  if (plan_.clip_encoder) rules.push_back(plan_.clip_rule);
  const auto decoded = [&]() -> std::vector<loaders::DecodeOutcome> {
    const StageTimer timer(worker.decode_seconds);
    if (sources.size() > 1) return loaders::decode_ranges(sources, rules);
    try {
      std::vector<loaders::DecodeOutcome> one;
      one.emplace_back(loaders::decode_clip(sources.front(), rules));
      return one;
    } catch (const loaders::BrokenVideo& broken) {
      return {broken};
    }
  }();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (const auto* broken = std::get_if<loaders::BrokenVideo>(&decoded[i])) {
      outcomes_[wanted[i]].broken = {broken->kind(), broken->cause()};
    } else {
      take_clip(worker, std::get<loaders::DecodedClip>(decoded[i]), outcomes_[wanted[i]],
                use_of(wanted[i]));
    }
  }
}

void DecodeStage::store_clip_info(const ClipOutcome& outcome) const {
  Json info;
  info["frames"] = outcome.frame_count;
  info["declared_frames"] = outcome.declared_frames;
  info["fps"] = outcome.fps;
  info["width"] = outcome.width;
  info["height"] = outcome.height;
  store_.put_text(clip_info_key(outcome.content_sha256, decoder_), info.dump());
}

void DecodeStage::take_clip(Worker& worker, const loaders::DecodedClip& clip, ClipOutcome& outcome,
                            ClipUse use) {
  ++decoded_;
  outcome.frame_count = clip.frame_count;
  outcome.declared_frames = clip.declared_frames;
  outcome.fps = clip.fps;
  outcome.width = clip.width;
  outcome.height = clip.height;
  outcome.window = clip_window(plan_, clip.frame_count);
  if (use == ClipUse::reference) {
    store_clip_info(outcome);
    queue_clip(worker, clip, outcome);
    return;
  }
  outcome.indices = clip.indices.front();
  if (outcome.indices.empty()) {
    outcome.broken = {"broken_video",
                      fmt::format("{} frames decode, fewer than {} needs", clip.frame_count,
                                  loaders::to_string(plan_.frame_rule))};
    return;
  }
  const auto frames = distinct_frames(outcome.indices);
  if (FrameSink* sink = sink_of(use);
      sink != nullptr && sink->wants(outcome.content_sha256, frames)) {
    for (const int frame : frames) sink->take(outcome.content_sha256, frame, clip.frames.at(frame));
  }
  if (plan_.pixels) {
    const std::string key = pixel_key(outcome.content_sha256, decoder_, frames);
    if (!store_.has(key)) store_.put(key, pixel_matrix(clip, frames));
  }
  outcome.sample_digest = loaders::clip_digest(clip, frames);
  store_.put_text(sample_key(outcome.content_sha256, decoder_, frames), outcome.sample_digest);
  store_clip_info(outcome);
  queue_clip(worker, clip, outcome);

  for (std::size_t e = 0; e < plan_.encoders.size(); ++e) {
    if (!plan_.encoders[e].images) continue;
    auto job = std::make_shared<EncodeJob>();
    job->key = key_of_frames(plan_.encoders[e], outcome.content_sha256, decoder_, frames);
    if (!claim(job->key)) continue;
    job->encoder = e;
    job->features.rows = job->rows_missing = static_cast<int>(frames.size());
    for (std::size_t row = 0; row < frames.size(); ++row) {
      if (!queue_image(worker, clip.frames.at(frames[row]), job, static_cast<int>(row))) return;
    }
  }
}

std::vector<ClipOutcome> DecodeStage::take_outcomes() {
  for (std::size_t i = 0; i < outcomes_.size(); ++i) {
    if (same_as_[i] >= 0) outcomes_[i] = outcomes_[static_cast<std::size_t>(same_as_[i])];
  }
  return std::move(outcomes_);
}

void DecodeStage::add_statistics(ExtractionStatistics& statistics) const {
  statistics.clips += static_cast<std::int64_t>(sources_.size());
  statistics.clips_decoded += decoded_;
  for (const auto& worker : workers_) {
    statistics.hash_seconds += worker->hash_seconds;
    statistics.decode_seconds += worker->decode_seconds;
    statistics.preprocess_seconds += worker->preprocess_seconds;
  }
}

}  // namespace asbench::features
