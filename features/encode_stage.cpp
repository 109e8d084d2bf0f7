#include "features/encode_stage.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <span>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "features/batch_size.h"
#include "features/caption_feature.h"
#include "features/keys.h"
#include "models/kernels/matrix_product.h"
#include "models/layers/runtime.h"

namespace asbench::features {
namespace {

/// Pictures in a batch that goes up as float32 to a device, where `--batch` says nothing.
constexpr int kFloatsOnDevice = 32;
/// So many batches of pictures of several sizes may wait before they are encoded as they are.
constexpr std::size_t kMostWaiting = 4;

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line;
  }
  return "unknown";
}

FeatureMatrix matrix_from(const at::Tensor& features) {
  FeatureMatrix matrix(static_cast<int>(features.size(0)), static_cast<int>(features.size(1)));
  const at::Tensor values = features.contiguous();
  std::memcpy(matrix.values.data(), values.const_data_ptr<float>(),
              matrix.values.size() * sizeof(float));
  return matrix;
}

}  // namespace

/// One encoder of the plan: loaded when its first picture comes, with the batch that is being
/// filled.
struct EncodeStage::Slot {
  std::size_t index = 0;
  std::unique_ptr<models::ImageEncoder> encoder;
  BatchSize batch_size;                    ///< in the caller's thread
  std::unique_ptr<DeviceBatches> batches;  ///< on a device that scales bytes itself; else null
  /// By height and width: a batch has one size. Most profiles give one only.
  std::map<std::pair<int, int>, Pending> pending;

  [[nodiscard]] std::size_t waiting() const {
    std::size_t count = 0;
    for (const auto& [size, images] : pending) count += images.size();
    return count;
  }
  [[nodiscard]] std::size_t batch() const {
    return static_cast<std::size_t>(batches ? batches->size() : batch_size.next());
  }
};

EncodeStage::EncodeStage(const EncodeShared& shared)
    : plan_(shared.plan),
      settings_(shared.settings),
      store_(shared.store),
      encoders_(shared.encoders),
      queue_(shared.queue),
      slots_(shared.plan.encoders.size()),
      device_(shared.device),
      accelerator_(shared.accelerator),
      writer_(shared.store) {
  statistics_.device = models::describe_device(device_);
}

EncodeStage::~EncodeStage() = default;

void EncodeStage::start_runtime() {
  if (runtime_started_) return;
  runtime_started_ = true;
  models::configure_runtime(settings_.threads, precision_of(plan_));
  statistics_.products = device_.is_cpu() ? models::product_kernels().name : "cuBLAS";
}

EncodeStage::Slot& EncodeStage::loaded(std::size_t encoder) {
  auto& slot = slots_[encoder];
  if (slot) return *slot;
  const StageTimer timer(statistics_.load_seconds);
  start_runtime();
  const auto& use = plan_.encoders[encoder];
  slot = std::make_unique<Slot>();
  slot->index = encoder;
  slot->encoder = encoders_.image_encoder(use, device_);
  find_batch_size(*slot);
  return *slot;
}

/// What a remembered batch size is true for, beside the encoder: on a GPU its name, the driver and
/// the type that fills its memory; on the CPU its name and the number of threads.
std::string EncodeStage::machine_name() const {
  if (device_.is_cpu()) return cpu_name() + " " + device_.str();
  const std::string described = models::describe_device(device_);
  return described.substr(described.find(' ') + 1) + " " +
         std::string(models::dtype_name(precision_of(plan_)));
}

void EncodeStage::find_batch_size(Slot& slot) {
  const auto& use = plan_.encoders[slot.index];
  if (accelerator_ != nullptr && !travels_as_levels(use)) {
    slot.batch_size = BatchSize(settings_.batch > 0 ? settings_.batch : kFloatsOnDevice);
  } else if (accelerator_ != nullptr) {
    DeviceBatches::Setting setting;
    setting.batch = settings_.batch;
    setting.remembered = calibration_key(use.weights_sha256, machine_name(), 0);
    setting.picture = {use.profile.output_height, use.profile.output_width};
    setting.name = use.id;
    slot.batches = std::make_unique<DeviceBatches>(*accelerator_, *slot.encoder, store_, clock_,
                                                   std::move(setting));
  } else if (settings_.batch > 0) {
    slot.batch_size = BatchSize(settings_.batch);
  } else {
    const std::string key =
        calibration_key(use.weights_sha256, machine_name(), models::thread_count());
    slot.batch_size = BatchSize(models::thread_count(), store_.get_text(key));
  }
}

