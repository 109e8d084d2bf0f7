#include "features/decode_worker.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "features/clip_memory.h"
#include "features/clip_record.h"
#include "features/keys.h"
#include "features/picture_record.h"
#include "features/pixel_features.h"
#include "models/preprocess/composite.h"

namespace asbench::features {

namespace {

void preprocess_whole(models::Preprocessor& preprocessor, const Image& rgb,
                      std::vector<float>& values) {
  const auto size = preprocessor.profile().output({rgb.height, rgb.width});
  values.resize(std::size_t{3} * static_cast<std::size_t>(size.height) *
                static_cast<std::size_t>(size.width));
  preprocessor.run(rgb, values);
}

}  // namespace

DecodeWorker::DecodeWorker(const DecodeShared& shared)
    : shared_(shared), decoder_(loaders::decoder_name()) {
  for (const auto& encoder : shared_.plan.encoders) preprocessors_.emplace_back(encoder.profile);
}

void DecodeWorker::run(const DecodeTask& task) {
  if (task.reference) run_reference(shared_.plan.references.at(*task.reference));
  if (!task.clips.empty()) run_clips(task.clips);
}

bool DecodeWorker::claim(const std::string& key) {
  return !shared_.store.has(key) && shared_.schedule.claim(key);
}

PreparedInput DecodeWorker::prepare(const Image& rgb, std::size_t encoder) {
  const StageTimer timer(statistics_.preprocess_seconds);
  auto& preprocessor = preprocessors_.at(encoder);
  PreparedInput prepared;
  const auto size = preprocessor.profile().output({rgb.height, rgb.width});
  prepared.height = size.height;
  prepared.width = size.width;
  if (shared_.levels && travels_as_levels(shared_.plan.encoders.at(encoder))) {
    const auto bytes = preprocessor.geometry(rgb);
    prepared.levels.assign(bytes.begin(), bytes.end());
  } else {
    preprocess_whole(preprocessor, rgb, prepared.values);
  }
  return prepared;
}

bool DecodeWorker::push(PreparedInput&& input) {
  const std::size_t bytes = input.bytes();
  return shared_.queue.push(std::move(input), bytes);
}

bool DecodeWorker::queue_image(const Image& rgb, const std::shared_ptr<EncodeJob>& job, int row) {
  PreparedInput prepared = prepare(rgb, job->encoder);
  prepared.job = job;
  prepared.row = row;
  return push(std::move(prepared));
}

std::unique_ptr<EveryFrame> DecodeWorker::every_frame(const std::vector<std::size_t>& clips) {
  if (!wants_every_frame(shared_.plan, shared_.plan.clips[clips.front()].use)) return nullptr;
  std::vector<const ClipOutcome*> outcomes;
  for (const std::size_t clip : clips) outcomes.push_back(&shared_.outcomes[clip]);
  return std::make_unique<EveryFrame>(
      shared_.plan, shared_.store, decoder_, std::move(outcomes),
      EveryFrame::Sinks{.prepare =
                            [this](const Image& rgb, std::size_t e) {
                              const StageTimer timer(away_seconds_);
                              return prepare(rgb, e);
                            },
                        .queue =
                            [this](PreparedInput&& input) {
                              const StageTimer timer(away_seconds_);
                              return push(std::move(input));
                            },
                        .claim = [this](const std::string& key) { return claim(key); }});
}

void DecodeWorker::queue_clip(const loaders::DecodedClip& decoded, const ClipOutcome& outcome) {
  if (outcome.window.empty()) return;
  const auto& encoder = *shared_.plan.clip_encoder;
  std::string key = clip_feature_key(encoder, outcome.content_sha256, decoder_, outcome.window);
  if (!claim(key)) return;
  PreparedInput prepared;
  prepared.job = std::make_shared<EncodeJob>();
  prepared.job->key = std::move(key);
  {
    const StageTimer timer(statistics_.preprocess_seconds);
    std::vector<const Image*> frames;
    for (const int index : outcome.window) frames.push_back(&decoded.frames.at(index));
    const auto size = encoder.profile.output({decoded.height, decoded.width});
    prepared.frames = static_cast<int>(frames.size());
    prepared.height = size.height;
    prepared.width = size.width;
    prepared.values.resize(3 * frames.size() * static_cast<std::size_t>(size.height) *
                           static_cast<std::size_t>(size.width));
    models::preprocess_clip(frames, encoder.profile, prepared.values);
  }
  const std::size_t bytes = prepared.bytes();
  shared_.queue.push(std::move(prepared), bytes);
}

void DecodeWorker::run_reference(const ReferenceRequest& reference) {
  const auto& plan = shared_.plan;
  const auto background = models::parse_background(plan.background);
  Image picture;
  const auto read = [&]() -> const Image& {
    if (picture.empty()) picture = shared_.source.read_picture(reference.path);
    return picture;
  };
  if (plan.pixels) {
    const auto mean = cells_mean(plan);
    const std::string key = reference_cells_key(reference.sha256, plan.background, mean);
    if (claim(key)) shared_.store.put(key, reference_cells(read(), background, mean));
  }
  for (std::size_t e = 0; e < plan.encoders.size(); ++e) {
    const auto& encoder = plan.encoders[e];
    if (!encoder.images) continue;
    for (const bool mirror : {false, true}) {
      if (mirror && !encoder.mirrored_references) continue;
      std::string key = reference_key(encoder, reference.sha256, plan.background, mirror);
      if (!claim(key)) continue;
      Image opaque = models::composite(read(), background, encoder.profile.mean);
      if (mirror) opaque = mirrored(opaque);
      auto job = std::make_shared<EncodeJob>();
      job->key = std::move(key);
      job->encoder = e;
      job->rows_missing = 1;
      job->features.rows = 1;
      if (!queue_image(opaque, job, 0)) return;
    }
  }
}

KnownClip DecodeWorker::content_of(std::size_t clip) {
  const StageTimer timer(statistics_.hash_seconds);
  if (auto known = shared_.schedule.known(clip)) return *std::move(known);
  const auto& source = shared_.plan.clips[clip].source;
  std::string stamp = KnownClips::stamp_of(source);
  const bool remembers = !shared_.remember_as.empty();
  const std::string identity = remembers ? clip_identity(source) : std::string();
  KnownClip found;
  try {
    found.content_sha256 = shared_.source.content_sha256(source);
  } catch (const loaders::BrokenVideo& broken) {
    found.broken = {broken.kind(), broken.cause()};
  }
  if (remembers && found.broken)
    remember_failure(shared_.store, identity, shared_.remember_as, *found.broken);
  else if (remembers)
    remember_content(shared_.store, identity, found.content_sha256);
  shared_.schedule.learn(clip, found, std::move(stamp));
  return found;
}

bool DecodeWorker::look_at(std::size_t clip) {
  ClipOutcome& outcome = shared_.outcomes[clip];
  KnownClip known = content_of(clip);
  outcome.content_sha256 = std::move(known.content_sha256);
  if (known.broken) {
    outcome.broken = std::move(known.broken);
    return false;
  }
  if (shared_.schedule.stand_in(clip, outcome.content_sha256)) return false;
  const ClipRequest& request = shared_.plan.clips[clip];
  if (!read_clip_record(shared_.store, decoder_, shared_.plan, request, outcome)) return true;
  FrameSink* sink = sink_of(request.use);
  return sink != nullptr && sink->wants(outcome.content_sha256, distinct_frames(outcome.indices));
}

std::vector<loaders::DecodeOutcome> DecodeWorker::decode(const std::vector<std::size_t>& clips,
                                                         loaders::FrameReceiver* receiver) {
  const auto& plan = shared_.plan;
  std::vector<loaders::ShotSource> sources;
  for (const std::size_t clip : clips) sources.push_back(plan.clips[clip].source);
  std::vector<loaders::FrameRule> rules;
  if (plan.clips[clips.front()].use != ClipUse::reference_set) rules.push_back(plan.frame_rule);
  if (plan.clip_encoder) rules.push_back(plan.clip_rule);
  loaders::DecodeOptions options;
  options.pictures = wants_pictures(plan, plan.clips[clips.front()].use);
  options.receiver = receiver;
  const StageTimer timer(statistics_.decode_seconds);
  if (sources.size() > 1) return shared_.source.decode_ranges(sources, rules, options);
  std::vector<loaders::DecodeOutcome> one;
  try {
    one.emplace_back(shared_.source.decode(sources.front(), rules, options));
  } catch (const loaders::BrokenVideo& broken) {
    one.emplace_back(broken);
  }
  return one;
}

void DecodeWorker::run_clips(const std::vector<std::size_t>& clips) {
  std::vector<std::size_t> wanted;
  for (const std::size_t clip : clips) {
    if (look_at(clip)) wanted.push_back(clip);
  }
  if (wanted.empty()) return;
  const auto every = every_frame(wanted);
  away_seconds_ = 0.0;
  const auto decoded = decode(wanted, every.get());
  statistics_.decode_seconds -= away_seconds_;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    ClipOutcome& outcome = shared_.outcomes[wanted[i]];
    if (const auto* broken = std::get_if<loaders::BrokenVideo>(&decoded[i])) {
      outcome.broken = {broken->kind(), broken->cause()};
    } else {
      take_clip(std::get<loaders::DecodedClip>(decoded[i]), shared_.plan.clips[wanted[i]], outcome);
      if (every && !outcome.broken) every->finish(i);
    }
    if (outcome.broken && !shared_.remember_as.empty())
      remember_failure(shared_.store, outcome.content_sha256, shared_.remember_as, *outcome.broken);
  }
}

