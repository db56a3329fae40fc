#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "core/backbone/weights_entry.h"

namespace dank {

/// Whether a backbone has weights, and which.
enum class BackboneKind {
    Classic,      ///< computed descriptors: nothing to install
    Network,      ///< a pretrained network
    TorchScript,  ///< the user's own, a program
    Onnx,         ///< the user's own, data
};

/// What is known about a backbone before anything is computed: for the Features page and `dank doctor`.
struct BackboneStatus {
    BackboneKind kind = BackboneKind::Network;
    std::string id, title, summary;  ///< of a network of one's own, the id is its path
    int columns = 0;
    int inputSide = 0;                  ///< 0: pictures are taken whole
    std::filesystem::path weights;      ///< the weights file in use, empty when there is none
    std::string origin;                 ///< where the installed weights came from, one line; empty where unknown
    std::string problem;                ///< why the weights that are there cannot be used; empty where they can
    std::filesystem::path expectedAt;   ///< where an installed file is looked for
    std::vector<WeightsEntry> offers;   ///< what the catalogue has for it, the recommended first
    std::size_t cached = 0, total = 0;  ///< features kept for how many of the dataset's different pictures
    double imagesPerSecond = 0;         ///< of the last extraction on this machine, else of bench(), 0 where unknown
    bool isDefault = false;             ///< what an empty BackboneRequest::backbone means now
};

}  // namespace dank
