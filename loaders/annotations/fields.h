#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "loaders/annotations/annotation.h"

// What the parts of the annotation parser share. Not for other modules.
namespace asbench::loaders {

/// Where in the file a finding is: as in AnnotationFinding.
struct AnnotationPlace {
  int video = -1;
  int segment = -1;
  int shot = 0;
};

/// What was noticed while one file was read.
class AnnotationNotes {
 public:
  /// @param kind  a literal: only the view is kept
  void add_finding(std::string_view kind, const AnnotationPlace& place, std::string text) {
    findings.push_back({kind, place.video, place.segment, place.shot, std::move(text)});
  }
  std::vector<AnnotationFinding> findings;
  std::map<std::string, int> unknown_keys;  ///< as written, with their number
};

/// The members of one JSON object under names that are compared in lower case with '_' as a space
/// (docs/design/dataset.md 2). Each name is asked for once; what nobody asked for is unknown. The
/// object and the notes must outlive it.
class Fields {
 public:
  Fields(const Json& object, AnnotationNotes& notes, const AnnotationPlace& place);

  /// The value under the first of the names that the object has; nothing when it has none. Names in
  /// order of preference, as the release spells them. Several members with different values:
  /// `conflicting_keys`, and the released spelling is taken.
  [[nodiscard]] const Json* take(std::initializer_list<std::string_view> names);

  /// The same where the value must be a text: absent, null and blank texts give nothing; another
  /// type `bad_field`. @param what  for the finding: "the storyline"
  [[nodiscard]] std::optional<std::string> take_text(std::initializer_list<std::string_view> names,
                                                     std::string_view what);
  /// The same where it must be a list: nothing where it is absent or null; another type
  /// `bad_field`.
  [[nodiscard]] const Json* take_list(std::initializer_list<std::string_view> names,
                                      std::string_view what);

  /// Counts the members that nobody took as unknown.
  void count_the_rest();

 private:
  struct Member {
    std::string name;
    const std::string* written;
    const Json* value;
    bool taken = false;
  };
  std::vector<Member> members_;
  AnnotationNotes& notes_;
  AnnotationPlace place_;
};

/// The name as keys are compared.
[[nodiscard]] std::string plain_key(std::string_view key);

/// "a text", "a list", ...: what a value is, for findings.
[[nodiscard]] std::string_view type_in_words(const Json& value);

/// True when nothing but spaces is in it.
[[nodiscard]] bool is_blank(std::string_view text);

}  // namespace asbench::loaders
