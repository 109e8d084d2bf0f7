#pragma once

#include <compare>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace asbench::metrics {

/// What a metric reads of one encoder role.
enum class Modality {
  frames,               ///< the sampled frames of every shot
  caption,              ///< every shot's caption, under the role's text encoder
  references,           ///< the story's references
  mirrored_references,  ///< the same, mirrored left-right
  gallery,              ///< the references of every character of the split
  clip,                 ///< one feature per clip: of the shots' and of a reference set's
  every_frame,          ///< every frame of every shot, not only the sampled ones; as kPixels its
                        ///< luma (core/picture_statistics.h)
  colour_frames,        ///< every frame of every shot in full size and colour: kPixels only
  predicted_frames,     ///< every second frame of every shot, against what the role's network makes
                        ///< of its neighbours
  training_set,         ///< each frame's nearest row of a training set
  subject,  ///< the sampled frames of every shot, cut to each of its characters by masks or boxes
  background,  ///< the same without its characters
};

/// The role of what needs no encoder: thumbnail cells and motion of the frames, cells of the
/// references (core/thumbnail.h).
inline constexpr std::string_view kPixels = "pixels";

struct Need {
  std::string role;  ///< as a protocol fills it, or kPixels
  Modality modality = Modality::frames;
  // clang-tidy 14 takes the 0 that the comparison is made of for a pointer.
  auto operator<=>(const Need&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// What one metric, or several together, read: a set of (role, modality). A run extracts just that.
class Needs {
 public:
  void add(std::string_view role, Modality modality);
  void add(const Needs& other);
  [[nodiscard]] bool has(std::string_view role, Modality modality) const;
  /// Of any role.
  [[nodiscard]] bool has(Modality modality) const;
  /// Roles that `modality` is read of, kPixels left out, in alphabetical order.
  [[nodiscard]] std::vector<std::string> roles(Modality modality) const;
  /// Roles that anything is read of, kPixels left out, in alphabetical order.
  [[nodiscard]] std::vector<std::string> roles() const;
  [[nodiscard]] const std::set<Need>& all() const { return needs_; }

 private:
  std::set<Need> needs_;
};

/// In words, for lists of what a metric needs: "frames", "captions", "mirrored references".
[[nodiscard]] std::string_view to_string(Modality modality);

/// A set of needs in words, one entry a need: "sampled frames under CLIP",
/// "sampled frames as pixels", "references under DINO".
[[nodiscard]] std::vector<std::string> describe(const Needs& needs);

/// How texts name a role: in capitals, "CLIP".
[[nodiscard]] std::string role_label(std::string_view role);

/// "CLIP", "CLIP and DINO", "A, B and C".
[[nodiscard]] std::string role_labels(const std::vector<std::string>& roles);

}  // namespace asbench::metrics
