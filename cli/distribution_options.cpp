#include "cli/distribution_options.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/modules.h"

namespace asbench::cli {

void add_distribution_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<DistributionOptions>();
  CLI::App* command = app.add_subcommand(
      "distribution",
      "compare two sets of features: Frechet, kernel, JEDi, precision, recall, density, coverage");
  command->footer(
      "Example:\n"
      "  asbench distribution --real real.npy --generated generated.npy --metrics "
      "frechet,coverage\n"
      "Prints one JSON object. The files are matrices [samples, features] as numpy.save writes "
      "them. Small sets mislead:\n"
      "docs/distribution.md says when a Frechet distance must not be believed.");
  command
      ->add_option("--real", options->real,
                   "the reference set: a .npy matrix of float16, float32 or float64")
      ->required();
  command->add_option("--generated", options->generated, "the set to judge, from the same network")
      ->required();
  command
      ->add_option("--metrics", options->metrics,
                   "some of frechet, kernel, jedi, precision, recall, density, coverage (default: "
                   "all of these), kid")
      ->delimiter(',');
  command
      ->add_option("--k", options->neighbours, "neighbours of precision, recall, density, coverage")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command
      ->add_option("--ddof", options->ddof,
                   "covariances of frechet divide by N - ddof: 1 as numpy.cov, 0 as StyleGAN-V")
      ->check(CLI::Range(0, 1))
      ->capture_default_str();
  command
      ->add_option("--seed", options->seed, "of the subsets behind frechet_inf and the noise floor")
      ->capture_default_str();
  command->add_flag(
      "!--no-noise-floor", options->noise_floor,
      "leave out frechet_inf and the noise floor, which take 25 more Frechet distances");
  command
      ->add_option("--kid-subsets", options->kid_subsets,
                   "subsets of kid, the kernel distance as torch-fidelity prints it (drawn with "
                   "its seed 2020)")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command
      ->add_option("--kid-subset-size", options->kid_subset_size,
                   "samples of a subset; both sets need as many")
      ->check(CLI::Range(2, 1000000000))
      ->capture_default_str();
  command
      ->add_option("--threads", options->threads,
                   "threads (default: one for each core); they change no value beyond rounding")
      ->check(CLI::Range(1, 1024));
  command->callback([options, &chosen] {
    chosen = [options] {
      return run_in_module(Module::numbers, "asbench_run_distribution", *options);
    };
  });
}

}  // namespace asbench::cli
