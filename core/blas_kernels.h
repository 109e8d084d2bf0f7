#pragma once

namespace asbench {

/// Makes OpenBLAS use kernels that are fast on this CPU. OpenBLAS chooses by the CPU's model number
/// when it is loaded, and treats a model newer than itself as a CPU of 2004: matrix products are
/// then four times slower. This names the kernels by what the CPU can do (AVX-512, AVX2) in
/// $OPENBLAS_CORETYPE, unless the user has set it. To be called before OpenBLAS is loaded, by a
/// program's only thread. @returns true when it set something.
bool choose_blas_kernels();

}  // namespace asbench
