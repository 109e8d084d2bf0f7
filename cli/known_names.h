#pragma once

#include <string>
#include <vector>

// The names that options take, for messages and the shell's completion. What the program itself is
// linked with is asked; the few lists of libraries that it loads later (cli/modules.h) are repeated
// here, and tests/cli/known_names_test.cpp holds them to the libraries.
namespace asbench::cli {

[[nodiscard]] std::vector<std::string> protocol_names();
[[nodiscard]] std::vector<std::string> gate_names();
[[nodiscard]] std::vector<std::string> metric_names();
[[nodiscard]] std::vector<std::string> baseline_names();
/// Of the catalogue, and those that come with the program.
[[nodiscard]] std::vector<std::string> encoder_names();
/// ROLE=ID for every role of the built-in metrics.
[[nodiscard]] std::vector<std::string> role_encoders();
/// ROLE=PROFILE
[[nodiscard]] std::vector<std::string> role_profiles();
[[nodiscard]] std::vector<std::string> profile_names();
[[nodiscard]] std::vector<std::string> background_names();
[[nodiscard]] std::vector<std::string> missing_policies();
[[nodiscard]] std::vector<std::string> layout_names();
[[nodiscard]] std::vector<std::string> shot_parts();         // of --range
[[nodiscard]] std::vector<std::string> reference_choices();  // of --reference-masks
[[nodiscard]] std::vector<std::string> split_forms();
[[nodiscard]] std::vector<std::string> fvd_variant_names();
/// "midpoint:5", ...
[[nodiscard]] std::vector<std::string> frame_rules();
[[nodiscard]] std::vector<std::string> device_names();
[[nodiscard]] std::vector<std::string> distribution_metric_names();

}  // namespace asbench::cli
