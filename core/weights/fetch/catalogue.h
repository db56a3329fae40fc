#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/backbone/weights_entry.h"

namespace dank {

/// Where the catalogue comes from when the user says so. Empty members: the built-in one.
struct WeightsSources {
    std::string base;                 ///< replaces everything before the file name in every URL; no "/" at its end
    std::filesystem::path catalogue;  ///< a JSON file used instead of the built-in catalogue

    /// `DANK_WEIGHTS_BASE` and `DANK_WEIGHTS_CATALOGUE`. Throws Error{Weights} for a base that is no http or https
    /// address. Reads the environment, so call it before threads that change it start.
    static WeightsSources fromEnvironment();

    /// Whether plain http is allowed: only for addresses that the user named.
    bool allowHttp() const { return !base.empty() || !catalogue.empty(); }
};

/// The built-in catalogue: for each backbone its default, then the alternatives; the files of the reader ppocr last.
std::vector<WeightsEntry> weightsCatalogue();

/// The built-in catalogue or the sources' own, with the sources' base applied. Throws what parseWeightsCatalogue()
/// throws, and Error{File} when the file cannot be read or is larger than 1 MiB.
std::vector<WeightsEntry> weightsCatalogue(const WeightsSources &sources);

/// A catalogue as `dank weights list --json` writes it: {"weights": [{id, backbone, file, url, sha256, bytes, …}]}.
/// `id`, `backbone`, `file`, `url` and `sha256` have to be there; `title`, `bytes`, `approximate_bytes`, `licence`,
/// `source` and `note` may be; others are passed over. `bytes` 0 means unknown. Throws Error{Format} that names `path`,
/// the entry and the reason: wrong types, two of one key, id or file name, a file name that is not plain, an address
/// that is no http or https one, a hash that is neither empty nor 8 to 64 hex digits, sizes beyond kMaxWeightsBytes, no
/// entry or more than 1,000.
std::vector<WeightsEntry> parseWeightsCatalogue(std::string_view json, const std::filesystem::path &path);

/// The entry of that id, or nullptr.
const WeightsEntry *findWeights(const std::vector<WeightsEntry> &catalogue, std::string_view id);

}  // namespace dank
