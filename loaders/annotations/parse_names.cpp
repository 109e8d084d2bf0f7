// Lists of names, and finding a name in them.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "core/interrupt.h"
#include "core/text.h"
#include "loaders/annotations/parse_parts.h"
#include "loaders/name_match.h"

namespace asbench::loaders {
namespace {

std::string folded_id(std::string_view id) {
  const std::size_t begin = std::min(id.find_first_not_of(" \t\r\n"), id.size());
  id.remove_prefix(begin);
  return folded_case(id.substr(0, id.find_last_not_of(" \t\r\n") + 1));
}

}  // namespace

bool is_not_applicable(std::string_view text) {
  return folded_id(text) == "n/a";
}

std::size_t entries_of(const Json* list, std::string_view what, AnnotationNotes& notes,
                       const AnnotationPlace& place) {
  if (list == nullptr) return 0;
  if (list->size() <= kMostListed) return list->size();
  notes.add_finding("bad_field", place,
                    fmt::format("{} has {} entries; those after the first {} are left out", what,
                                list->size(), kMostListed));
  return kMostListed;
}

IdList::IdList(std::vector<std::string> ids) : ids_(std::move(ids)) {
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    exact_.emplace(nfc(ids_[i]), i);  // of equal ones the first
    folded_.emplace(folded_id(ids_[i]), i);
  }
}

IdList::Match IdList::find(std::string_view id) const {
  if (const auto exact = exact_.find(nfc(id)); exact != exact_.end()) return {exact->second, false};
  const auto folded = folded_.find(folded_id(id));
  if (folded == folded_.end()) return {};
  return {folded->second, true};
}

std::vector<NamedThing> named_things(const Json* list, std::string_view what,
                                     std::string_view description_key, AnnotationNotes& notes,
                                     const AnnotationPlace& place) {
  std::vector<NamedThing> things;
  std::unordered_set<std::string> known;  // in form C
  const std::size_t count = entries_of(list, fmt::format("the list of {}s", what), notes, place);
  for (std::size_t i = 0; i < count && !interrupted(); ++i) {
    const Json& value = (*list)[i];
    if (!value.is_object()) {
      notes.add_finding("bad_field", place,
                        fmt::format("{} {} is {}, not an object; it is left out", what, i + 1,
                                    type_in_words(value)));
      continue;
    }
    Fields fields(value, notes, place);
    const auto id = fields.take_text({"ID"}, fmt::format("the id of {} {}", what, i + 1));
    const auto description = fields.take_text(
        {description_key}, fmt::format("the {} of {} {}", description_key, what, i + 1));
    fields.count_the_rest();
    if (id && is_not_applicable(*id)) {
      notes.add_finding("bad_field", place,
                        fmt::format("{} {} has the id \"{}\", which names nothing; it is left out",
                                    what, i + 1, excerpt(*id)));
      continue;
    }
    if (!id || !known.insert(nfc(*id)).second) {
      notes.add_finding(
          "bad_field", place,
          fmt::format(
              "{} {} {}; it is left out", what, i + 1,
              id ? fmt::format("has the id \"{}\" of an earlier one", excerpt(*id)) : "has no id"));
      continue;
    }
    things.push_back({*id, description.value_or("")});
  }
  return things;
}

}  // namespace asbench::loaders