void EncodeStage::require_image_encoder(std::size_t encoder) {
  const auto& use = plan_.encoders[encoder];
  const std::string key = loaded_key(use.weights_sha256, "images", use.config_sha256);
  if (store_.get_text(key)) return;
  static_cast<void>(loaded(encoder));
  store_.remember_text(key, "loaded");
}

std::unique_ptr<models::TextEncoder> EncodeStage::load_text_encoder(std::size_t encoder) {
  if (const auto ready = text_encoders_.find(encoder); ready != text_encoders_.end())
    return std::move(text_encoders_.extract(ready).mapped());
  const StageTimer timer(statistics_.load_seconds);
  start_runtime();
  return encoders_.text_encoder(plan_.encoders[encoder], device_);
}

void EncodeStage::require_text_encoder(std::size_t encoder) {
  const auto& use = plan_.encoders[encoder];
  const std::string key =
      loaded_key(use.weights_sha256, "text", use.config_sha256 + " " + use.tokenizer_sha256);
  if (store_.get_text(key)) return;
  text_encoders_.emplace(encoder, load_text_encoder(encoder));
  store_.remember_text(key, "loaded");
}

void EncodeStage::require_encoders() {
  for (std::size_t i = 0; i < plan_.encoders.size(); ++i) {
    const auto& use = plan_.encoders[i];
    if (use.images && !(plan_.clips.empty() && plan_.references.empty())) require_image_encoder(i);
    if (use.text && !plan_.captions.empty()) require_text_encoder(i);
  }
  if (plan_.clips.empty()) return;
  const auto require = [&](const std::string& key, const auto& load) {
    if (store_.get_text(key)) return;
    load();
    store_.remember_text(key, "loaded");
  };
  if (const auto& use = plan_.clip_encoder) {
    require(loaded_key(use->weights_sha256, "clips", use->architecture),
            [&] { static_cast<void>(loaded_clip_encoder()); });
  }
  if (const auto& use = plan_.interpolator) {
    require(loaded_key(use->weights_sha256, "predictions", use->preprocess),
            [&] { static_cast<void>(loaded_interpolator()); });
  }
}

void EncodeStage::encode_captions() {
  for (std::size_t i = 0; i < plan_.encoders.size(); ++i) {
    const auto& use = plan_.encoders[i];
    if (!use.text) continue;
    std::vector<std::string> texts;
    std::unordered_set<std::string> seen;
    for (const auto& caption : plan_.captions) {
      if (seen.insert(caption).second && !get_caption(store_, caption_key(use, caption)))
        texts.push_back(caption);
    }
    if (texts.empty()) continue;
    const auto encoder = load_text_encoder(i);
    const StageTimer timer(statistics_.encode_text_seconds);
    const models::InferenceScope scope;
    const auto encoded = encoder->encode_texts(texts);
    const FeatureMatrix features = matrix_from(encoded.features);
    for (std::size_t text = 0; text < texts.size(); ++text) {
      CaptionFeature caption;
      caption.feature = FeatureMatrix(1, features.cols);
      const auto values = features.row(static_cast<int>(text));
      std::copy(values.begin(), values.end(), caption.feature.values.begin());
      caption.truncated = encoded.truncated[text];
      put_caption(store_, caption_key(use, texts[text]), caption);
    }
    statistics_.captions_encoded += static_cast<std::int64_t>(texts.size());
  }
  text_encoders_.clear();  // those whose captions were all there
}

