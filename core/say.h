#pragma once

#include <string_view>

namespace asbench {

/// Writes a message for the user to stderr, as terminal_lines() (core/text.h) makes it safe: names
/// in it can't move the cursor or begin a line of their own. A stderr that is closed, full or read
/// by nobody changes nothing but the silence, where other ways to print would throw. Thread-safe;
/// one call's text stays together.
void say(std::string_view text) noexcept;
/// The same for a text that moves the cursor itself (a progress bar) and holds nothing unsafe.
void say_as_it_is(std::string_view text) noexcept;

/// For signal handlers: a short text, left out where stderr can't take it at once (a full pipe
/// would keep the process from ending). Async-signal-safe.
void say_in_handler(std::string_view text) noexcept;

/// Called first in main(): standard streams that are closed are opened on /dev/null, so that no
/// file of the run gets their numbers and messages into its content (a closed stdout only for
/// reading: writing to it still fails); a pipe that nobody reads becomes an error of the write
/// instead of the end of the process; an exception that nobody catches, and a mapped file that
/// can't be read (a disk error, or it was cut off meanwhile), end the program with a sentence and
/// code 2.
void prepare_process() noexcept;

}  // namespace asbench
