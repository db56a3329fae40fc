#include "core/weights/weights_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/weights/mapped_file.h"
#include "core/weights/readers.h"
#include "core/weights/safetensors.h"
#include "core/weights/tensorflow/keras_hdf5.h"
#include "core/weights/tensorflow/keras_names.h"
#include "core/weights/tensorflow/tfjs_model.h"
#include "core/weights/torch/torch_format.h"
#include "core/weights/torch/zip_archive.h"

namespace dank {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxModelJson = std::size_t{64} << 20;
constexpr std::string_view kLegacyMagic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv;

std::string_view textOf(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

struct KnownStart {
    std::string_view bytes, what;
};
constexpr std::array kKnownStarts{
    KnownStart{"\x1f\x8b"sv, "it is compressed with gzip: unpack it first"},
    KnownStart{"\xfd"
               "7zXZ"sv,
               "it is compressed with xz: unpack it first"},
    KnownStart{"BZh"sv, "it is compressed with bzip2: unpack it first"},
    KnownStart{"\x28\xb5\x2f\xfd"sv, "it is compressed with zstd: unpack it first"},
    KnownStart{"7z\xbc\xaf\x27\x1c"sv, "it is a 7z archive: unpack it first"},
    KnownStart{"\x93NUMPY"sv, "it is a NumPy array; this program reads PyTorch's weights"},
    KnownStart{"GGUF"sv, "it is GGUF, which holds language models"},
    KnownStart{"version https://git-lfs"sv,
               "it is Git LFS's note in place of the file: fetch the file itself with 'git lfs pull'"},
    KnownStart{"\x89PNG"sv, "it is a picture"},
    KnownStart{"\xff\xd8\xff"sv, "it is a picture"},
    KnownStart{"GIF8"sv, "it is a picture"},
    KnownStart{"%PDF"sv, "it is a PDF document"},
    KnownStart{"\x7f"
               "ELF"sv,
               "it is a program or a library"},
};

/// What kind of file weights lie in.
enum class WeightsContainer {
    Safetensors,
    TorchZip,     ///< torch.save since PyTorch 1.6, or TorchScript: a zip archive
    TorchLegacy,  ///< torch.save before
    TorchTar,     ///< torch.save before 2017
    KerasHdf5,    ///< Keras' .h5
    TfjsModel,    ///< TensorFlow.js' model.json, shards beside it
    Other,        ///< none that holds weights for this program
};

/// Begins with `start` after spaces and a byte order mark, whatever the case.
bool beginsLike(std::string_view text, std::string_view start)
{
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    return text.size() >= start.size() && std::equal(start.begin(), start.end(), text.begin(), [](char a, char b) {
               return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
           });
}

bool looksLikeText(std::string_view text)
{
    // A character may be cut in two at the end of the part that is looked at.
    for (int cut = 0; cut < 4 && !text.empty(); ++cut, text.remove_suffix(1))
        if (sanitizeUtf8(text) == text)
            break;
    return sanitizeUtf8(text) == text && std::none_of(text.begin(), text.end(), [](unsigned char c) {
               return (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') || c == 0x7f;
           });
}

/// Decides by the first bytes alone; whether the rest is sound, the container's reader finds out.
WeightsContainer containerOf(std::span<const std::byte> bytes)
{
    const std::string_view text = textOf(bytes);
    if (text.starts_with("PK\x03\x04"sv))
        return WeightsContainer::TorchZip;
    if (text.starts_with(kLegacyMagic))
        return WeightsContainer::TorchLegacy;
    if (text.size() > 8 && text[8] == '{') {
        std::uint64_t header = 0;
        std::memcpy(&header, text.data(), sizeof header);
        if (header > 0 && header <= kMaxHeader)
            return WeightsContainer::Safetensors;
    }
    if (text.size() >= 512 && text.substr(257, 5) == "ustar")
        return WeightsContainer::TorchTar;
    if (text.starts_with("\x89HDF\r\n\x1a\n"sv))
        return WeightsContainer::KerasHdf5;
    if (beginsLike(text, "{") && looksLikeTfjsModel(text))
        return WeightsContainer::TfjsModel;
    return WeightsContainer::Other;
}

/// What a file that is Other seems to be and what to do about it, as the end of a sentence without its full stop:
/// "it is a web page, probably an error message saved as a file: download it again".
std::string describeOther(std::span<const std::byte> bytes)
{
    const std::string_view text = textOf(bytes.first(std::min<std::size_t>(bytes.size(), 1024)));
    if (text.empty())
        return "it is empty";
    for (const KnownStart &known : kKnownStarts)
        if (text.starts_with(known.bytes))
            return std::string(known.what);
    if (beginsLike(text, "<!doctype") || beginsLike(text, "<html") || beginsLike(text, "<head"))
        return "it is a web page, probably an error message saved as a file: download it again";
    if (beginsLike(text, "<?xml"))
        return "it is an XML document, probably a server's error message saved as a file: download it again";
    if (beginsLike(text, "{"))
        return "it is a JSON text";
    if (text.size() > 3 && text[0] == '\x80' && text[1] >= 2 && text[1] <= 5)
        return "it is a Python pickle that torch.save did not write; in Python, save the network's state_dict()";
    // ONNX has no magic number: a version, then most often the name of the program that wrote it.
    if (text.size() > 4 && text[0] == 8 && text[1] > 0 && text[1] < 32 && text[2] == 0x12)
        return "it seems to be an ONNX model; this program reads PyTorch's weights";
    if (looksLikeText(text))
        return "it is a text file";
    return "it is neither safetensors nor a file that torch.save or Keras wrote";
}

bool holdsCode(const ZipArchive &archive)
{
    return std::any_of(archive.records().begin(), archive.records().end(), [](const ZipArchive::Record &record) {
        const std::string_view name = record.name;
        const std::size_t slash = name.find('/');
        const std::string_view below = slash == std::string_view::npos ? std::string_view{} : name.substr(slash + 1);
        return below == "constants.pkl" || below.starts_with("code/");
    });
}

bool isTorchScript(std::span<const std::byte> bytes)
{
    if (containerOf(bytes) != WeightsContainer::TorchZip)
        return false;
    try {
        // TorchScript compresses its code, which ZipArchive refuses for weights.
        return holdsCode(ZipArchive(bytes, ZipArchive::Compressed::Allowed));
    } catch (const BadFile &) {
        return false;
    }
}

/// What a TensorFile's views point into.
struct Owner {
    std::shared_ptr<const void> file;  ///< nothing when all was copied
    TensorBuffers buffers;
};

[[noreturn]] void throwBad(const BadFile &bad, const char *kind, const std::filesystem::path &name)
{
    std::string message = "'";
    message += displayPath(name) + "' is not a " + kind + " file: " + bad.why + ".";
    throw Error(ErrorKind::Format, message, name);
}

TensorFile kerasFile(const KerasLayers &layers, const std::filesystem::path &name)
{
    TranslatedKeras keras = translateKeras(layers);
    auto owner = std::make_shared<const std::vector<std::vector<float>>>(std::move(keras.numbers));
    return {name,
            std::move(keras.tensors),
            {{kConventionKey, keras.isKerasOwn ? "keras" : kUnsaid}, {kRecognisedKey, keras.recognised}},
            std::move(owner)};
}

/// A shard beside the model, wherever links lead.
MappedFile openShard(const std::filesystem::path &model, const std::string &name)
{
    std::error_code error;
    const std::filesystem::path folder =
        std::filesystem::canonical(std::filesystem::absolute(model).parent_path(), error);
    const std::filesystem::path file = error ? folder : std::filesystem::canonical(folder / name, error);
    if (error)
        refuse("its file " + shownName(name) + " is not beside it: fetch that too");
    if (std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first != folder.end())
        refuse("its file " + shownName(name) + " is a link out of its folder");
    return mapFile(file);
}

TensorFile openTfjsModel(std::span<const std::byte> json, const std::filesystem::path &path)
{
    if (json.size() > kMaxModelJson)
        refuse("its text is larger than that of any model");
    std::vector<MappedFile> shards;
    const KerasContents contents = readTfjsModel(
        textOf(json), [&](const std::string &name) { return shards.emplace_back(openShard(path, name)).bytes; });
    return kerasFile(contents.layers, path);
}

}  // namespace

TensorFile openWeightsFile(const std::filesystem::path &path)
{
    const MappedFile file = mapFile(path);
    if (containerOf(file.bytes) == WeightsContainer::TfjsModel) {
        try {
            return openTfjsModel(file.bytes, path);
        } catch (const BadFile &bad) {
            throwBad(bad, "usable TensorFlow.js model", path);
        }
    }
    return parseWeightsFile(file.bytes, path, file.owner);
}

TensorFile parseWeightsFile(std::span<const std::byte> bytes, const std::filesystem::path &name,
                            std::shared_ptr<const void> owner)
{
    const WeightsContainer container = containerOf(bytes);
    if (container == WeightsContainer::Safetensors)
        return parseSafetensors(bytes, name, std::move(owner));
    if (!owner && container == WeightsContainer::TorchLegacy) {  // a zip's records are copied one by one
        const auto copy = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
        return parseWeightsFile(*copy, name, copy);
    }
    const char *kind = "weights";
    try {
        if (container == WeightsContainer::Other)
            refuse(describeOther(bytes));
        if (container == WeightsContainer::TfjsModel)
            refuse("it is a model of TensorFlow.js, whose shards lie in files beside it");
        if (container == WeightsContainer::KerasHdf5) {
            kind = "usable Keras";
            return kerasFile(readKerasHdf5(bytes), name);
        }
        if (isTorchScript(bytes))
            refuse("it is TorchScript, a network that is a program, not weights alone; if you trust where it comes "
                   "from, use it as a network of its own with --backbone FILE");
        kind = "usable PyTorch";
        if (container == WeightsContainer::TorchTar)
            refuse("it is the tar archive that PyTorch wrote before 2017; in Python, load it and save it again with "
                   "torch.save or as safetensors");
        TorchContents contents = container == WeightsContainer::TorchZip ? readTorchZip(bytes) : readTorchLegacy(bytes);
        auto held = std::make_shared<Owner>(Owner{std::move(owner), std::move(contents.buffers)});
        return TensorFile(name, std::move(contents.tensors), {}, std::move(held));
    } catch (const BadFile &bad) {
        throwBad(bad, kind, name);
    }
}

bool liesInSeveralFiles(const std::filesystem::path &path)
{
    return containerOf(mapFile(path).bytes) == WeightsContainer::TfjsModel;
}

bool isTorchScript(const std::filesystem::path &path)
{
    return isTorchScript(mapFile(path).bytes);
}

std::string contentHash(const TensorFile &file)
{
    std::string text = "tensors 1\n";
    for (const auto &[name, view] : file.tensors()) {
        text += std::to_string(name.size()) + ':' + name + ' ' + dtypeName(view.type) + " [";
        for (const std::int64_t side : view.shape)
            text += std::to_string(side) + ',';
        text += "] " + hashBytes(view.bytes) + '\n';
    }
    return hashText(text);
}

void convertToSafetensors(const TensorFile &file, const std::filesystem::path &out,
                          const std::map<std::string, std::string> &metadata)
{
    std::vector<TensorToWrite> tensors;
    tensors.reserve(file.tensors().size());
    for (const auto &[name, view] : file.tensors())
        tensors.push_back({name, view.type, view.shape, view.bytes});
    std::stable_sort(tensors.begin(), tensors.end(), [](const TensorToWrite &left, const TensorToWrite &right) {
        return dtypeSize(left.type) > dtypeSize(right.type);
    });
    writeSafetensors(out, tensors, metadata);
}

}  // namespace dank
