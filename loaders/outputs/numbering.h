#pragma once

#include <functional>
#include <string>
#include <vector>

#include "loaders/outputs.h"
#include "loaders/outputs/layout_template.h"

// Outputs that count from another number than the split: matched as they are, every file would be
// scored against the caption of the shot or story before it. Not for other modules.
namespace asbench::loaders {

/// The stories of one IP are numbered one lower (`from_zero`) or one higher than in the split.
struct ShiftedIp {
  std::string ip;
  bool from_zero = true;
  std::string there;   ///< id that the outputs have and the split doesn't
  std::string absent;  ///< id that the split has and the outputs don't
};

/// IPs whose stories look shifted: the prompts are numbers that begin with 0 or 1, the outputs have
/// the number before the first and not the last, or the number after the last and not the first.
/// @param offset  what a layout adds to a prompt: -1 for {prompt0}, 1 for {prompt1}, else 0
/// @param exists  whether the outputs have anything of a story, which may be none of the split
[[nodiscard]] std::vector<ShiftedIp> shifted_ips(const Split& split, long offset,
                                                 const std::function<bool(const Story&)>& exists);

/// Takes the stories of a shifted IP out of the outputs, with a finding `zero_based_numbering` or
/// `one_based_numbering` for each. @param remedy  what to do, "use ..."
void take_out(const Split& split, const ShiftedIp& ip, const std::string& remedy, Outputs& outputs);

/// The same for the shots of one story alone.
/// @param detail  which shots are there and which are not, and what to do
/// @returns how many shots were taken out
std::size_t take_out(const Story& story, bool from_zero, std::string detail, Outputs& outputs);

/// Looks for both kinds of shift, of stories and of shots, in outputs that a template found.
/// @param exists  whether there is a file for a shot (of a story) that the split may not have
/// @param remedy  what to do, by the placeholder that fits: "use ..."
/// @returns how many shots were taken out for it
std::size_t check_numbering(const Split& split, const LayoutTemplate& layout,
                            const std::function<bool(const Story&, int)>& exists,
                            const std::function<std::string(LayoutTemplate::Field instead)>& remedy,
                            Outputs& outputs);

}  // namespace asbench::loaders
