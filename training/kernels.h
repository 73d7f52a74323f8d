// The inner loops of training, in one version for each instruction set, chosen once at run time. Float32.
//
// Every kernel adds in an order that depends on its arguments' shapes alone, so that one kernel set gives the
// same bits on every machine that has it and at any number of threads. Different sets may differ in the last
// bits: a snapshot's manifest names the set that made it.
//
// Thread-safe: no state. Matrices are row-major; `stride` is the distance between rows in floats. Shapes of
// padded matrices must be multiples of kKernelPadding, with zeros in the padding.
#ifndef BAUTA_TRAINING_KERNELS_H_
#define BAUTA_TRAINING_KERNELS_H_

#include <cstddef>
#include <span>

namespace bauta {

inline constexpr size_t kKernelPadding = 32;

constexpr size_t PadForKernels(size_t size) {
  return (size + kKernelPadding - 1) / kKernelPadding * kKernelPadding;
}

struct Kernels {
  const char* name;  // "avx512", "avx2" or "baseline"; goes into the manifest.

  // Σ a_i b_i.
  float (*dot)(const float* a, const float* b, size_t size);
  // y += alpha · x.
  void (*add_scaled)(float alpha, const float* x, float* y, size_t size);
  // row = root · y; sum += factor · row. `size` padded.
  void (*gather)(float root, float factor, const float* y, float* row, float* sum, size_t size);
  // upper(C) += sign · RᵀR; R is rows × width, C is width × width, width padded. What lies below the diagonal
  // is undefined after the call.
  void (*add_outer)(const float* r, size_t rows, size_t stride, size_t width, float sign, float* c,
                    size_t c_stride);
  // upper(K) = T Tᵀ; T is rows × width, width padded.
  void (*gram_of_rows)(const float* t, size_t rows, size_t stride, size_t width, float* k, size_t k_stride);
  // C = A B; A is rows × inner, B is inner × width, width padded; `panel` is scratch of inner ·
  // kKernelPadding floats.
  void (*multiply)(const float* a, size_t rows, size_t a_stride, const float* b, size_t inner,
                   size_t b_stride, size_t width, float* c, size_t c_stride, float* panel);
  // Overwrites upper(A), size × size and positive definite, by its Cholesky factor U (A = UᵀU), and b by the
  // solution of A x = b. The stride is padded, and A has PadForKernels(size) rows. False where a pivot is not
  // positive.
  bool (*solve_positive)(float* a, size_t size, size_t stride, float* b);
};

// The best set that this machine has.
const Kernels& BestKernels();
// All sets that this machine has, the best first; for tests and measurements.
std::span<const Kernels* const> AvailableKernels();

}  // namespace bauta

#endif  // BAUTA_TRAINING_KERNELS_H_
