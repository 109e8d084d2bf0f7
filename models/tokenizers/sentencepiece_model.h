#pragma once

#include <string_view>

namespace asbench::models {

/// Checks a SentencePiece model file (`spiece.model`, a serialised `ModelProto`) before the library
/// is given it: the library follows the tables of a model without asking where they lead, so a
/// damaged or hostile file would make it read outside of them.
///
/// Sound is a model of type unigram (Kudo 2018) whose fields are well-formed, whose scores are
/// finite, and whose tables of characters to replace (a double array as darts-clone writes it,
/// then the replacements, each ended by a zero byte) point nowhere but into themselves.
/// @param model  the file's bytes
/// @param where  what to call it in messages
/// @throws BadInput beginning with `where`. Pure function.
void require_sound_unigram_model(std::string_view model, std::string_view where);

}  // namespace asbench::models
