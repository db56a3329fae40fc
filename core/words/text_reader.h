#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/image.h"
#include "core/base/job.h"
#include "core/dataset/picture_text.h"

namespace dank {

/// Finds the words in a picture. Not thread-safe: one for each thread.
class TextReader {
public:
    virtual ~TextReader() = default;

    /// The same words for the same picture, always; nothing for a picture without any, however small. Throws
    /// Error{Memory}, and Cancelled within a few seconds.
    virtual PictureText read(const Image &upright, const CancelToken &cancel) = 0;
    /// What its answers are stored under: engine and version, languages, version of our own preparation:
    /// "tesseract-5.3.0/eng/1".
    virtual std::string id() const = 0;
};

/// The readers that there are, the default first.
std::vector<std::string> textReaderNames();

/// `name`: one of textReaderNames(). `languages`: as Tesseract's files are named, joined by "+": "eng+deu". Throws
/// Error{Format} for an unknown reader or no language's name, Error{File} for a language whose file is not installed.
std::unique_ptr<TextReader> makeTextReader(std::string_view name, const std::string &languages);

}  // namespace dank
