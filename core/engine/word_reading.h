#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/dataset.h"

namespace dank {

/// Who reads the words in pictures, and how.
struct ReadRequest {
    std::string reader;             ///< one of WordReading::readers(); empty: the library's default
    std::string languages = "eng";  ///< as Tesseract's files are named, joined by "+"; ppocr has its own
    bool again = false;             ///< what is stored already too
};

/// How many different pictures a dataset has, and how many of them have been read.
struct ReadStatus {
    std::string reader;  ///< what the texts are stored under
    std::size_t read = 0, total = 0;
};

struct ReadReport {
    /// What became of a file that was given.
    struct Picture {
        std::string hash;     ///< its text lies in the library under this and `reader`; empty where it was refused
        std::string skipped;  ///< why it was refused, one clause
    };
    std::string reader;                                 ///< what the texts are stored under
    std::vector<Picture> pictures;                      ///< in the order given
    std::size_t computed = 0, cached = 0, refused = 0;  ///< different pictures
    double secondsAPicture = 0;                         ///< of the computed ones, 0 where none was
};

/// Reads the words in pictures into the library. Thread-safe.
class WordReading {
public:
    virtual ~WordReading() = default;

    /// The readers that there are, the library's default first: ppocr once its files are installed. For other
    /// languages than English, tesseract is it.
    virtual std::vector<std::string> readers(const std::filesystem::path &library) const = 0;
    /// Reports stage "hash". Throws as read().
    virtual ReadStatus readStatus(const Dataset &dataset, const ReadRequest &request,
                                  const std::filesystem::path &library, const JobContext &job) const = 0;
    /// Each different picture once, each stored as it is read, so that a stop or a kill loses those at work alone and
    /// the next call goes on. Reports stages "hash" and "text", where what is stored counts as done. Throws
    /// Error{Format} for an unknown reader, Error{File} for a language that is not installed, Error{Weights} for files
    /// of ppocr's that are missing or do not fit,
    /// Error{Memory|Disk|Library}, Cancelled within a picture's time.
    virtual ReadReport read(std::span<const std::filesystem::path> files, const ReadRequest &request,
                            const std::filesystem::path &library, const JobContext &job) = 0;
};

}  // namespace dank