void DecodeWorker::take_clip(const loaders::DecodedClip& decoded, const ClipRequest& request,
                             ClipOutcome& outcome) {
  ++statistics_.clips_decoded;
  outcome.frame_count = decoded.frame_count;
  outcome.declared_frames = decoded.declared_frames;
  outcome.fps = decoded.fps;
  outcome.width = decoded.width;
  outcome.height = decoded.height;
  outcome.facts = decoded.facts;
  outcome.window = clip_window(shared_.plan, decoded.frame_count);
  if (request.use == ClipUse::reference_set) {
    store_clip_info(shared_.store, decoder_, outcome);
    queue_clip(decoded, outcome);
    return;
  }
  outcome.indices = decoded.indices.front();
  if (outcome.indices.empty()) {
    outcome.broken = {"broken_video",
                      fmt::format("{} frames decode, fewer than {} needs", decoded.frame_count,
                                  loaders::to_string(shared_.plan.frame_rule))};
    return;
  }
  take_frames(decoded, request, outcome);
}

void DecodeWorker::take_frames(const loaders::DecodedClip& decoded, const ClipRequest& request,
                               ClipOutcome& outcome) {
  const auto& plan = shared_.plan;
  const auto& store = shared_.store;
  const auto& content = outcome.content_sha256;
  const auto frames = distinct_frames(outcome.indices);
  if (FrameSink* sink = sink_of(request.use); sink != nullptr && sink->wants(content, frames)) {
    for (const int frame : frames) sink->take(content, frame, decoded.frames.at(frame));
  }
  if (plan.pixels) {
    const std::string key = pixel_key(content, decoder_, frames);
    if (!store.has(key)) store.put(key, pixel_matrix(decoded, frames));
  }
  if (decoded.pictures) store_pictures(store, picture_key(content, decoder_), *decoded.pictures);
  outcome.sample_digest = loaders::clip_digest(decoded, frames);
  store.put_text(sample_digest_key(content, decoder_, frames), outcome.sample_digest);
  store_clip_info(store, decoder_, outcome);
  queue_clip(decoded, outcome);

  for (std::size_t e = 0; e < plan.encoders.size(); ++e) {
    if (!plan.encoders[e].sampled_frames) continue;
    auto job = std::make_shared<EncodeJob>();
    job->key = frame_feature_key(plan.encoders[e], content, decoder_, frames);
    if (!claim(job->key)) continue;
    job->encoder = e;
    job->features.rows = job->rows_missing = static_cast<int>(frames.size());
    for (std::size_t row = 0; row < frames.size(); ++row) {
      if (!queue_image(decoded.frames.at(frames[row]), job, static_cast<int>(row))) return;
    }
  }
  outcome.views.clear();
  for (const FrameView& view : request.views) {
    const ResolvedView resolved =
        resolve(view, frames, {outcome.frame_count, decoded.width, decoded.height});
    outcome.views.push_back({resolved.sha256, resolved.places()});
    if (!queue_view(decoded, resolved, frames, content)) return;
  }
}

bool DecodeWorker::queue_view(const loaders::DecodedClip& decoded, const ResolvedView& view,
                              std::span<const int> frames, const std::string& content) {
  const auto& plan = shared_.plan;
  const auto places = view.places();
  if (places.empty()) return true;
  const auto backdrop = models::parse_background(plan.background);
  for (std::size_t e = 0; e < plan.encoders.size(); ++e) {
    const EncoderUse& encoder = plan.encoders[e];
    if (!takes(encoder, view.kind)) continue;
    auto job = std::make_shared<EncodeJob>();
    job->key = cut_feature_key(encoder, content, decoder_, frames, view.sha256, plan.background);
    if (!claim(job->key)) continue;
    job->encoder = e;
    job->features.rows = job->rows_missing = static_cast<int>(places.size());
    for (std::size_t row = 0; row < places.size(); ++row) {
      const auto place = static_cast<std::size_t>(places[row]);
      const Image cut = cut_picture(decoded.frames.at(frames[place]), view.kind,
                                    view.regions[place].value(), backdrop, encoder.profile.mean);
      if (!queue_image(cut, job, static_cast<int>(row))) return false;
    }
  }
  return true;
}

}  // namespace asbench::features
