// generate, as a function of the media module (cli/modules.h).
#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>

#include "baselines/generate.h"
#include "cli/errors.h"
#include "cli/generate_options.h"
#include "cli/generate_split.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "loaders/outputs.h"

namespace asbench::cli {
namespace {

baselines::ClipFormat format_of(const GenerateOptions& options) {
  baselines::ClipFormat format;
  format.frames = options.frames;
  format.frames_per_second = options.frames_per_second;
  const char* const end = options.size.data() + options.size.size();
  const auto width = std::from_chars(options.size.data(), end, format.width);
  const auto height = width.ptr < end && *width.ptr == 'x'
                          ? std::from_chars(width.ptr + 1, end, format.height)
                          : width;
  const auto fits = [](int side) { return side >= 16 && side <= 8192 && side % 2 == 0; };
  if (width.ec != std::errc() || height.ec != std::errc() || height.ptr != end ||
      !fits(format.width) || !fits(format.height)) {
    throw UsageError(
        fmt::format("--size {}: expected WIDTHxHEIGHT, both even and from 16 to 8192, e.g. 720x480",
                    options.size));
  }
  return format;
}

int run_generate(const GenerateOptions& options) {
  install_interrupt_handlers();
  const auto [split, part] = read_generate_split(options);
  std::optional<loaders::Outputs> source;
  if (options.source)
    source = loaders::find_outputs(split, *options.source, {.layout = options.source_layout});
  baselines::GenerateRequest request;
  request.baseline = options.baseline;
  request.inputs = {.split = &split,
                    .part = &part,
                    .source = source ? &*source : nullptr,
                    .format = format_of(options),
                    .seed = options.seed};
  request.source_name = options.source.value_or("");
  request.out = options.out;
  request.threads = options.threads;
  if (options.quiet) request.progress = Progress::Style::quiet;
  const auto report = baselines::generate(request);
  return tell_generated(options, report);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int asbench_run_generate(
    const GenerateOptions* options) {
  return run_guarded("generate", [&] { return run_generate(*options); });
}

}  // namespace asbench::cli
