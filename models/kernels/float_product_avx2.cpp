// Compiled with AVX2 and FMA; only called on CPUs that have them.
#define ASBENCH_VECTOR_BYTES 32
#define ASBENCH_TILE_ROWS 6
#include "models/kernels/float_product_body.h"

namespace asbench::models {

extern const ProductKernels kAvx2ProductKernels;
const ProductKernels kAvx2ProductKernels = {"AVX2", packed_bytes, pack, multiply};

}  // namespace asbench::models
