// Scores one system from C++, as `asbench score` does, and prints the mean of every metric.
//
//   score_from_cpp SPLIT OUTPUTS PROTOCOL WEIGHTS STORE OUT.json
#include <cstdio>

#include "asbench/core/error.h"
#include "asbench/document/result.h"
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

  const asbench::document::Result result = asbench::evaluation::score(request);
  for (const asbench::document::ResultMetric& metric : result.metrics) {
    if (metric.mean) {
      std::printf("%-28s %.4f\n", metric.id.c_str(), *metric.mean);
    } else {
      std::printf("%-28s -\n", metric.id.c_str());  // could not be measured: a finding says why
    }
  }
  asbench::document::write_result(arguments[6], result);
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
