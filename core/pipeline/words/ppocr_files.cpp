#include "core/pipeline/words/ppocr_files.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/onnx/onnx_network.h"
#include "core/words/ctc.h"

namespace dank {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;
constexpr std::size_t kLeastCharacters = 10;
constexpr std::int64_t kLineHeight = 48;

bool isThere(const fs::path &file)
{
    std::error_code ignored;
    return fs::is_regular_file(file, ignored);
}

/// Where a file belongs; empty for one that is none of the three.
fs::path placeOf(const fs::path &file, const PpocrFiles &files)
{
    if (file.extension() == ".txt") {
        try {
            const CharacterClasses classes(readTextFile(file, kMostBytes), "");
            return classes.size() > kLeastCharacters ? files.characters : fs::path();
        } catch (const Error &) {
            return {};
        }
    }
    std::optional<OnnxFile> network;
    try {
        network = openOnnxFile(file);
    } catch (const Error &) {
        return {};
    }
    const auto &inputs = network->graph->inputs, &outputs = network->graph->outputs;
    if (inputs.size() != 1 || outputs.size() != 1 || inputs[0].shape.size() != 4 || inputs[0].shape[1] != 3)
        return {};
    const std::vector<std::int64_t> &out = outputs[0].shape;
    fs::path place;
    if (out.size() == 4 && out[1] == 1)
        place = files.detection;
    else if (out.size() == 3 && inputs[0].shape[2] == kLineHeight)
        place = files.recognition;
    if (!place.empty()) {
        if (!network->outside.empty())
            throw Error(ErrorKind::Weights,
                        displayPath(file)
                            + " keeps its numbers in other files, which are not taken along. Save it as one file.",
                        file);
        const OnnxNetwork check(*network);
    }
    return place;
}

}  // namespace

PpocrFiles PpocrFiles::in(const fs::path &library)
{
    const fs::path folder = library / "weights" / kPpocrReader;
    return {folder / "detection.onnx", folder / "recognition.onnx", folder / "characters.txt"};
}

bool PpocrFiles::areThere() const
{
    return isThere(detection) && isThere(recognition) && isThere(characters);
}

bool addPpocrFile(const fs::path &file, const fs::path &library)
{
    const fs::path place = placeOf(file, PpocrFiles::in(library));
    if (place.empty())
        return false;
    createFolder(place.parent_path());
    writeFileAtomically(place, readFile(file, kMostBytes));
    return true;
}

std::optional<WeightsStatus> ppocrStatus(const fs::path &library)
{
    const PpocrFiles files = PpocrFiles::in(library);
    WeightsStatus status;
    std::string missing;
    for (const fs::path &file : files.all()) {
        std::error_code ignored;
        if (isThere(file))
            status.entry.bytes += fs::file_size(file, ignored);
        else
            missing += (missing.empty() ? "" : ", ") + file.filename().string();
    }
    if (status.entry.bytes == 0)
        return std::nullopt;
    status.entry.id = status.entry.backbone = kPpocrReader;
    status.entry.title = "PP-OCR, which reads the words in pictures";
    status.entry.file = files.recognition.filename().string();
    status.installed = true;
    status.file = files.recognition;
    if (!missing.empty())
        status.problem = "it lacks " + missing + ": `dank weights add FILE` takes each of its three files";
    return status;
}

std::vector<fs::path> removePpocr(const fs::path &library)
{
    std::vector<fs::path> removed;
    for (const fs::path &file : PpocrFiles::in(library).all()) {
        std::error_code error;
        if (fs::remove(file, error))
            removed.push_back(file);
        if (error)
            throw Error(ErrorKind::Disk, displayPath(file) + " cannot be removed: " + error.message() + ".", file);
    }
    return removed;
}

}  // namespace dank
