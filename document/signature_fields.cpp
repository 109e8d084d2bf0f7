#include "document/signature_fields.h"

#include <algorithm>

namespace asbench::document {

std::map<std::string, std::string> signature_fields(std::string_view signature) {
  constexpr std::string_view kBetween = " | ";
  std::map<std::string, std::string> fields;
  for (bool first = true; !signature.empty(); first = false) {
    const auto end = std::min(signature.find(kBetween), signature.size());
    const std::string_view part = signature.substr(0, end);
    signature.remove_prefix(std::min(end + kBetween.size(), signature.size()));
    const auto equals = part.find('=');
    const bool named = !first && equals != std::string_view::npos;
    const std::string name(first ? "version" : named ? part.substr(0, equals) : part);
    fields[name] += std::string(named ? part.substr(equals + 1) : part);
  }
  return fields;
}

}  // namespace asbench::document