void EncodeStage::encode_images() {
  for (;;) {
    std::optional<PreparedInput> image;
    {
      const StageTimer timer(statistics_.wait_seconds);
      image = queue_.pop();
    }
    if (!image) break;
    if (settings_.stop()) {
      drop_what_is_not_begun();
      if (image->is_clip() || !image->job->begun) continue;
    }
    if (image->is_clip()) {
      run_clip(*image);
      continue;
    }
    if (image->is_triple) {
      add_triple(*std::move(image));
      continue;
    }
    Slot& slot = loaded(image->job->encoder);
    add(slot, std::move(*image));
  }
  if (settings_.stop()) drop_what_is_not_begun();
  for (auto& slot : slots_) {
    if (slot) run_all(*slot);
  }
  run_triples();
  writer_.finish();
}

// Note [After an interrupt]
// The decode threads finish the clips in their hands and close the queue. Of what comes out of it,
// and of what waits for a full batch, only the rest of half-encoded matrices is still encoded: a
// matrix is stored whole or not at all, so their rows would be lost. At most one batch per encoder;
// everything else is decoded again by the next run.
void EncodeStage::drop_what_is_not_begun() {
  const auto is_not_begun = [](const PreparedInput& input) { return !input.job->begun; };
  for (auto& slot : slots_) {
    if (!slot) continue;
    for (auto& [size, images] : slot->pending) std::erase_if(images, is_not_begun);
  }
  std::erase_if(triples_, is_not_begun);
}

void EncodeStage::add(Slot& slot, PreparedInput image) {
  Pending& pending = slot.pending[{image.height, image.width}];
  pending.push_back(std::move(image));
  run_batches(slot, pending, false);
  // Pictures of many sizes fill no batch: they must not all wait for the end.
  if (slot.waiting() >= kMostWaiting * slot.batch()) run_all(slot);
}

void EncodeStage::run_all(Slot& slot) {
  for (auto& [size, images] : slot.pending) run_batches(slot, images, true);
  slot.pending.clear();
}

void EncodeStage::run_batches(Slot& slot, Pending& pending, bool all) {
  while (pending.size() >= slot.batch() || (all && !pending.empty())) {
    if (slot.batches) {
      run_on_device(slot, pending);
    } else {
      run_batch(slot, pending);
    }
    statistics_.batch_sizes[plan_.encoders[slot.index].role] = static_cast<int>(slot.batch());
  }
}

void EncodeStage::run_on_device(Slot& slot, Pending& pending) {
  const std::size_t count = std::min(pending.size(), slot.batch());
  auto features = slot.batches->submit(std::span(pending).first(count));
  if (features) hand_over(slot, pending, count, *std::move(features));
}

void EncodeStage::hand_over(Slot& slot, Pending& pending, std::size_t count,
                            std::function<FeatureMatrix()> features) {
  statistics_.encode_flops += slot.encoder->info().flops_per_image * static_cast<double>(count);
  statistics_.images_encoded += static_cast<std::int64_t>(count);
  FeatureWriter::Batch batch;
  batch.features = std::move(features);
  const auto end = pending.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto image = pending.begin(); image != end; ++image) {
    image->job->begun = true;
    batch.rows.push_back({std::move(image->job), image->row, image->rows});
  }
  pending.erase(pending.begin(), end);
  writer_.push(std::move(batch));
}

void EncodeStage::run_batch(Slot& slot, Pending& pending) {
  const auto count = static_cast<std::int64_t>(pending.size());
  const PreparedInput& first = pending.front();
  const models::InferenceScope scope;
  auto features = std::make_shared<FeatureMatrix>();
  double seconds = 0.0;
  {
    const StageTimer timer(seconds);
    at::Tensor pixels = at::empty({count, 3, first.height, first.width}, at::kFloat);
    float* target = pixels.mutable_data_ptr<float>();
    for (auto& image : pending) {
      std::memcpy(target, image.values.data(), image.bytes());
      target += image.values.size();
      image.values = {};
    }
    *features = matrix_from(slot.encoder->encode_images(pixels));
  }
  statistics_.encode_seconds += seconds;
  const auto& use = plan_.encoders[slot.index];
  if (slot.batch_size.record(static_cast<int>(count), seconds)) {
    store_.remember_text(
        calibration_key(use.weights_sha256, machine_name(), models::thread_count()),
        slot.batch_size.text());
  }
  hand_over(slot, pending, pending.size(), [features] { return std::move(*features); });
}

