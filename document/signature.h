#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asbench::document {

/// The one line that names everything that changes a number. Two numbers may be compared only when
/// their signatures are equal. Fields that don't apply stay empty and are left out of the line;
/// their order is fixed in signature.cpp.
struct Signature {
  struct Encoder {
    std::string id;
    std::string weights_sha256;  ///< the line has its first 8 digits
    std::string profile;         ///< Profile::describe()
    bool demo_only = false;      ///< comes with the program: no judge of a real system
    bool operator==(const Encoder&) const = default;
  };
  std::string metric;  ///< "clip_i@1"
  std::vector<Encoder> encoders;
  std::string frames;      ///< "midpoint:5"
  std::string background;  ///< of references
  std::string references;  ///< "mean" or "max"
  std::string text;        ///< caption kind
  std::string aggregation;
  /// Settings of the metric by name. parse() puts every name here that no other field has.
  std::vector<std::pair<std::string, std::string>> thresholds;
  std::string missing;
  std::string dtype;
  std::string training;  ///< copy_rate: the set that is searched, "name#hash"
  std::string real;      ///< distribution metrics: the reference set, "name#hash"
  std::string counts;    ///< "N of the real side/N of the generated one"
  std::string clip;      ///< "<frames>x<stride>@<frames per second>"
  std::string ddof;
  std::string neighbours;        ///< k of precision, recall, density, coverage
  std::string subset;            ///< which part of the split, when not all of it
  std::vector<std::string> odd;  ///< what parse() met and line() never writes by itself: parts
                                 ///< without `=`, names that occur twice

  /// "clip_i@1 | enc=openai/clip-vit-base-patch32#0a1b2c3d | prep=hf[...] | frames=midpoint:5 |
  /// bg=black | ..."
  [[nodiscard]] std::string line() const;

  /// Reads any text; parse(s.line()).line() == s.line().
  [[nodiscard]] static Signature parse(std::string_view line);

  /// Text of every field by its name in the line, the metric as `version`. Several of one name
  /// (two encoders) are joined; a part without `=` is its own name.
  [[nodiscard]] std::map<std::string, std::string> by_name() const;

  /// Names that a field can have in the line, thresholds apart.
  [[nodiscard]] static std::vector<std::string_view> field_names();

  bool operator==(const Signature&) const = default;
};

}  // namespace asbench::document
