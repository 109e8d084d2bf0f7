#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/json.h"
#include "loaders/annotations/annotation.h"
#include "loaders/annotations/fields.h"

// The parts of the annotation parser, a file each. Not for other modules.
namespace asbench::loaders {

/// Entries of one list of names or references that are read; no segment has so many.
inline constexpr std::size_t kMostListed = 10'000;

/// How many entries of a list are read; `bad_field` when it has more.
/// @param list  may be null: none
/// @param what  for the finding: "the shot's character list"
[[nodiscard]] std::size_t entries_of(const Json* list, std::string_view what,
                                     AnnotationNotes& notes, const AnnotationPlace& place);

/// "N/A", in any letter case, with space around it: nobody, nowhere.
[[nodiscard]] bool is_not_applicable(std::string_view text);

/// Finds an id as people write it: to the letter, else after trimming and case folding.
class IdList {
 public:
  explicit IdList(std::vector<std::string> ids);

  struct Match {
    std::optional<std::size_t> place;  ///< in the list; nothing: it is in no form there
    bool by_case = false;              ///< it is not there to the letter
  };
  [[nodiscard]] Match find(std::string_view id) const;
  [[nodiscard]] const std::string& operator[](std::size_t place) const { return ids_[place]; }

 private:
  std::vector<std::string> ids_;
  std::unordered_map<std::string, std::size_t> exact_;  ///< places by id in form C
  std::unordered_map<std::string, std::size_t> folded_;
};

/// A segment's main characters (scenes): a list of objects with an `ID` and a description.
struct NamedThing {
  std::string id;
  std::string description;
};
/// @param list  may be null: then there are none
/// @param what  for findings: "character"
/// @param description_key  "appearance", "environment"
[[nodiscard]] std::vector<NamedThing> named_things(const Json* list, std::string_view what,
                                                   std::string_view description_key,
                                                   AnnotationNotes& notes,
                                                   const AnnotationPlace& place);

/// What a shot is read against.
struct ShotContext {
  const AnnotatedSegment& segment;  ///< its frames are set
  double fps;                       ///< 0: not stated
  const IdList& characters;
  const IdList& scenes;
};

/// The shots of a segment that can be used.
[[nodiscard]] std::vector<AnnotatedShot> annotated_shots(const Json& shots,
                                                         const ShotContext& context,
                                                         AnnotationNotes& notes,
                                                         const AnnotationPlace& place);

/// The references of a segment, those of its main characters first and in their order; with
/// `missing_reference` for each main character without a mask.
[[nodiscard]] std::vector<AnnotatedReference> annotated_references(const Json* list,
                                                                   const AnnotatedSegment& segment,
                                                                   const IdList& characters,
                                                                   AnnotationNotes& notes,
                                                                   const AnnotationPlace& place);

}  // namespace asbench::loaders
