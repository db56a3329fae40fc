#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/meme.h"
#include "core/nn/tuning/tunable_network.h"
#include "core/pipeline/features/preprocess.h"

namespace dank {

/// What goes into the part of a network that learns, for each picture of a run, in a file of the run's folder: computed
/// once, mapped, and what a killed process left in it is not computed again.
class TuningInputs {
public:
    /// A picture by the file that shows it.
    struct Picture {
        std::filesystem::path file;
        std::string hash;  ///< hashBytes() of what it has to hold
    };

    /// Bytes on disk.
    static std::uint64_t size(std::size_t pictures, std::size_t rowBytes);

    /// Takes the room on disk, then computes what is missing, on `threads` threads. `key` names all that decides the
    /// numbers: what lies in the file under another one is computed anew. Reports stage "activations". Throws
    /// Error{Disk}, Error{Mismatch} for a picture that has changed, Error{Memory|Device}, Cancelled.
    TuningInputs(std::filesystem::path path, const std::string &key, std::span<const Picture> pictures,
                 const TunableNetwork &network, const BackboneSpec &spec, ResizeRule resize, int threads,
                 const JobContext &job);

    /// [pictures, rowBytes], as long as this lives.
    std::span<const std::byte> rows() const { return m_rows; }

private:
    std::span<const std::byte> m_rows;
    std::shared_ptr<const void> m_owner;
};

/// A picture as the network takes it, `hash` being what it has to hold. Throws Error{Mismatch} where it no longer does.
Image tuningPicture(const TuningInputs::Picture &picture, const BackboneSpec &spec, ResizeRule resize);

/// A copy of a square RGB picture that is a little larger or smaller, brighter or darker, and saved as JPEG of some
/// quality, all drawn by `seed`. Never mirrored: that would turn its words around.
void augmentPicture(std::span<const std::byte> picture, int side, std::span<std::byte> altered, std::uint64_t seed);

}  // namespace dank
