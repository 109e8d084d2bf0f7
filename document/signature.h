#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asbench::document {

/// The one line that names everything that changes a number (metrics.md 0). Two numbers may be
/// compared only when their signatures are equal. Fields that don't apply stay empty and are left
/// out; the order is fixed here.
struct SignatureFields {
  struct Encoder {
    std::string id;
    std::string weights_sha256;
    std::string profile;     ///< Profile::describe()
    bool demo_only = false;  ///< comes with the program: no judge of a real system
  };
  std::string metric;  ///< "clip_i@1"
  std::vector<Encoder> encoders;
  std::string frames;      ///< "midpoint:5"
  std::string background;  ///< of references
  std::string references;  ///< "mean" or "max"
  std::string text;        ///< caption kind
  std::string aggregation;
  std::vector<std::pair<std::string, std::string>> thresholds;
  std::string missing;
  std::string dtype;
  std::string training;  ///< copy_rate: the set that is searched, "name#hash"
  std::string real;      ///< distribution metrics: the reference set, "name#hash"
  std::string counts;    ///< "N of the real side/N of the generated one"
  std::string clip;      ///< "<frames>x<stride>@<frames a second>"
  std::string ddof;
  std::string neighbours;  ///< k of precision, recall, density, coverage
  std::string subset;      ///< which part of the split, when not all of it
};

/// "clip_i@1 | enc=openai/clip-vit-base-patch32#0a1b2c3d | prep=hf[...] | frames=midpoint:5 |
/// bg=black | ..."
[[nodiscard]] std::string signature_line(const SignatureFields& fields);

}  // namespace asbench::document
