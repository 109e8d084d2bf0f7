// Scores one system from C++, as `asbench score` does, and prints the mean of every metric.
//
//   score_from_cpp SPLIT OUTPUTS PROTOCOL WEIGHTS STORE OUT.json
#include <cstdio>
#include <filesystem>

#include "asbench/core/error.h"
#include "asbench/core/json.h"
#include "asbench/evaluation/protocol.h"
#include "asbench/evaluation/run.h"

namespace {

int score(char** arguments) {
  asbench::evaluation::ScoreRequest request;
  request.split = arguments[1];
  request.outputs = arguments[2];
  // What the protocol publishes; a change to `protocol` alone makes the result non-canonical.
  request.defaults = request.protocol = asbench::evaluation::load_protocol(arguments[3]);
  request.weights = arguments[4];
  // Features are kept here: a second run with the same inputs computes none again.
  request.store = arguments[5];
  request.extraction.progress = asbench::Progress::Style::quiet;

  const asbench::Json document = asbench::evaluation::score(request);
  for (const auto& [metric, entry] : document.at("metrics").items()) {
    const asbench::Json& mean = entry.at("mean");  // null where nothing could be measured
    std::printf("%-28s %s\n", metric.c_str(), mean.is_null() ? "-" : mean.dump().c_str());
  }
  const std::filesystem::path out = arguments[6];
  asbench::write_file_atomically(out, document.dump(1) + "\n");
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 7) {
    std::fprintf(stderr, "usage: %s SPLIT OUTPUTS PROTOCOL WEIGHTS STORE OUT.json\n", arguments[0]);
    return 2;
  }
  try {
    return score(arguments);
  } catch (const asbench::Error& error) {
    // The message names what is wrong, where, and the remedy.
    std::fprintf(stderr, "score_from_cpp: %s\n", error.what());
    return 2;
  }
}
