#include "metrics/registry.h"

#include "metrics/set/set_metrics.h"
#include "metrics/story/caption_margin.h"
#include "metrics/story/copy_paste.h"
#include "metrics/story/copy_rate.h"
#include "metrics/story/cross_shot.h"
#include "metrics/story/duplicate_pairs.h"
#include "metrics/story/faithful_consistency.h"
#include "metrics/story/flicker.h"
#include "metrics/story/frame_repeats.h"
#include "metrics/story/frozen_rate.h"
#include "metrics/story/identity.h"
#include "metrics/story/letterbox.h"
#include "metrics/story/motion.h"
#include "metrics/story/recurrence.h"
#include "metrics/story/reference_adherence.h"
#include "metrics/story/reference_copy.h"
#include "metrics/story/reference_distance.h"
#include "metrics/story/shared_pairs.h"
#include "metrics/story/sharpness.h"
#include "metrics/story/subject_adherence.h"
#include "metrics/story/subject_consistency.h"
#include "metrics/story/text_alignment.h"
#include "metrics/story/vbench_consistency.h"
#include "metrics/story/vbench_flicker.h"
#include "metrics/story/vbench_smoothness.h"
#include "metrics/story/within_shot.h"

namespace asbench::metrics {

std::span<const Measure> all_measures() {
  static const std::vector<Measure> measures = [] {
    std::vector<Measure> all = {
        reference_adherence(),
        reference_distance(),
        subject_adherence(Subject::similarity),
        subject_adherence(Subject::distance),
        text_alignment(),
        cross_shot(),
        shared_consistency(Shared::character),
        shared_consistency(Shared::scene),
        recurrence(),
        part_consistency(CutPart::subject),
        part_consistency(CutPart::background),
        faithful_consistency(),
        caption_margin(),
        motion(),
        frozen_rate(),
        reference_copy(),
        duplicate_pairs(),
        within_shot(),
        copy_paste(),
        background_adherence(),
        identity(Identity::top1),
        identity(Identity::reciprocal_rank),
        identity(Identity::margin),
        copy_rate(),
        sharpness(),
        flicker(),
        repeated_frames(),
        effective_fps(),
        letterbox(),
        vbench_consistency(),
        vbench_flicker(),
        vbench_smoothness(),
    };
    const auto sets = set_measures();
    all.insert(all.end(), sets.begin(), sets.end());
    return all;
  }();
  return measures;
}

const Measure* find_measure(std::string_view name) {
  for (const Measure& measure : all_measures()) {
    if (measure.measure == name) return &measure;
  }
  return nullptr;
}

}  // namespace asbench::metrics
