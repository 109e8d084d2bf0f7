#pragma once

#include <cstddef>

#include "features/extraction_plan.h"

namespace asbench::features {

struct QueueNeeds {
  int batch = 0;           ///< `--batch`; 0: not known yet
  int decode_threads = 1;  ///< that fill the queue
  bool levels = false;     ///< pictures as bytes, else as float32
};

/// How many bytes of prepared pictures may wait for the encoders: a batch of each encoder and a few
/// pictures of each decode thread (of an interpolation network three frames a core and thread), so
/// that a batch is ready when a device has ended one; at least 64 pictures of 224 x 224 in float32
/// (or four clips of 16), at most 512 MiB.
[[nodiscard]] std::size_t queue_bytes(const ExtractionPlan& plan, const QueueNeeds& needs);

}  // namespace asbench::features
