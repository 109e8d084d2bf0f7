#include <cmath>
#include <cstdio>

#include "metrics/numerics/cosine.h"

int main() {
  const float a[] = {3, 4};
  const float b[] = {4, 3};
  const auto cosines = asbench::metrics::cosine_matrix(asbench::metrics::unit_rows({a, 1, 2}),
                                                       asbench::metrics::unit_rows({b, 1, 2}));
  std::printf("%.17g\n", cosines(0, 0));
  return std::abs(cosines(0, 0) - 0.96) < 1e-15 ? 0 : 1;
}
