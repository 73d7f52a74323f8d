#include "training/kernels.h"

#define BAUTA_KERNEL_SET baseline
#define BAUTA_KERNEL_LANES 4
#define BAUTA_KERNEL_ROWS 4
#include "training/kernels_body.inc"
