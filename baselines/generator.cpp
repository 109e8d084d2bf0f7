#include "baselines/generator.h"

#include <fmt/format.h>

#include "baselines/training_free/copied.h"
#include "baselines/training_free/drawn.h"
#include "core/error.h"

namespace asbench::baselines {

std::optional<loaders::ShotSource> Generator::existing_shot(const GeneratorInputs&,
                                                            const loaders::Story&,
                                                            const loaders::Shot&) const {
  return std::nullopt;
}

double Generator::frames_per_second(const GeneratorInputs& inputs, const loaders::Story&,
                                    const loaders::Shot&) const {
  return inputs.format.frames_per_second;
}

void Generator::draw(const GeneratorInputs&, const loaders::Story& story, const loaders::Shot& shot,
                     const FrameWriter&) const {
  throw InternalError(fmt::format("the generator has neither a clip nor a drawing for {} shot {}",
                                  story.id, shot.number));
}

std::string need_captions(const GeneratorInputs& inputs) {
  for (const auto& story : inputs.wanted().stories) {
    for (const auto& shot : story.shots) {
      if (!shot.caption || shot.caption->empty())
        return fmt::format("it needs a caption for every shot, but {} shot {} has none", story.id,
                           shot.number);
    }
  }
  return {};
}

std::unique_ptr<Generator> make_generator(std::string_view name) {
  const BaselineInfo info = find_baseline(name);
  if (is_network(info)) {
    throw UsageError(
        fmt::format("Baseline {} is a network: it needs the folder of a model (--model)", name));
  }
  if (auto generator = make_copying_generator(info)) return generator;
  if (auto generator = make_drawing_generator(info)) return generator;
  throw InternalError(fmt::format(
      "configs/baselines/{}.json describes a baseline that the program does not have", name));
}

}  // namespace asbench::baselines
