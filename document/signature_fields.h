#pragma once

#include <map>
#include <string>
#include <string_view>

namespace asbench::document {

/// Name and text of every field of a signature (interface.md): `clip_i@1 | enc=E | frames=ends:5`
/// has the fields version, enc and frames. The first is the version; one without `=` is its own
/// name.
[[nodiscard]] std::map<std::string, std::string> signature_fields(std::string_view signature);

}  // namespace asbench::document
