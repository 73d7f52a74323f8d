#include "training/kernels.h"

#define BAUTA_KERNEL_SET avx512
#define BAUTA_KERNEL_LANES 16
#define BAUTA_KERNEL_ROWS 8
#include "training/kernels_body.inc"
