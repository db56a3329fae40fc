#pragma once

#include <filesystem>

#include "core/engine/engine.h"
#include "core/pipeline/backbones/backbone_cache.h"

namespace dank {

class Library;

/// What the pipeline's steps share.
struct PipelineContext {
    Networks &networks;
    int threads = 1;  ///< compute threads in all
    std::filesystem::path library;
};

/// Brings every usable picture of the dataset into the library's feature store and returns the matrix, in dataset
/// order. Two independent workers each decode a batch and run it on one thread (measured 1.3 times faster than
/// decoding beside the forward pass); the calling thread stores each batch in one transaction, so a stop or a kill
/// loses at most the batches in flight. Pictures with equal bytes are computed once. What the decoder refuses is
/// listed, not thrown. Throws Error{Weights|Device|Memory|Disk|Library|Format}, Error{Dataset} when no picture is left,
/// Cancelled.
ExtractReport extractFeatures(const Dataset &dataset, const BackboneRequest &request, const PipelineContext &context,
                              const ExtractObserver &observer, const JobContext &job);

/// The id of what a choice computes. A backbone that takes whole pictures has one resize rule and one precision.
/// Throws Error{Format} for an unknown rule.
BackboneId idOf(const BackboneChoice &choice, const std::string &resize, Precision precision);

/// The request that gives the features of `id` again; device and batch as in `request`.
BackboneRequest requestFor(const BackboneChoice &choice, const BackboneId &id, const BackboneRequest &request);

/// hashFile() of each record's picture, empty where it cannot be read. `library` (may be nullptr) remembers them for as
/// long as the files stay the same. Throws Cancelled.
std::vector<std::string> hashPictures(const Dataset &dataset, int threads, Library *library, const JobContext &job);

/// The library's fact that holds the images a second of a backbone on a device.
std::string speedKey(const BackboneId &id, const std::string &device);

}  // namespace dank
