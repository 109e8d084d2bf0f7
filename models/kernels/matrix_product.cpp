#include "models/kernels/matrix_product.h"

#include <cstdlib>
#include <new>
#include <vector>

#define ASBENCH_VECTOR_BYTES 16
#define ASBENCH_TILE_ROWS 4
#include "models/kernels/cpu_features.h"
#include "models/kernels/float_product_body.h"
#include "models/kernels/kernel_choice.h"

namespace asbench::models {
namespace {

constexpr ProductKernels kPortableKernels = {"portable", packed_bytes, pack, multiply};

}  // namespace

#ifdef ASBENCH_X86_KERNELS
extern const ProductKernels kAvx2ProductKernels;    // float_product_avx2.cpp
extern const ProductKernels kAvx512ProductKernels;  // float_product_avx512.cpp
extern const ProductKernels kAmxProductKernels;     // amx_product.cpp
#endif

std::span<const ProductKernels* const> all_product_kernels() {
  static const std::vector<const ProductKernels*> kernels = [] {
    std::vector<const ProductKernels*> supported;
#ifdef ASBENCH_X86_KERNELS
    if (has_amx()) supported.push_back(&kAmxProductKernels);
    if (has_avx512()) supported.push_back(&kAvx512ProductKernels);
    if (has_avx2()) supported.push_back(&kAvx2ProductKernels);
#endif
    supported.push_back(&kPortableKernels);
    return supported;
  }();
  return kernels;
}

const ProductKernels& product_kernels() {
  static const ProductKernels& chosen = []() -> const ProductKernels& {
    std::vector<const char*> names;
    for (const ProductKernels* kernels : all_product_kernels()) names.push_back(kernels->name);
    return *all_product_kernels()[chosen_kernels(KernelPart::products, names)];
  }();
  return chosen;
}

const ProductKernels& float_product_kernels() {
#ifdef ASBENCH_X86_KERNELS
  if (&product_kernels() == &kAmxProductKernels) return kAvx512ProductKernels;
#endif
  return product_kernels();
}

void PackedMatrix::Free::operator()(std::byte* memory) const {
  std::free(memory);
}

void PackedMatrix::assign(const WeightView& weight) {
  constexpr std::size_t kAlignment = 64;
  const std::size_t bytes =
      (kernels_->packed_bytes(weight.outputs, weight.inputs) + kAlignment - 1) / kAlignment *
      kAlignment;
  if (bytes > capacity_) {
    packed_.reset(static_cast<std::byte*>(std::aligned_alloc(kAlignment, bytes)));
    if (packed_ == nullptr) throw std::bad_alloc();
    capacity_ = bytes;
  }
  outputs_ = weight.outputs;
  inputs_ = weight.inputs;
  kernels_->pack(weight, packed_.get());
}

}  // namespace asbench::models
