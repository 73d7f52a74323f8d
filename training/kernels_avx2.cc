#include "training/kernels.h"

#define BAUTA_KERNEL_SET avx2
#define BAUTA_KERNEL_LANES 8
#define BAUTA_KERNEL_ROWS 4
#include "training/kernels_body.inc"
