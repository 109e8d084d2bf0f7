#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"
#include "loaders/png_file.h"
#include "loaders/split.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {

/// A split in the demo form: IPs "cat" and "dog" with one story each ("cat/0", "dog/0").
inline std::filesystem::path write_tiny_split(const std::filesystem::path& folder, int shots = 3) {
  make_folders(folder);
  for (const std::string ip : {"cat", "dog"}) {
    Json captions = Json::array();
    for (int shot = 1; shot <= shots; ++shot)
      captions.push_back(fmt::format("the {} in shot {}", ip, shot));
    write_json_file(folder / (ip + ".json"),
                    {{"0", {{"captions", captions}, {"audio", captions}}}});
    Image picture(24, 20, 4);
    for (std::size_t i = 0; i < picture.bytes.size(); ++i)
      picture.bytes[i] = static_cast<std::uint8_t>((i * (ip == "cat" ? 7U : 11U)) % 251U);
    write_file_atomically(folder / (ip + "_ref.png"), loaders::encode_png(picture));
  }
  return folder;
}

}  // namespace asbench::testing
