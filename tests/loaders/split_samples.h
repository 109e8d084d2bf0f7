#pragma once

#include <filesystem>
#include <string>

#include "core/finding.h"
#include "loaders/split.h"

namespace asbench::testing {

/// A demo split with the IPs `alpha` (prompts 1, 3) and `beta` (prompt 2), four shots each, with
/// references.
void make_demo_split(const std::filesystem::path& folder);

/// A test-set split: IPs `one` and `two`, ten stories of four shots each, `clips.json` in `one`.
void make_test_set_split(const std::filesystem::path& folder);

/// A split in memory: `ips` IPs named ip_00, ip_01, ... with `stories` stories of `shots` shots.
[[nodiscard]] loaders::Split made_split(int ips, int stories, int shots);

void write_text(const std::filesystem::path& file, const std::string& text);

/// How many findings of the kind there are.
[[nodiscard]] int count_of(const Findings& findings, const std::string& kind);

/// The authors' demo, or an empty path where it is not beside the checkout.
[[nodiscard]] std::filesystem::path genuine_demo();

}  // namespace asbench::testing