models::ClipEncoder& EncodeStage::loaded_clip_encoder() {
  if (!clip_encoder_) {
    const StageTimer timer(statistics_.load_seconds);
    start_runtime();
    clip_encoder_ = encoders_.clip_encoder(*plan_.clip_encoder, device_);
  }
  return *clip_encoder_;
}

void EncodeStage::run_clip(const PreparedInput& input) {
  models::ClipEncoder& encoder = loaded_clip_encoder();
  const StageTimer timer(statistics_.encode_clip_seconds);
  const models::InferenceScope scope;
  // The tensor looks into the prepared clip, which outlives it.
  const at::Tensor clip = at::from_blob(const_cast<float*>(input.values.data()),
                                        {3, input.frames, input.height, input.width}, at::kFloat);
  auto features = std::make_shared<FeatureMatrix>(matrix_from(encoder.encode_clip(clip)));
  input.job->features.rows = input.job->rows_missing = 1;
  writer_.push({{{input.job, 0}}, [features] { return std::move(*features); }});
  ++statistics_.clips_encoded;
}

models::FrameInterpolator& EncodeStage::loaded_interpolator() {
  if (!interpolator_) {
    const StageTimer timer(statistics_.load_seconds);
    start_runtime();
    interpolator_ = encoders_.frame_interpolator(*plan_.interpolator, device_);
  }
  return *interpolator_;
}

void EncodeStage::add_triple(PreparedInput triple) {
  if (!triples_.empty() &&
      (triples_.front().height != triple.height || triples_.front().width != triple.width))
    run_triples();
  triples_.push_back(std::move(triple));
  const PreparedInput& first = triples_.front();
  const int enough = loaded_interpolator().triples_at_once(first.height, first.width);
  if (triples_.size() >= static_cast<std::size_t>(enough)) run_triples();
}

void EncodeStage::run_triples() {
  if (triples_.empty()) return;
  auto errors = std::make_shared<FeatureMatrix>(static_cast<int>(triples_.size()), 1);
  FeatureWriter::Batch batch;
  {
    models::FrameInterpolator& interpolator = loaded_interpolator();
    const StageTimer timer(statistics_.predict_seconds);
    std::vector<models::FrameTriple> frames;
    for (const PreparedInput& triple : triples_) {
      const std::span<const std::uint8_t> levels(triple.levels);
      const std::size_t each = levels.size() / 3;
      frames.push_back({levels.first(each), levels.subspan(each, each), levels.last(each),
                        triple.height, triple.width});
    }
    const auto found = interpolator.prediction_errors(frames);
    std::transform(found.begin(), found.end(), errors->values.begin(),
                   [](double error) { return static_cast<float>(error); });
  }
  for (PreparedInput& triple : triples_) {
    triple.job->begun = true;
    batch.rows.push_back({std::move(triple.job), triple.row, triple.rows});
  }
  statistics_.frames_predicted += static_cast<std::int64_t>(triples_.size());
  triples_.clear();
  batch.features = [errors] { return std::move(*errors); };
  writer_.push(std::move(batch));
}

void EncodeStage::add_statistics(ExtractionStatistics& statistics) const {
  statistics.images_encoded += statistics_.images_encoded;
  statistics.captions_encoded += statistics_.captions_encoded;
  statistics.clips_encoded += statistics_.clips_encoded;
  statistics.encode_clip_seconds += statistics_.encode_clip_seconds;
  statistics.frames_predicted += statistics_.frames_predicted;
  statistics.predict_seconds += statistics_.predict_seconds;
  statistics.batch_sizes = statistics_.batch_sizes;
  statistics.load_seconds += statistics_.load_seconds;
  statistics.encode_seconds += statistics_.encode_seconds + clock_.busy_seconds();
  statistics.encode_text_seconds += statistics_.encode_text_seconds;
  statistics.encode_flops += statistics_.encode_flops;
  statistics.wait_seconds += statistics_.wait_seconds;
  statistics.device = statistics_.device;
  statistics.products = statistics_.products;
  statistics.threads = runtime_started_ ? models::thread_count() : settings_.threads;
}

}  // namespace asbench::features
