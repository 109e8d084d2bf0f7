#include "loaders/annotations/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/text.h"

namespace asbench::loaders {

Fields::Fields(const Json& object, AnnotationNotes& notes, const AnnotationPlace& place)
    : notes_(notes), place_(place) {
  members_.reserve(object.size());
  for (const auto& [key, value] : object.items())
    members_.push_back({plain_key(key), &key, &value, false});
}

const Json* Fields::take(std::initializer_list<std::string_view> names) {
  const Member* best = nullptr;
  std::size_t best_rank = 0;
  const Member* other = nullptr;  // with another value than the best
  std::size_t rank = 0;
  for (const std::string_view released : names) {
    const std::string name = plain_key(released);
    for (Member& member : members_) {
      if (member.name != name) continue;
      member.taken = true;
      const std::size_t of_member = 2 * rank + (*member.written == released ? 0 : 1);
      if (best == nullptr) {
        best = &member;
        best_rank = of_member;
        continue;
      }
      const Member* loser = &member;
      if (of_member < best_rank) {
        loser = best;
        best = &member;
        best_rank = of_member;
      }
      if (*loser->value != *best->value) other = loser;
    }
    ++rank;
  }
  if (best == nullptr) return nullptr;
  if (other != nullptr && *other->value != *best->value) {
    notes_.add_finding(
        "conflicting_keys", place_,
        fmt::format("the keys \"{}\" and \"{}\" have different values; the first is used",
                    excerpt(*best->written), excerpt(*other->written)));
  }
  return best->value;
}

std::optional<std::string> Fields::take_text(std::initializer_list<std::string_view> names,
                                             std::string_view what) {
  const Json* value = take(names);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_string()) {
    notes_.add_finding(
        "bad_field", place_,
        fmt::format("{} is {}, not a text; it is left out", what, type_in_words(*value)));
    return std::nullopt;
  }
  const auto& text = value->get_ref<const std::string&>();
  if (is_blank(text)) return std::nullopt;
  return text;
}

const Json* Fields::take_list(std::initializer_list<std::string_view> names,
                              std::string_view what) {
  const Json* value = take(names);
  if (value == nullptr || value->is_null()) return nullptr;
  if (!value->is_array()) {
    notes_.add_finding(
        "bad_field", place_,
        fmt::format("{} is {}, not a list; it is left out", what, type_in_words(*value)));
    return nullptr;
  }
  return value;
}

void Fields::count_the_rest() {
  for (const Member& member : members_) {
    if (!member.taken) ++notes_.unknown_keys[*member.written];
  }
}

std::string plain_key(std::string_view key) {
  std::string plain(key);
  for (char& c : plain) {
    c = c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

std::string_view type_in_words(const Json& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "true or false";
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a text";
  if (value.is_array()) return "a list";
  return "an object";
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace asbench::loaders
