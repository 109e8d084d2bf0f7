#pragma once

#include <string>

namespace asbench::reports {

/// A part of a file's name made of a name from a document: what is not a letter, a digit, a dot, _
/// or - in ASCII becomes "-"; at most 80 bytes; no hidden file. Two names may become one: whoever
/// writes files makes them differ.
[[nodiscard]] std::string file_name_of(const std::string& name);

}  // namespace asbench::reports
