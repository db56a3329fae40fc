#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/engine/weights_shelf.h"
#include "core/pipeline/backbones/backbone_cache.h"

namespace dank {

/// The library's shelf of pretrained weights: weights/<network>.safetensors, each with where it came from in its
/// metadata. What an installation replaces is kept as weights/<network>-<8 digits of its hash>.safetensors, so that
/// models made with it still rate.
class LibraryShelf : public WeightsShelf {
public:
    std::vector<WeightsStatus> weights(const std::filesystem::path &library) const override;
    std::filesystem::path fetchWeights(const std::string &id, const std::filesystem::path &library,
                                       const DownloadObserver &observer, const JobContext &job) override;
    std::string addWeights(const std::filesystem::path &file, const std::string &backbone,
                           const std::filesystem::path &library, const JobContext &job,
                           const std::string &convention) override;
    std::vector<WeightsCheck> verifyWeights(const std::filesystem::path &library, const JobContext &job) const override;
    std::size_t convertWeights(const std::filesystem::path &in, const std::filesystem::path &out,
                               const JobContext &job) const override;
    std::vector<std::filesystem::path> removeWeights(const std::string &backbone,
                                                     const std::filesystem::path &library) override;
};

/// The catalogue that the environment names, or the built-in one; nothing where it cannot be read: for pages that show
/// it beside other things.
std::vector<WeightsEntry> weightsCatalogueOrNone();

/// Where an installed file came from, one line for people; empty where it does not say.
std::string originOf(const std::filesystem::path &installed);

}  // namespace dank
