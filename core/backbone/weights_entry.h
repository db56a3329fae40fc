#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace dank {

/// No weights file that we know of is anywhere near this size; nothing larger is fetched or listed.
inline constexpr std::uint64_t kMaxWeightsBytes = std::uint64_t{16} << 30;

/// One file of pretrained weights that can be fetched.
struct WeightsEntry {
    std::string id;           ///< what `dank weights fetch` takes; equals `backbone` for a backbone's default
    std::string backbone;     ///< the network that it is for: "resnet50"
    std::string title;        ///< for people: "ResNet-50, second recipe"
    std::string file;         ///< the name that it is kept under; a plain name, unique in a catalogue
    std::string url;          ///< https, or http where the user named it
    std::string sha256;       ///< lower-case hex: all 64 digits, the first 8 or more, or none: not known, not fetched
    std::uint64_t bytes = 0;  ///< exact size; 0 where it is not known
    std::uint64_t approximateBytes = 0;  ///< for display where `bytes` is 0; may itself be 0
    std::string licence;
    std::string source;  ///< one line: who published it, trained on what
    std::string note;    ///< one line, may be empty

    /// Whether the hash is known whole. A shorter one tells damage, and not every forgery.
    bool isWholeHash() const { return sha256.size() == 64; }
    /// The exact size, else about, else 0.
    std::uint64_t shownBytes() const { return bytes != 0 ? bytes : approximateBytes; }
    /// The most bytes that may be taken in for it.
    std::uint64_t limit() const
    {
        // An approximate size is a rounded one: a tenth more, and some for a small file.
        return bytes != 0 ? bytes
               : approximateBytes == 0
                   ? kMaxWeightsBytes
                   : std::min(kMaxWeightsBytes, approximateBytes + approximateBytes / 10 + (std::uint64_t{1} << 20));
    }
};

/// How far a download is.
struct DownloadProgress {
    std::uint64_t done = 0;         ///< bytes on disk, those of an earlier attempt included
    std::uint64_t total = 0;        ///< 0 while unknown
    double bytesPerSecond = 0;      ///< over the last seconds
    std::uint64_t resumedFrom = 0;  ///< bytes that an earlier attempt had fetched and that were kept
};
/// Called on the job's thread.
using DownloadObserver = std::function<void(const DownloadProgress &)>;

/// A row of the catalogue, and whether it is what the library has for its backbone.
struct WeightsStatus {
    WeightsEntry entry;
    bool installed = false;
    std::filesystem::path file;  ///< the installed file, set with `installed`
    std::string problem;         ///< why the installed file cannot be used; empty where it can, as far as is known
};

/// An installed weights file, checked.
struct WeightsCheck {
    std::string backbone;
    std::filesystem::path file;
    std::string origin;   ///< as in BackboneStatus
    std::string problem;  ///< why it cannot be used; empty: all is well
};

}  // namespace dank
