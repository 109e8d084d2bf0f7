#include "features/every_frame.h"

#include <fmt/format.h>

#include <initializer_list>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "features/keys.h"

namespace asbench::features {

EveryFrame::EveryFrame(const ExtractionPlan& plan, const FeatureStore& store, std::string decoder,
                       std::vector<const ClipOutcome*> outcomes, Sinks sinks)
    : plan_(plan),
      store_(store),
      decoder_(std::move(decoder)),
      outcomes_(std::move(outcomes)),
      sinks_(std::move(sinks)),
      shots_(outcomes_.size()) {
  for (std::size_t i = 0; i < shots_.size(); ++i) {
    if (plan_.interpolator) {
      Triples triples;
      triples.key = prediction_key(*plan_.interpolator, outcomes_[i]->content_sha256, decoder_);
      if (sinks_.claim(triples.key)) shots_[i].triples = std::move(triples);
    }
    for (std::size_t e = 0; e < plan_.encoders.size(); ++e) {
      if (!plan_.encoders[e].every_frame) continue;
      Stream stream;
      stream.encoder = e;
      // Known from an earlier run: whether there is anything to compute can be told now.
      if (outcomes_[i]->frame_count > 0) {
        stream.key = key_of(stream, *outcomes_[i]);
        if (!sinks_.claim(stream.key)) continue;
      }
      shots_[i].streams.push_back(std::move(stream));
    }
  }
}

std::string EveryFrame::key_of(const Stream& stream, const ClipOutcome& outcome) const {
  return frame_feature_key(plan_.encoders[stream.encoder], outcome.content_sha256, decoder_,
                           every_frame_of(outcome.frame_count));
}

void EveryFrame::begin() {
  for (Shot& shot : shots_) {
    shot.taken = 0;
    if (plan_.changes) shot.changes.emplace();
    for (Stream& stream : shot.streams) {
      // A new one: pictures of the pass before may be on their way under the old one.
      stream.job = std::make_shared<EncodeJob>();
      stream.job->encoder = stream.encoder;
      stream.held.reset();
    }
    if (shot.triples) {
      Triples& triples = *shot.triples;
      triples.job = std::make_shared<EncodeJob>();
      triples.job->key = triples.key;
      triples.held.reset();
    }
  }
}

void EveryFrame::take(std::size_t place, int frame, const Image& rgb) {
  Shot& shot = shots_.at(place);
  if (frame != shot.taken++) throw InternalError("EveryFrame: frames out of order");
  if (shot.changes) shot.changes->add(rgb);
  for (Stream& stream : shot.streams) {
    if (closed_) return;
    queue_held(stream.held);
    if (closed_) return;
    stream.held = sinks_.prepare(rgb, stream.encoder);
    stream.held->job = stream.job;
    stream.held->row = frame;
  }
  if (shot.triples && !closed_) take_for_prediction(*shot.triples, frame, rgb);
}

void EveryFrame::take_for_prediction(Triples& triples, int frame, const Image& rgb) {
  if (frame % 2 == 1) {
    triples.middle = rgb;
    return;
  }
  if (frame > 0) {
    queue_held(triples.held);
    PreparedInput& next = triples.held.emplace();
    next.job = triples.job;
    next.row = frame / 2 - 1;
    next.is_triple = true;
    next.height = rgb.height;
    next.width = rgb.width;
    next.levels.reserve(3 * rgb.bytes.size());
    for (const Image* one :
         std::initializer_list<const Image*>{&triples.before, &triples.middle, &rgb})
      next.levels.insert(next.levels.end(), one->bytes.begin(), one->bytes.end());
    if (next.levels.size() != 3 * rgb.bytes.size())
      throw InternalError("EveryFrame: frames of several sizes");
  }
  triples.before = rgb;
}

void EveryFrame::queue_held(std::optional<PreparedInput>& held) {
  if (held && !sinks_.queue(*std::exchange(held, std::nullopt))) closed_ = true;
}

void EveryFrame::finish(std::size_t place) {
  Shot& shot = shots_.at(place);
  const ClipOutcome& outcome = *outcomes_.at(place);
  if (shot.taken != outcome.frame_count) {
    throw InternalError(
        fmt::format("EveryFrame: {} frames came of a clip of {}", shot.taken, outcome.frame_count));
  }
  if (shot.changes) {
    store_changes(store_, frame_changes_key(outcome.content_sha256, decoder_),
                  shot.changes->result());
  }
  for (Stream& stream : shot.streams) {
    if (closed_ || !stream.held) continue;
    if (const bool claimed = !stream.key.empty(); !claimed) {
      stream.key = key_of(stream, outcome);
      if (!sinks_.claim(stream.key)) continue;
    }
    stream.job->key = stream.key;
    stream.held->rows = outcome.frame_count;
    queue_held(stream.held);
  }
  if (shot.triples && shot.triples->held && !closed_) {
    shot.triples->held->rows = predicted_frames(outcome.frame_count);
    queue_held(shot.triples->held);
  }
}

std::vector<int> every_frame_of(int n) {
  std::vector<int> frames(static_cast<std::size_t>(n));
  std::iota(frames.begin(), frames.end(), 0);
  return frames;
}

void store_changes(const FeatureStore& store, const std::string& key, const FrameChanges& changes) {
  const Json json = {{"frames", changes.frames}, {"mean_difference", changes.mean_difference}};
  store.put_text(key, json.dump());
}

std::optional<FrameChanges> read_changes(const FeatureStore& store, const std::string& key) {
  const auto text = store.get_text(key);
  if (!text) return std::nullopt;
  const Json json = parse_json(*text, "feature store: frame changes");
  return FrameChanges{json.at("frames").get<int>(), json.at("mean_difference").get<double>()};
}

}  // namespace asbench::features
