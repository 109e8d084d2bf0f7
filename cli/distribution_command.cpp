// distribution, as a function of the numbers module (cli/modules.h): FAISS and BLAS, neither OpenCV
// nor LibTorch.
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "cli/distribution_options.h"
#include "cli/errors.h"
#include "core/error.h"
#include "core/json.h"
#include "core/npy.h"
#include "core/print.h"
#include "metrics/set/distribution.h"

extern "C" void openblas_set_num_threads(int) __attribute__((weak));  // null with another BLAS

namespace asbench::cli {
namespace {

void use_threads(int asked) {
  const int threads =
      asked > 0 ? asked : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  omp_set_num_threads(threads);
  if (openblas_set_num_threads != nullptr) openblas_set_num_threads(threads);
}

metrics::Samples read_samples(const std::string& path) {
  const NpyMatrix file(path);
  metrics::Samples samples;
  samples.rows = file.rows();
  samples.cols = file.cols();
  samples.values = file.values();
  return samples;
}

void add_frechet(const metrics::DistributionResult& result, const DistributionOptions& options,
                 int least, int columns, Json& document) {
  document["frechet"] = result.frechet->value();
  document["frechet_ddof0"] = result.frechet_ddof0->value();
  document["frechet_mean_term"] = result.frechet->mean_term;
  document["frechet_trace_term"] = result.frechet->trace_term;
  if (!options.noise_floor) return;
  document["frechet_inf"] = nullptr;
  if (result.frechet_at_infinity) {
    document["frechet_inf"] = *result.frechet_at_infinity;
  } else {
    document["frechet_inf_reason"] =
        fmt::format("too_few_for_extrapolation: half of {} samples is less than {}", least,
                    std::max<std::int64_t>(2, columns));
  }
  document["noise_floor"] = nullptr;
  if (result.floor) {
    document["noise_floor"] = {{"frechet_of_real_halves", result.floor->mean},
                               {"deviation", result.floor->deviation},
                               {"frechet_of_real_half_and_generated", result.floor->generated},
                               {"samples", result.floor->size},
                               {"halvings", metrics::kHalvings}};
  } else {
    document["noise_floor_reason"] =
        "too_few_for_halves: 4 real and 2 generated samples are needed";
  }
}

Json to_json(const metrics::DistributionResult& result, const metrics::Samples& real,
             const metrics::Samples& generated, const DistributionOptions& options) {
  Json document{{"schema", "asbench/distribution@1"},
                {"n_real", real.rows},
                {"n_generated", generated.rows},
                {"dim", real.cols}};
  document["ddof"] = options.ddof;
  document["k"] = options.neighbours;
  document["seed"] = options.seed;
  if (result.frechet)
    add_frechet(result, options, std::min(real.rows, generated.rows), real.cols, document);
  for (const std::string_view metric : metrics::distribution_metrics()) {
    const auto found = result.values.find(metric);
    if (found != result.values.end()) document[std::string(metric)] = found->second;
  }
  if (result.kid_deviation) {
    document["kid_sd"] = *result.kid_deviation;
    document["kid_subsets"] = options.kid_subsets;
    document["kid_subset_size"] = options.kid_subset_size;
  }
  document["findings"] = Json::array();
  if (result.degenerate) {
    document["findings"].push_back(
        {{"kind", "degenerate_features"},
         {"detail",
          fmt::format("more than {} samples of a set are equal: their neighbourhoods are empty",
                      options.neighbours)}});
  }
  return document;
}

}  // namespace

int run_distribution(const DistributionOptions& options) {
  use_threads(options.threads);
  metrics::DistributionSettings settings;
  settings.ddof = options.ddof;
  settings.neighbours = options.neighbours;
  settings.seed = options.seed;
  settings.noise_floor = options.noise_floor;
  settings.kid.subsets = options.kid_subsets;
  settings.kid.subset_size = options.kid_subset_size;
  if (!options.metrics.empty()) settings.metrics = options.metrics;
  const metrics::Samples real = read_samples(options.real),
                         generated = read_samples(options.generated);
  try {
    const auto result = metrics::measure_distribution(real, generated, settings);
    print_prepared(stdout, json_for_terminal(to_json(result, real, generated, options), 1) + "\n");
  } catch (const BadInput& error) {
    throw BadInput(fmt::format("{}\n  real: {} [{}, {}]\n  generated: {} [{}, {}]", error.what(),
                               options.real, real.rows, real.cols, options.generated,
                               generated.rows, generated.cols));
  }
  return kExitDone;
}

extern "C" __attribute__((visibility("default"))) int asbench_run_distribution(
    const DistributionOptions* options) {
  return run_guarded("distribution", [&] { return run_distribution(*options); });
}

}  // namespace asbench::cli
