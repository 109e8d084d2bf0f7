#include "cli/example_encoder.h"

#include "core/config_files.h"
#include "core/json.h"

namespace asbench::cli {

ExampleEncoder example_encoder(const std::string& protocol) {
  const std::string file = "protocols/" + protocol + ".json";
  const Json encoders = parse_json(config_file(file).value(), file).at("encoders");
  return {encoders.begin().key(), encoders.begin().value().get<std::string>()};
}

}  // namespace asbench::cli
