#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/json.h"
#include "core/text.h"

namespace asbench {

// How the program prints to stdout; stderr is for say() (core/say.h). tests/style checks that
// nothing is printed in another way.

namespace detail {

template <typename T>
using Safe =
    std::conditional_t<std::is_convertible_v<const T&, std::string_view>, std::string, const T&>;

template <typename T>
Safe<T> safe(const T& value) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>)
    return terminal_text(value);
  else
    return value;
}

}  // namespace detail

/// Formats and prints. The format is the program's own text; every text among the values is made
/// safe by terminal_text() (core/text.h). Join ranges into a text first.
/// @throws std::system_error when the stream can't be written.
template <typename... T>
void print_safe(std::FILE* stream, fmt::format_string<detail::Safe<T>...> format,
                const T&... values) {
  fmt::vprint(stream, format, fmt::make_format_args(detail::safe(values)...));
}

/// Prints a text of several lines in which names are safe already: a table, Markdown, what
/// json_for_terminal() gave. @throws as print_safe().
inline void print_prepared(std::FILE* stream, std::string_view text) {
  fmt::print(stream, "{}", text);
}

/// JSON for stdout: the same data as dump(indent), in which the characters that terminal_text()
/// escapes are written as \u escapes, and bytes that are not UTF-8 as U+FFFD.
[[nodiscard]] std::string json_for_terminal(const Json& json, int indent = 2);

}  // namespace asbench
