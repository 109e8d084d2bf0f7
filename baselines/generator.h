#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "baselines/catalogue.h"
#include "core/image.h"
#include "loaders/outputs.h"
#include "loaders/split.h"

namespace asbench::baselines {

/// Size of every shot that is drawn. Shots that are copied keep their own.
struct ClipFormat {
  int width = 720;
  int height = 480;
  int frames = 49;
  double frames_per_second = 16.0;
};

/// What a generator may look at. Plain values; `split`, `part` and `source` outlive it.
struct GeneratorInputs {
  const loaders::Split* split =
      nullptr;  ///< the whole split: donors of other stories and IPs come from it
  const loaders::Split* part = nullptr;  ///< the stories to make; null: all of `split`
  /// Videos of the split's own stories, null when none were given: the real shots for gt-story and
  /// what is derived from it, any system's for copy-prev.
  const loaders::Outputs* source = nullptr;
  ClipFormat format;
  std::uint64_t seed = 0;

  [[nodiscard]] const loaders::Split& wanted() const { return part != nullptr ? *part : *split; }
};

/// Takes the frames of one shot in display order: [format.height, format.width, 3] RGB for drawn
/// shots, of one size for all.
using FrameWriter = std::function<void(const Image& rgb)>;

/// A system that turns stories into shots. To add one: implement this, describe it in
/// configs/baselines/<name>.json, add a line to make_copying_generator() or
/// make_drawing_generator(), which make_generator() asks. Writing, resuming, threads and progress
/// are generate()'s business (baselines/generate.h).
///
/// A shot is either a clip that exists (it is copied unchanged) or drawn. Both depend on the
/// arguments only, so shots may be made in any order and by several threads at once.
class Generator {
 public:
  virtual ~Generator() = default;
  /// What the inputs lack for the wanted stories, as a sentence with the remedy; empty when all is
  /// there. Asked once, before anything is written.
  [[nodiscard]] virtual std::string missing_need(const GeneratorInputs& inputs) const = 0;
  /// The clip that is this shot, or nothing when it has to be drawn.
  [[nodiscard]] virtual std::optional<loaders::ShotSource> existing_shot(
      const GeneratorInputs& inputs, const loaders::Story& story, const loaders::Shot& shot) const;
  /// Of a shot that is drawn: the format's, unless it is made of frames that have their own.
  [[nodiscard]] virtual double frames_per_second(const GeneratorInputs& inputs,
                                                 const loaders::Story& story,
                                                 const loaders::Shot& shot) const;
  /// Draws a shot for which existing_shot() has nothing. @throws BadInput when something that it
  /// reads is broken.
  virtual void draw(const GeneratorInputs& inputs, const loaders::Story& story,
                    const loaders::Shot& shot, const FrameWriter& write) const;
};

/// What missing_need() says where a shot has no caption; empty when all have one.
[[nodiscard]] std::string need_captions(const GeneratorInputs& inputs);

/// @throws UsageError for a name that list_baselines() does not have (lists them), and for a
///   network: baselines/animeshooter_gen makes its videos.
[[nodiscard]] std::unique_ptr<Generator> make_generator(std::string_view name);

}  // namespace asbench::baselines
