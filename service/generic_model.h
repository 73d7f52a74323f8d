// The model before the first training, and after the last one grew too old: it knows no taste, and orders
// posts by what a stranger can see of them: how new they are, how many read them, whether they are followed
// or engage nearby.
#ifndef BAUTA_SERVICE_GENERIC_MODEL_H_
#define BAUTA_SERVICE_GENERIC_MODEL_H_

#include <memory>

#include "ranking/model_snapshot.h"

namespace bauta {

// One for the whole process. Its vectors are zeros of the smallest size.
std::shared_ptr<const ModelSnapshot> GenericModel();

}  // namespace bauta

#endif  // BAUTA_SERVICE_GENERIC_MODEL_H_
