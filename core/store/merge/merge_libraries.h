#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"

namespace dank {

/// A picture's features that came from a library, to be computed again.
struct MergeSample {
    std::string imageHash;
    std::filesystem::path file;  ///< where one of the libraries knows the picture, if it is still there; else empty
};

/// What was joined of one backbone id.
struct MergedBackbone {
    std::string id;
    std::size_t merged = 0;            ///< vectors that were not there
    std::size_t already = 0;           ///< vectors that were
    std::size_t differing = 0;         ///< of those, with other numbers: the ones that were there stay
    double largestDifference = 0;      ///< of those, featureDifference()
    std::vector<MergeSample> samples;  ///< every thousandth vector of each library, from its first one on
};

struct MergeReport {
    std::vector<MergedBackbone> backbones;  ///< in the order in which they were met
    std::size_t looks = 0;                  ///< perceptual hashes and image statistics that were not there
    std::size_t facts = 0;                  ///< hashes of files, and precisions that agreed, that were not there
    std::size_t texts = 0;                  ///< texts read in pictures that were not there

    std::size_t merged() const;
    std::size_t already() const;
};

/// Joins what was computed of pictures into the library `into`, which is made where there is none: features, perceptual
/// hashes and statistics, the hashes of files, which precision agreed, and the words that were read. What is there
/// stays as it is; runs, models, thumbnails and the user's choices are not touched, and neither are the libraries that
/// it comes from: those are opened for reading, and one on a network file system only after its writer has ended.
///
/// A piece of some hundred rows is one transaction, so that it may be stopped or killed at any moment; called again, it
/// goes on to the same end. Needs memory for a piece and for the names of the samples.
///
/// An id is foreign where the network is known by other ids alone to the library that is joined into or, where that
/// does not know the network, to the first one of `from` that does: other weights, another precision or another way of
/// resizing, so that nobody who reads the one finds the other. Foreign ids are refused before anything is written,
/// unless `allBackbones`.
///
/// Reports stage "merge". Throws Error{Mismatch} that names the foreign ids, Error{Library} for no library, a damaged
/// one or one that is joined into itself, Error{Disk|Memory}, Cancelled.
MergeReport mergeLibraries(std::span<const std::filesystem::path> from, const std::filesystem::path &into,
                           bool allBackbones, const JobContext &job);

/// For commands by which several machines work on one thing. Throws Error{Disk} with a way out for a library's folder
/// on a network file system, where SQLite's locks do not hold between machines.
void requireLocalLibrary(const std::filesystem::path &folder);

}  // namespace dank
