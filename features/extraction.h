#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/frame_changes.h"
#include "core/picture_statistics.h"
#include "features/caption_feature.h"
#include "features/clip_outcome.h"
#include "features/feature_matrix.h"

namespace asbench::features {

/// What was done and how long it took; goes into provenance. Seconds of a stage are summed over its
/// threads.
struct ExtractionStatistics {
  std::int64_t clips = 0;
  std::int64_t clips_decoded = 0;
  std::int64_t images_encoded = 0;
  std::int64_t captions_encoded = 0;
  std::int64_t clips_encoded = 0;          ///< by the video network
  std::int64_t frames_predicted = 0;       ///< from their neighbours
  std::map<std::string, int> batch_sizes;  ///< by role
  std::string products;  ///< whose matrix products computed the features: ProductKernels::name, or
                         ///< the GPU's; "" when none was computed
  std::map<std::string, std::string> libraries;  ///< name -> version, of what computes the features
  std::string decoder;                           ///< reads clips; part of every clip's key
  std::string device;                            ///< what --device came to: "cpu", "cuda:0 (name)"
  int threads = 0;                               ///< of the encoders
  double hash_seconds = 0.0;
  double decode_seconds = 0.0;
  double preprocess_seconds = 0.0;
  double load_seconds = 0.0;
  double encode_seconds = 0.0;  ///< pictures
  double encode_flops = 0.0;    ///< of the pictures' matrix products
  double encode_text_seconds = 0.0;
  double encode_clip_seconds = 0.0;
  double predict_seconds = 0.0;
  double wait_seconds = 0.0;  ///< the encoders waited for decoded frames
  double total_seconds = 0.0;
};

/// Cells and motion of a clip's sampled frames (core/thumbnail.h).
struct PixelMatrix {
  FeatureMatrix cells;  ///< [k, cells], values 0..255
  std::vector<float>
      motion;  ///< [k - 1], mean absolute thumbnail difference of neighbouring sampled frames, 0..1
};

/// Features of sampled frames that were cut to a part of the picture (frame_view.h).
struct CutMatrix {
  FeatureMatrix features;   ///< [found, D]; no columns where nothing was found
  std::vector<int> places;  ///< of each row: which of the sampled frames, from 0, ascending
};

/// The features of a plan, all in the store; read from there on demand, so that memory does not
/// grow with the number of clips. @throws BadInput when an entry vanished or was damaged meanwhile
/// (run again: it is computed anew).
class Extraction {
 public:
  struct State;
  explicit Extraction(std::unique_ptr<State> state);
  ~Extraction();
  Extraction(Extraction&&) noexcept;
  Extraction& operator=(Extraction&&) noexcept;

  /// What became of the plan's clips, by id.
  [[nodiscard]] const std::vector<ClipOutcome>& clips() const;
  [[nodiscard]] const ClipOutcome& clip(std::size_t id) const;
  /// [k, D]: a row a sampled frame, repeats included. The clip must not be broken.
  [[nodiscard]] FeatureMatrix clip_features(std::size_t clip, std::size_t encoder) const;
  /// A view of the clip's sampled frames, repeats included. The clip must not be broken.
  [[nodiscard]] CutMatrix cut_features(std::size_t clip, std::size_t view,
                                       std::size_t encoder) const;
  [[nodiscard]] PixelMatrix clip_pixels(std::size_t clip) const;
  /// What all frames of a shot show, under a plan with `pictures`.
  [[nodiscard]] PictureStatistics clip_pictures(std::size_t clip) const;
  /// [n, D]: a row for each frame of a shot, under an encoder with `every_frame`.
  [[nodiscard]] FeatureMatrix every_frame_features(std::size_t clip, std::size_t encoder) const;
  /// How much neighbouring frames of a shot differ, under a plan with `changes`.
  [[nodiscard]] FrameChanges clip_changes(std::size_t clip) const;
  /// [predicted_frames(n), 1]: how far a shot's frames 1, 3, 5, ... are from what the plan's
  /// network predicts of their neighbours, mean absolute difference of levels 0..255; no rows where
  /// the shot is too short.
  [[nodiscard]] FeatureMatrix prediction_errors(std::size_t clip) const;
  /// [1, D]
  [[nodiscard]] FeatureMatrix reference_features(std::size_t reference, std::size_t encoder,
                                                 bool mirrored = false) const;
  /// [1, cells] of the letterboxed reference (core/thumbnail.h).
  [[nodiscard]] FeatureMatrix reference_cells(std::size_t reference) const;
  /// The plan's caption under one of its encoders with `text`.
  [[nodiscard]] CaptionFeature caption(std::size_t caption, std::size_t encoder) const;
  /// [1, D] of a clip under the plan's video network; its `window` must not be empty.
  [[nodiscard]] FeatureMatrix video_features(std::size_t clip) const;
  [[nodiscard]] const ExtractionStatistics& statistics() const;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace asbench::features
