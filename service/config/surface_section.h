// One `surface { … }` of the configuration.
#ifndef BAUTA_SERVICE_CONFIG_SURFACE_SECTION_H_
#define BAUTA_SERVICE_CONFIG_SURFACE_SECTION_H_

#include "ranking/surface_rules.h"
#include "service/config/section_reader.h"

namespace bauta {

// With every default filled in; complains through the reader. What only all surfaces together can say (a name
// given twice, no `home`) is for Surfaces::Create.
SurfaceRules ReadSurfaceSection(const SectionReader& surface);

}  // namespace bauta

#endif  // BAUTA_SERVICE_CONFIG_SURFACE_SECTION_H_
