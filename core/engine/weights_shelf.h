#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "core/backbone/weights_entry.h"
#include "core/base/job.h"

namespace dank {

/// The library's pretrained weights. Thread-safe.
class WeightsShelf {
public:
    virtual ~WeightsShelf() = default;

    /// The catalogue (core/weights/fetch/catalogue.h; the environment may name another) with what is installed;
    /// installed files that are none of the catalogue's come last, as "own-<network>".
    virtual std::vector<WeightsStatus> weights(const std::filesystem::path &library) const = 0;
    /// Downloads a row of the catalogue, checks it and installs it as its backbone's weights; returns the installed
    /// file. What was installed before is kept beside it under another name. A stop or a failure leaves it untouched,
    /// and what had arrived is gone on with by the next call. Throws Error{Network|Weights|File|Disk}, Cancelled.
    virtual std::filesystem::path fetchWeights(const std::string &id, const std::filesystem::path &library,
                                               const DownloadObserver &observer, const JobContext &job) = 0;
    /// Installs a file that the user has, of any container. `backbone` empty: the network that its parameters fit.
    /// `convention` empty: as the file says, which one of Keras' may not (core/backbone/convention.h).
    /// One of the three files of the text reader ppocr goes to it; another ONNX file is kept with its description for
    /// the models that were made with it. Returns the backbone's id, or "ppocr". Throws Error{Weights|Format|File|Disk}
    /// and leaves what is installed untouched.
    virtual std::string addWeights(const std::filesystem::path &file, const std::string &backbone,
                                   const std::filesystem::path &library, const JobContext &job,
                                   const std::string &convention) = 0;
    /// Reads every installed file whole and compares it with what was installed.
    virtual std::vector<WeightsCheck> verifyWeights(const std::filesystem::path &library,
                                                    const JobContext &job) const = 0;
    /// Any weights file to safetensors. Returns how many tensors.
    virtual std::size_t convertWeights(const std::filesystem::path &in, const std::filesystem::path &out,
                                       const JobContext &job) const = 0;
    /// Removes a network's weights, those that were replaced included; returns the files that went.
    virtual std::vector<std::filesystem::path> removeWeights(const std::string &backbone,
                                                             const std::filesystem::path &library) = 0;
};

}  // namespace dank
