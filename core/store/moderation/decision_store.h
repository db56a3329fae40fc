#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "core/dataset/label.h"
#include "core/dataset/meme.h"

namespace dank {

/// What somebody decided about a meme: that it is of the lower of two classes, of the higher one, or that it cannot be
/// told. A mark and no more: nothing is done to any file.
enum class Decision { Keep, Remove, Unsure };
/// The stable name: "keep", "remove", "unsure".
const char *decisionName(Decision decision) noexcept;
/// Of two classes, the one that it stands for; empty for Unsure.
std::string classOf(Decision decision, const Label &label);

using Decisions = std::map<MemeId, Decision>;

/// A decision that was made, or taken back where there is none.
struct DecisionChange {
    MemeId id;
    std::optional<Decision> decision;
};

/// The decisions about the memes of one dataset under one label, kept in a file of the library's folder
/// `moderation/`, apart from the database. Several windows and programs may use one at the same time, from any thread.
class DecisionStore {
public:
    static constexpr std::size_t kMost = 200'000;
    static constexpr std::size_t kMaxIdBytes = 4096;

    /// `label` has its classes. Touches no disk.
    DecisionStore(std::filesystem::path library, std::string datasetHash, const Label &label);

    const std::filesystem::path &file() const { return m_file; }
    /// None where there is no such file. Throws Error{Library} for one that is not what change() makes: damaged, from a
    /// newer version, or of another dataset; Error{File} for one that cannot be read.
    Decisions load() const;
    /// Reads the file anew, changes it and has it on the disk when this returns: what others decided meanwhile stays.
    /// Returns all that it then holds. Throws as load(), which leaves the file as it is, Error{Disk|File} where it
    /// cannot be written, Error{Library} while another program does not let go of it for seconds, Error{Format} beyond
    /// kMost decisions and for an id that is longer than kMaxIdBytes or not UTF-8.
    Decisions change(std::span<const DecisionChange> changes) const;

private:
    std::string textOf(const Decisions &decisions) const;

    std::filesystem::path m_folder, m_file;
    std::string m_dataset, m_label;
};

}  // namespace dank
