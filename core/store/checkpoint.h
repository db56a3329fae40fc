#pragma once

#include <filesystem>
#include <optional>

#include "core/learn/train_config.h"

namespace dank {

/// Keeps a run's latest TrainingState in a folder, in two slots written in turn, each with its own checksum:
/// a process killed while writing leaves the other slot whole, so at most one epoch is lost. Written every epoch
/// without forcing the disk (a killed process loses nothing that way); sync() forces it, for pause and end.
class CheckpointFile {
public:
    /// Creates the folder. Throws Error{Disk}.
    explicit CheckpointFile(std::filesystem::path folder);

    /// Throws Error{Disk} and leaves the other slot as it was.
    void save(const TrainingState &state);
    void sync();
    /// The whole slot with the greater epoch, or nothing. A damaged slot is passed over.
    std::optional<TrainingState> load() const;

private:
    std::filesystem::path m_folder;
    int m_next = 0;
};

}  // namespace dank
