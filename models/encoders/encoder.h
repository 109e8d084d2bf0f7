#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/layers/runtime.h"
#include "models/preprocess/profile.h"
#include "models/weights/checkpoint.h"

namespace asbench::models {

/// What identifies an encoder in store keys, signatures and provenance.
struct EncoderInfo {
  std::string id;                 ///< "openai/clip-vit-base-patch32"
  std::string weights_sha256;     ///< 64 hexadecimal digits, weights_sha256() of the checkpoint
  int dim = 0;                    ///< length of a feature
  Profile profile;                ///< how pictures become its input
  std::string dtype = "float32";  ///< dtype_name() of its precision
  /// Floating-point operations of the matrix products of one picture of the profile's size, a
  /// multiply-add counted as 2. Only what is really computed: the last block at one token.
  double flops_per_image = 0.0;
};

/// A network that gives a picture one feature. Immutable after loading: safe to use from several
/// threads, each result independent of the others.
class ImageEncoder {
 public:
  virtual ~ImageEncoder() = default;
  [[nodiscard]] virtual const EncoderInfo& info() const = 0;

  /// @param pixels  [N, 3, H, W] float32 on the CPU, preprocessed by info().profile; N >= 0, H and
  /// W
  ///        at least a patch. Another size than the checkpoint's stretches its position table.
  /// @returns [N, dim] float32 on the CPU, not normalised. Row i depends on picture i alone: not on
  ///          its neighbours, the batch size or the thread count, bit for bit
  ///          (docs/determinism.md).
  /// @throws BadInput naming a wrong shape or type, or when memory runs out.
  [[nodiscard]] virtual at::Tensor encode_images(const at::Tensor& pixels) const = 0;

  /// The same from bytes that are on the encoder's device already, and stays there: what a pipeline
  /// runs (models/layers/device_queue.h). Scaling and normalising give the very bits that
  /// Preprocessor gives on the CPU.
  /// @param levels  [N, H, W, 3] uint8 on the encoder's device: Preprocessor::geometry()
  /// @returns [N, dim] float32 on that device; on a GPU perhaps still being computed, in the order
  ///          of the current stream. There, a feature's last bits depend on N.
  /// @throws BadInput naming a wrong shape or type; DeviceOutOfMemory.
  [[nodiscard]] virtual at::Tensor encode_levels(const at::Tensor& levels) const = 0;
};

struct EncodedTexts {
  at::Tensor features;          ///< [N, dim] float32, not normalised
  std::vector<bool> truncated;  ///< [N], the text had more tokens than the network has positions
};

/// A network that gives a text one feature, in the space of its image encoder. Immutable after
/// loading, safe to use from several threads.
class TextEncoder {
 public:
  virtual ~TextEncoder() = default;
  /// Length of a feature.
  [[nodiscard]] virtual int dim() const = 0;

  /// @param texts  UTF-8, any number. Texts of equal length are computed together; nothing is
  /// padded.
  /// @throws BadInput for a text that isn't UTF-8.
  [[nodiscard]] virtual EncodedTexts encode_texts(std::span<const std::string> texts) const = 0;

  /// The same from token ids, [SOT, …, EOT, padding]: what follows the first EOT has no effect.
  /// @returns [N, dim]. @throws BadInput for no ids, more than there are positions, an id outside
  ///          the vocabulary.
  [[nodiscard]] virtual at::Tensor encode_ids(
      std::span<const std::vector<std::int64_t>> ids) const = 0;
};

struct EncoderOptions {
  c10::Device device = c10::kCPU;         ///< parse_device() of models/layers/runtime.h
  Precision precision = Precision::fp32;  ///< on a GPU; the CPU computes in float32
  /// `--preprocess`: hf, or a named profile; else the pin in configs/encoders, else the file.
  std::optional<std::string> preprocess = {};
  /// Known already: the weights are not hashed again.
  std::optional<std::string> weights_sha256 = {};
};

/// Length of a feature, from config.json alone. @throws BadInput as load_image_encoder().
[[nodiscard]] int image_feature_length(const Checkpoint& checkpoint);

/// What load_image_encoder() would report, from the checkpoint's JSON files and the hash of its
/// weights, without loading them: enough to ask a feature store.
[[nodiscard]] EncoderInfo describe_image_encoder(const Checkpoint& checkpoint,
                                                 const EncoderOptions& options = {});

/// The network that `model_type` in config.json names: clip (its image tower), vit, dinov2,
/// dreamsim.
/// @throws BadInput: config.json names something that we don't compute (field, value and what is
///         allowed), tensors are missing, unexpected or misshaped (all of them are listed), no
///         profile is known for the id. UsageError for an unknown profile name.
[[nodiscard]] std::unique_ptr<ImageEncoder> load_image_encoder(const Checkpoint& checkpoint,
                                                               const EncoderOptions& options = {});

/// The text tower of a clip checkpoint, with vocab.json and merges.txt beside it.
/// @throws BadInput as load_image_encoder, and for other model types and broken vocabulary files.
[[nodiscard]] std::unique_ptr<TextEncoder> load_text_encoder(const Checkpoint& checkpoint,
                                                             const EncoderOptions& options = {});

}  // namespace asbench::models
