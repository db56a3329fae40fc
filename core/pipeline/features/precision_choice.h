#pragma once

#include <string>

#include "core/nn/networks/backbone.h"
#include "core/pipeline/features/extract.h"

namespace dank {

/// How well features in a lower precision follow float32's on the same pictures.
struct Agreement {
    double cosine = 0;         ///< least raw cosine of any picture
    double centredCosine = 0;  ///< least cosine after taking float32's mean vector off both: what tells pictures apart
    std::size_t pictures = 0;
};

/// The lower precision may stand in for float32 from here on. Features of pictures share a large common part, so the
/// raw cosine alone says little: the centred one must hold too.
inline constexpr double kLeastCosine = 0.99;
inline constexpr double kLeastCentredCosine = 0.98;
bool agreesWell(const Agreement &agreement);

/// Which precision `auto` takes for this dataset, and why.
struct PrecisionChoice {
    Precision precision = Precision::Float32;
    std::string note;
};

class Library;

/// bfloat16 where the device runs it natively and it agrees with float32 on the dataset's first pictures, else float32.
/// Remembered in the library, so that a later run does not compare again. Reports stage "precision". Throws Cancelled.
PrecisionChoice choosePrecision(const Dataset &dataset, const BackboneChoice &choice, ResizeRule resize,
                                const Device &device, const PipelineContext &context, Library &library,
                                const JobContext &job);

}  // namespace dank
