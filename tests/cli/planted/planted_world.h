#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/cli/planted/clip_files.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {

/// One shot of the drawn world.
struct WorldShot {
  std::string ip;
  std::string story;
  int number = 1;              ///< in its story, from 1
  std::filesystem::path file;  ///< relative to the folder of videos
};

/// What one scoring run is told beyond protocol demo and the world's split.
struct Scoring {
  std::filesystem::path videos;
  std::string system = {};
  std::filesystem::path split = {};     ///< empty: the world's
  std::vector<std::string> more = {};   ///< further arguments
  std::filesystem::path features = {};  ///< feature store; empty: the world's
};

/// A version of one shot's clip.
struct VersionOf {
  const WorldShot& shot;
  std::string kind;  ///< what is varied: "noise"
  std::uint64_t version = 0;
};

/// What `asbench compare` answered.
struct Answer {
  int exit_code = 0;
  std::string said;                 ///< its heading, or its error
  std::vector<std::string> caught;  ///< "`sharpness` (test, limit)": what fails the candidate
};

/// The demo's drawn world (8 characters, 2 stories of 4 shots each), its ground truth as the base,
/// and the program to score and compare with. Everything lies below a temporary folder; equal
/// clips are decoded and encoded once (one feature store). One thread at a time.
/// Methods that run the program throw std::runtime_error with its words where it fails.
class PlantedWorld {
 public:
  struct Size {
    int stories_per_ip = 2;
    int shots_per_story = 4;
    int frames = 24;  ///< of a shot
  };
  /// The demo's world, or a smaller one.
  PlantedWorld();
  explicit PlantedWorld(const Size& size);

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] const std::filesystem::path& split() const { return split_; }
  [[nodiscard]] const std::filesystem::path& ground_truth() const { return ground_truth_; }
  /// In the split's order.
  [[nodiscard]] const std::vector<WorldShot>& shots() const { return shots_; }
  /// Characters, in the split's order.
  [[nodiscard]] std::vector<std::string> ips() const;

  /// An empty folder for a candidate's videos; what the last call gave is removed.
  [[nodiscard]] std::filesystem::path workplace();
  /// Puts one of several versions of a shot's clip into `videos`, under its own name. A version is
  /// made in its first use only, so that many draws are mixtures of a few clips, and equal clips
  /// are decoded and encoded once.
  /// @param make  writes the file; it has the name that it is given
  void put_version(const VersionOf& version, const std::filesystem::path& videos,
                   const std::function<void(const std::filesystem::path& file)>& make) const;
  /// `asbench score`. @returns the document, which the next run of the same system replaces
  [[nodiscard]] std::filesystem::path score(const Scoring& scoring) const;
  /// A document that is scored in the first call of its name only.
  [[nodiscard]] std::filesystem::path scored_once(const std::string& system,
                                                  const std::function<Scoring()>& scoring);
  /// The ground truth, scored once. @param missing  fail or zero
  [[nodiscard]] std::filesystem::path base(const std::string& missing = "fail");
  /// `asbench compare`. Exit codes 0 and 1 are answers, others are thrown.
  [[nodiscard]] static Answer compare(const std::filesystem::path& base,
                                      const std::filesystem::path& candidate,
                                      const std::string& gate);

 private:
  TemporaryFolder folder_;
  std::filesystem::path split_, ground_truth_;
  std::vector<WorldShot> shots_;
  std::map<std::string, std::filesystem::path> documents_;  ///< of scored_once()
};

}  // namespace asbench::testing
