#include "cli/distribution_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/known_names.h"
#include "cli/modules.h"
#include "cli/option_values.h"
#include "cli/whole_number.h"

namespace asbench::cli {

void add_distribution_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<DistributionOptions>();
  CLI::App* command = app.add_subcommand(
      "distribution",
      "compare two feature matrices: Frechet and kernel distance, precision, recall, ...");
  command->footer(
      "Example:\n"
      "  asbench distribution --real real.npy --generated generated.npy --metrics "
      "frechet,coverage\n"
      "Prints one JSON object. Both files hold matrices [samples, features] as numpy.save writes "
      "them.\n"
      "A Frechet distance of few samples is biased: docs/distribution.md says how many are "
      "needed.");
  command
      ->add_option("--real", options->real,
                   "features of the real samples: a .npy matrix of float16, float32 or float64")
      ->required();
  command
      ->add_option("--generated", options->generated,
                   "features of the generated samples, from the same network")
      ->required();
  command
      ->add_option(
          "--metrics", options->metrics,
          "metrics to compute (comma-separated): frechet, kernel, jedi, precision, recall, "
          "density, coverage (default: these seven) or kid")
      ->delimiter(',')
      ->check(one_of(distribution_metric_names()));
  command
      ->add_option("--k", options->neighbours,
                   "number of nearest neighbours for precision, recall, density and coverage")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command
      ->add_option("--ddof", options->ddof,
                   "covariances are divided by N - ddof: 1 as in numpy.cov, 0 as in StyleGAN-V")
      ->check(CLI::Range(0, 1))
      ->capture_default_str();
  command
      ->add_option("--seed", options->seed,
                   "random seed for the subsets behind frechet_inf and the noise floor")
      ->check(whole_number)
      ->capture_default_str();
  command->add_flag("!--no-noise-floor", options->noise_floor,
                    "do not compute frechet_inf and the noise floor (25 more Frechet distances)");
  command
      ->add_option("--kid-subsets", options->kid_subsets,
                   "number of subsets for kid, which is computed as in torch-fidelity (with its "
                   "seed, 2020)")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command
      ->add_option("--kid-subset-size", options->kid_subset_size,
                   "number of samples in each subset for kid; both sets need at least as many")
      ->check(CLI::Range(2, 1000000000))
      ->capture_default_str();
  command
      ->add_option("--threads", options->threads,
                   "number of threads (default: one per core); changes values by rounding only")
      ->check(CLI::Range(1, 1024));
  command->callback([options, &chosen] {
    chosen = [options] {
      return run_in_module(Module::numbers, "asbench_run_distribution", *options);
    };
  });
}

}  // namespace asbench::cli
