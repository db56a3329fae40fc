#include "core/pipeline/backbones/own_networks.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/networks/network_description.h"
#include "core/nn/onnx/onnx_backbone.h"
#include "core/nn/onnx/onnx_file.h"
#include "core/pipeline/backbones/backbone_choice.h"

namespace dank {

namespace fs = std::filesystem;

namespace {

constexpr const char *kSuffix = ".onnx";

fs::path shelfIn(const fs::path &library)
{
    return library / "weights" / "own";
}

}  // namespace

bool isOnnxFile(const fs::path &file)
{
    try {
        openOnnxFile(file);
        return true;
    } catch (const Error &) {
        if (file.extension() == kSuffix)
            throw;
        return false;
    }
}

void keepOwnNetwork(const fs::path &file, const fs::path &library)
{
    const OnnxFile network = openOnnxFile(file);
    makeOnnxBackbone(onnxSpec(file), file, chooseDevice("cpu"), Precision::Float32);
    const fs::path folder = shelfIn(library) / WeightsNames().ofOwnNetwork(file);
    std::error_code failed;
    if (fs::exists(folder, failed))
        return;
    createFolder(folder.parent_path());
    const fs::path beside = folder.parent_path() / ("." + folder.filename().string() + ".part");
    fs::remove_all(beside, failed);
    createFolder(beside);
    const fs::path target = beside / file.filename().replace_extension(kSuffix);
    std::vector<std::pair<fs::path, fs::path>> copies{{file, target},
                                                      {networkDescriptionPath(file), networkDescriptionPath(target)}};
    for (const fs::path &outside : network.outside)
        copies.emplace_back(outside, beside / outside.filename());
    for (const auto &[from, to] : copies)
        if (!failed)
            fs::copy_file(from, to, failed);
    if (!failed)
        fs::rename(beside, folder, failed);
    if (failed) {
        std::error_code ignored;
        fs::remove_all(beside, ignored);
        throw Error(ErrorKind::Disk,
                    displayPath(file) + " cannot be kept in " + displayPath(folder) + ": " + failed.message() + ".",
                    folder);
    }
}

std::vector<fs::path> keptOwnNetworks(const fs::path &library)
{
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator folder(shelfIn(library), error), end; !error && folder != end;
         folder.increment(error)) {
        std::error_code inside;
        if (folder->path().filename().string().starts_with('.'))
            continue;
        for (fs::directory_iterator at(folder->path(), inside); !inside && at != end; at.increment(inside))
            if (at->path().extension() == kSuffix)
                files.push_back(at->path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace dank
